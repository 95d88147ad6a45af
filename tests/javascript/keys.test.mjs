import assert from "node:assert/strict";
import test from "node:test";

import { acts, moves, SHEET } from "../../playground/widgets/static/traffic/keys.js";

const ITEMS = [1, 2, 3, 4, 5].map((id) => ({ id, opened: false }));

/** A view whose selected item is the one at an index; it notes what it is asked to do. */
function view(index) {
  const done = [];
  const note =
    (name) =>
    (...given) =>
      done.push([name, ...given]);
  const picking = { items: ITEMS, index, step: note("step"), enter: note("enter") };
  for (const name of ["toggle", "leaveBroadcast", "inChain"]) picking[name] = note(name);
  const traffic = { picking, picture: { page: 3 }, done };
  for (const name of ["follow", "freeze", "record", "escape", "turnTime", "toggleFrames"]) {
    traffic[name] = note(name);
  }
  return traffic;
}

function press(index, key) {
  const traffic = view(index);
  moves(traffic)[key]();
  return traffic.done;
}

test("arrows go to the row above and below, and no further than the ends", () => {
  assert.deepEqual(press(2, "ArrowUp"), [["step", 1]]);
  assert.deepEqual(press(2, "ArrowDown"), [["step", 3]]);
  assert.deepEqual(press(0, "ArrowUp"), [["step", 0]]);
  assert.deepEqual(press(4, "ArrowDown"), [["step", 4]]);
});

test("with nothing selected, up and down begin at the newest", () => {
  assert.deepEqual(press(-1, "ArrowUp"), [["step", 4]]);
  assert.deepEqual(press(-1, "ArrowDown"), [["step", 4]]);
});

test("a page is as many rows as the picture has", () => {
  assert.deepEqual(press(4, "PageUp"), [["step", 1]]);
  assert.deepEqual(press(0, "PageDown"), [["step", 3]]);
});

test("End goes to the newest, and follows", () => {
  assert.deepEqual(press(0, "End"), [["step", 4], ["follow"]]);
});

test("→ opens a broadcast that is closed, and no other", () => {
  assert.deepEqual(press(0, "ArrowRight"), [["toggle", ITEMS[0]]]);
  assert.deepEqual(press(-1, "ArrowRight"), []);
});

test("every key that acts is on the sheet", () => {
  const named = SHEET.map(([keys]) => keys).join(" ");
  const pressed = Object.keys(acts(view(0))).map((key) => (key === "Escape" ? "Esc" : key));
  for (const key of pressed) assert.ok(named.includes(key), key);
});
