import assert from "node:assert/strict";
import test from "node:test";

import {
  atBottom,
  inSight,
  OVERSCAN,
  ROW_HEIGHT,
  reveal,
} from "../../playground/widgets/static/traffic/window.js";

test("only the rows in sight are drawn, however many there are", () => {
  const { first, end } = inSight(25_000 * ROW_HEIGHT, 10 * ROW_HEIGHT, 50_000);
  assert.deepEqual([first, end], [25_000 - OVERSCAN, 25_010 + OVERSCAN]);
  assert.deepEqual(inSight(0, 230, 3), { first: 0, end: 3 });
  assert.deepEqual(inSight(0, 230, 0), { first: 0, end: 0 });
});

test("a list that shrank while it was scrolled down draws what is left", () => {
  assert.deepEqual(inSight(100_000, 230, 5), { first: 5, end: 5 });
});

test("half a row from the end still is the end", () => {
  assert.equal(atBottom(90 * ROW_HEIGHT, 10 * ROW_HEIGHT, 100), true);
  assert.equal(atBottom(90 * ROW_HEIGHT - 11, 10 * ROW_HEIGHT, 100), true);
  assert.equal(atBottom(90 * ROW_HEIGHT - 13, 10 * ROW_HEIGHT, 100), false);
  assert.equal(atBottom(0, 230, 0), true);
});

test("a row is brought into sight with the least movement", () => {
  assert.equal(reveal(5, 100 * ROW_HEIGHT, 230), 5 * ROW_HEIGHT);
  assert.equal(reveal(5, 0, 230), 0);
  assert.equal(reveal(10, 0, 230), ROW_HEIGHT);
});
