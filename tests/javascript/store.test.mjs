import assert from "node:assert/strict";
import test from "node:test";

import { Store } from "../../playground/widgets/static/traffic/store.js";

const wire = (seq) => ({ seq, at: seq, exchange: 1, sender: "client", text: "hi" });
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => wire(from + index));

function rows(after, last, { from = after + 1, first = 1, ...more } = {}) {
  return {
    kind: "rows",
    first,
    after,
    last,
    rows: range(from, last),
    exchanges: { 1: ["websocket", "alice", "/"] },
    names: { alice: 0 },
    ...more,
  };
}

function filled(last, keep) {
  const store = new Store(keep);
  store.take(rows(0, last), true, false);
  return store;
}

const seqs = (store) => store.rows.map((row) => row.seq);

test("what is live is taken before hello was answered, and the answer puts the rest before it", () => {
  const store = new Store();
  assert.equal(store.take(rows(7, 9), false, false), true);
  assert.deepEqual(seqs(store), [8, 9]);
  store.take(rows(9, 10), false, false);
  store.take(rows(0, 10), true, false);
  assert.deepEqual(seqs(store), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("nothing is taken while a gap is asked for", () => {
  const store = filled(5);
  store.take(rows(7, 9), false, false);
  assert.deepEqual(seqs(store), [1, 2, 3, 4, 5]);
});

test("rows that overlap are taken once", () => {
  const store = filled(5);
  store.take(rows(3, 8), false, false);
  assert.deepEqual(seqs(store), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a gap is noticed, and filled by the answer", () => {
  const store = filled(5);
  assert.equal(store.take(rows(7, 9), false, false), false);
  assert.equal(store.take(rows(9, 11), false, false), true, "asks once");
  store.take(rows(5, 12), true, false);
  assert.equal(store.rows.length, 12);
});

test("a skip by the kernel is no gap", () => {
  const store = filled(5);
  assert.equal(store.take(rows(5, 5000, { from: 3001 }), false, false), true);
  assert.equal(store.rows[5].seq, 3001);
  assert.equal(store.seen, 5000);
});

test("a held view leaves new rows in the kernel and catches up later", () => {
  const store = filled(5);
  store.take(rows(5, 9), false, true);
  store.take(rows(9, 12), false, false);
  assert.deepEqual([store.behind, store.rows.length, store.last], [true, 5, 12]);
  store.take(rows(5, 12), true, false);
  assert.deepEqual([store.behind, store.rows.length], [false, 12]);
});

test("a hole is filled in its place", () => {
  const store = filled(5);
  store.take(rows(5, 20, { from: 16 }), false, false);
  store.take(rows(5, 15, { fill: true }), true, false);
  assert.deepEqual(seqs(store), seqs(filled(20)));
  assert.equal(store.seen, 20);
});

test("what the kernel cleared is gone here too", () => {
  const store = filled(5);
  store.take(rows(5, 6, { first: 6 }), false, false);
  assert.deepEqual(seqs(store), [6]);
});

test("following lets the oldest go", () => {
  const store = filled(12, 10);
  store.trimOldest();
  assert.deepEqual([store.rows[0].seq, store.rows.at(-1).seq, store.full], [3, 12, true]);
});

test("reading old rows lets the newest go, to be asked for again", () => {
  const store = filled(12, 10);
  store.trimNewest();
  assert.deepEqual([store.rows.at(-1).seq, store.seen, store.behind], [10, 10, true]);
  store.take(rows(10, 12), true, false);
  assert.equal(store.rows.at(-1).seq, 12);
});

test("news are what came since somebody looked, and what was let go is none", () => {
  const store = filled(12);
  assert.equal(store.news, 12);
  store.read = 10;
  assert.equal(store.news, 2);
  store.take(rows(12, 20, { first: 19 }), false, false);
  assert.equal(store.news, 2);
});

test("finds stand at their places", () => {
  const store = new Store();
  const wires = { rows: [wire(50), wire(90)], places: [3, 4] };
  store.take({ ...rows(2, 4), ...wires }, true, false);
  assert.deepEqual(
    store.rows.map((row) => [row.place, row.seq]),
    [
      [3, 50],
      [4, 90],
    ],
  );
  assert.equal(
    store.take({ ...rows(5, 6), rows: [wire(99)], places: [6] }, false, false),
    false,
    "a gap",
  );
  store.forget(4);
  assert.deepEqual(seqs(store), [90]);
});
