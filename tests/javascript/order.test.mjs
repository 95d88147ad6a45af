import assert from "node:assert/strict";
import { test } from "node:test";
import { inChosenOrder, movedTo } from "../../playground/widgets/static/between/order.js";

const flight = (key, exchange, direction = "to app") =>
  /** @type {any} */ ({ key, exchange, direction, shown: `m${key}` });
const keys = (all) => all.map((each) => each.key);
const all = [flight(1, 7), flight(2, 7), flight(3, 8), flight(4, 7, "to client")];

test("what is new stands last, and what has arrived is not waited for", () => {
  assert.deepEqual(keys(inChosenOrder(all, [])), [1, 2, 3, 4]);
  assert.deepEqual(keys(inChosenOrder(all, [3, 9, 1])), [3, 1, 2, 4]);
});

test("messages on different connections change places, and so do the two directions of one", () => {
  assert.deepEqual(keys(movedTo(all, 3, 0).flight), [3, 1, 2, 4]);
  assert.deepEqual(keys(movedTo(all, 4, 0).flight), [4, 1, 2, 3]);
  assert.deepEqual(keys(movedTo(all, 1, 0).flight), [1, 2, 3, 4]);
  assert.equal(movedTo(all, 9, 0).why, "");
});

test("within one connection and direction none goes before another, either way", () => {
  const why =
    "“m2” cannot arrive before “m1”: within one connection TCP keeps the order. " +
    "Messages on different connections can change places.";
  assert.deepEqual(movedTo(all, 2, 0), { flight: all, why });
  assert.deepEqual(movedTo(all, 1, 3), { flight: all, why });
  assert.equal(movedTo(all, 2, 2).why, "");
});

test("of three the sentence names two that would have changed places", () => {
  const three = [flight(1, 7), flight(2, 7), flight(3, 7)];
  assert.match(movedTo(three, 3, 0).why, /^“m3” cannot arrive before “m1”/);
  assert.match(movedTo(three, 1, 2).why, /^“m2” cannot arrive before “m1”/);
});
