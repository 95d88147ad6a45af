import assert from "node:assert/strict";
import test from "node:test";

import { standsAt } from "../../playground/widgets/static/player/source.js";
import { SavedKernel } from "../../playground/widgets/static/saved/kernel.js";
import { withoutKernel } from "../../playground/widgets/static/traffic/keys.js";

const LONG = `${"x".repeat(300)} needle`;
const HELD = {
  rows: [
    { seq: 3, at: 1, exchange: 1, sender: "client", text: "hi", revision: 1 },
    { seq: 7, at: 2, exchange: 1, text: LONG.slice(0, 200), size: LONG.length, cut: 9 },
    { seq: 9, at: 3, exchange: 2, kind: "binary", bytes: true, text: "00 ff", size: 2 },
    { seq: 12, at: 4, exchange: 0, kind: "swap", sender: "lab", text: "revision 2 on stage" },
  ],
  exchanges: { 1: ["websocket", "alice", "/chat"], 2: ["websocket", "bob", "/chat"] },
  names: { alice: 0, bob: 1 },
  totals: { entries: 4, recording: true, frames: 0 },
  details: [
    { seq: 3, text: "hi", length: 2 },
    { seq: 7, text: LONG, length: LONG.length, cut: false },
    { seq: 9, base64: "AP8=", length: 2 },
    { seq: 12, text: "revision 2 on stage" },
  ],
  earlier: 0,
  sheets: [],
  words: {},
  story: false,
};

/** What a kernel tells when a view has said something. */
async function answers(message) {
  const kernel = new SavedKernel(HELD, { of: "" });
  const told = [];
  const hear = (each, buffers) => told.push([each, buffers]);
  kernel.on("msg:custom", hear);
  kernel.send({ view: "v", ...message });
  await Promise.resolve();
  kernel.off("msg:custom", hear);
  return told;
}

test("a view that says hello gets every row, without holes", async () => {
  const [[rows]] = await answers({ kind: "hello", since: 0 });
  assert.equal(rows.view, "v");
  assert.deepEqual(rows.places, [1, 2, 3, 4]);
  assert.deepEqual([rows.first, rows.last], [1, 4]);
});

for (const [query, found] of [
  ["hi", [3, 12]],
  ["needle", [7, 12]],
  ["client:bob", [9, 12]],
  ["kind:text", [3, 7]],
  ["/00 f+/", [9, 12]],
  ["size>100", [7]],
])
  test(`${query} finds what a kernel would`, async () => {
    const [[told]] = await answers({ kind: "find", search: 4, query, context: "" });
    assert.equal(told.search, 4);
    assert.deepEqual(
      told.rows.map(({ seq }) => seq),
      found,
    );
    assert.deepEqual([told.count, told.last, told.looked], [found.length, found.length, 4]);
  });

test("what a row holds is told, bytes as bytes, and what is not there as nothing", async () => {
  const [[told, buffers]] = await answers({ kind: "detail", seq: 9 });
  assert.deepEqual([...new Uint8Array(buffers[0].buffer)], [0, 255]);
  assert.deepEqual([told.causes, told.again, told.command], [[], null, null]);
  const [[gone]] = await answers({ kind: "detail", seq: 4 });
  assert.ok(gone.gone);
});

test("what only a kernel could do is refused in a sentence", async () => {
  const [[told]] = await answers({ kind: "clear", id: 5 });
  assert.equal(told.id, 5);
  assert.match(told.error, /^This is a record of what happened: /);
  assert.deepEqual(await answers({ kind: "record", on: false }), []);
});

test("keys that only a kernel could answer are not there", () => {
  const keys = withoutKernel({ f: 1, X: 1, t: 1, "/": 1, " ": 1, ArrowUp: 1 });
  assert.deepEqual(Object.keys(keys), ["t", "/", "ArrowUp"]);
});

test("a step stands at its line of its revision's source, or at none", () => {
  const lines = ["class Chat:", "    a", "    b"];
  const sheets = [1, 2].map((revision) => ({ revision, place: "In[5]", first: 10, lines }));
  const at = (row) => standsAt(sheets, row && { item: { row } });
  assert.deepEqual(at({ revision: 2, where: "In[5]:12" }), { sheet: sheets[1], line: 12 });
  assert.deepEqual(at({ revision: 1, where: "In[5]:13" }), { sheet: sheets[0], line: 0 });
  assert.deepEqual(at({ revision: 1, where: null }), { sheet: sheets[0], line: 0 });
  assert.deepEqual(at({ revision: 3, where: "In[5]:12" }), { sheet: undefined, line: 0 });
  assert.deepEqual(at(undefined), { sheet: undefined, line: 0 });
});

test("nothing but messages is told: what a page holds never turns", async () => {
  const kernel = new SavedKernel(HELD, { of: "" });
  const turns = [];
  kernel.on("change:stands", () => turns.push("turned"));
  kernel.send({ kind: "hello", view: "v" });
  await Promise.resolve();
  assert.deepEqual(turns, []);
  assert.equal(kernel.timer, undefined);
});
