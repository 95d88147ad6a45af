import assert from "node:assert/strict";
import test from "node:test";

import { Picking } from "../../playground/widgets/static/traffic/picking.js";
import { fold } from "../../playground/widgets/static/traffic/rows.js";
import { row } from "./row.mjs";

const sent = (seq, exchange) => row(seq, { sender: "server", cause: 1, exchange });

/** A view of some rows, in which something may be selected; it notes what is done. */
function made(rows, { selected = 0, filter = "", opened = [], following = true } = {}) {
  const done = [];
  const look = {
    now: { selected, filter, opened, following, anchor: { seq: 0, offset: 0 } },
    set(changes) {
      Object.assign(look.now, changes);
    },
  };
  const feed = {
    store: { rows, first: 1 },
    known: rows,
    rowOf: (seq) => rows.find((each) => each.seq === seq),
    fill: (item) => done.push(["fill", item.from]),
    fillRound: (seq) => done.push(["fillRound", seq]),
  };
  const names = ["draw", "reveal", "hold", "unfilter", "read", "tell", "gone"];
  const acts = names.map((name) => [name, (...given) => done.push([name, ...given])]);
  const view = { ...Object.fromEntries(acts), kept: () => null };
  const picking = new Picking(look, feed, view);
  picking.items = fold(rows, 1, new Set(opened));
  view.unfilter = () => {
    done.push(["unfilter"]);
    look.now.filter = "";
    picking.items = fold(rows, 1, new Set(opened));
  };
  return { picking, look, done };
}

const did = (done, name) => done.filter(([each]) => each === name);

test("to select a row is to tell it, and to stop following unless it is the newest", () => {
  const { picking, look, done } = made([row(1), row(2)]);
  picking.step(0);
  assert.equal(look.now.selected, 1);
  assert.deepEqual(did(done, "tell"), [["tell", 1]]);
  assert.equal(did(done, "hold").length, 1);
  picking.step(1);
  assert.equal(did(done, "hold").length, 1);
});

test("to pick a hole is to ask for what is missing there", () => {
  const { picking, look, done } = made([row(5)]);
  picking.pick(picking.items[0]);
  assert.deepEqual(did(done, "fill"), [["fill", 1]]);
  assert.equal(look.now.selected, 0);
});

test("a row that is part of a broadcast is found in it", () => {
  const { picking, look } = made([row(1), sent(2, 2), sent(3, 3)]);
  picking.go(3);
  assert.equal(look.now.selected, 2);
});

test("a row that the filter hides takes the filter away", () => {
  const { picking, look, done } = made([row(1), row(2)], { filter: "nothing" });
  picking.items = [];
  picking.go(2);
  assert.equal(did(done, "unfilter").length, 1);
  assert.equal(look.now.selected, 2);
});

test("a row that is not here is asked for once, and gone if it does not come", () => {
  const { picking, done } = made([row(1)]);
  picking.go(9);
  picking.go(9);
  assert.deepEqual(did(done, "fillRound"), [["fillRound", 9]]);
  picking.arrived();
  assert.deepEqual(did(done, "gone"), [["gone", 9]]);
});

test("a broadcast opens and closes", () => {
  const { picking, look } = made([row(1), sent(2, 2), sent(3, 3)]);
  picking.toggle(picking.items[1]);
  assert.deepEqual(look.now.opened, [2]);
  picking.items = fold([row(1), sent(2, 2), sent(3, 3)], 1, new Set([2]));
  picking.toggle(picking.items[1]);
  assert.deepEqual(look.now.opened, []);
});

test("what was selected when the page was left is asked for, or selected no more", () => {
  const far = made([row(50)], { selected: 7 });
  far.picking.restore();
  assert.deepEqual(did(far.done, "fillRound"), [["fillRound", 7]]);
  const gone = made([row(1)], { selected: 7 });
  gone.picking.restore();
  assert.equal(gone.look.now.selected, 0);
});
