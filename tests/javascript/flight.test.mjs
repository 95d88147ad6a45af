import assert from "node:assert/strict";
import { test } from "node:test";
import { airAt, inMidAir } from "../../playground/widgets/static/ladder/flight.js";

const step = (/** @type {number[]} */ members, shape = "arrow") =>
  /** @type {any} */ ({ shape, members });
const placed = (/** @type {number[]} */ ends) => /** @type {any} */ ({ start: 100, ends });

test("an arrow ends in mid-air while its message is in flight, and at its lane after", () => {
  assert.deepEqual(inMidAir(step([7]), placed([200]), [7], 100).placed.ends, [150]);
  assert.deepEqual(inMidAir(step([7]), placed([200]), [], 100), {
    placed: placed([200]),
    inFlight: false,
  });
});

test("of a broadcast those end in mid-air that have not arrived", () => {
  const { placed: made, inFlight } = inMidAir(step([7, 8]), placed([200, 0]), [8], 100);
  assert.deepEqual([made.ends, inFlight], [[200, 50], true]);
});

test("where lanes are folded, all of them have to be in flight", () => {
  assert.deepEqual(inMidAir(step([7, 8]), placed([200]), [8], 100).placed.ends, [200]);
  assert.deepEqual(inMidAir(step([7, 8]), placed([200]), [7, 8], 100).placed.ends, [150]);
});

test("a mark is none", () => {
  assert.equal(inMidAir(step([7], "mark"), placed([200]), [7], 100).inFlight, false);
});

test("from a far lane an arrow ends between the last two, and at no other client's", () => {
  assert.equal(airAt(0, 300, 100), 250);
  assert.equal(airAt(300, 0, 100), 50);
  assert.equal(airAt(200, 260, 100), 230);
});
