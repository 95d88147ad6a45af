import assert from "node:assert/strict";
import test from "node:test";

import { filtered, parseFilter } from "../../playground/widgets/static/filter.js";
import { fold } from "../../playground/widgets/static/rows.js";
import { row } from "./row.mjs";

const ROWS = [
  row(1, { kind: "open", text: "/chat" }),
  row(2, { text: "Hello bob", size: 9 }),
  row(3, { sender: "server", exchange: 2, cause: 2, text: "alice: Hello", size: 120 }),
  row(4, { sender: "server", exchange: 3, cause: 2, text: "alice: Hello", size: 120 }),
  row(5, { kind: "binary", exchange: 2, text: "00 01", size: 2048, flags: "b" }),
  row(6, { kind: "swap", sender: "lab", exchange: 0, text: "revision 2" }),
  row(7, { kind: "close", exchange: 2, code: 1000, note: "normal closure", text: "" }),
  row(8, { text: "a/b (c" }),
];

const shown = (typed, opened = new Set()) => filtered(fold(ROWS, 1, opened), parseFilter(typed)).items.map((item) => item.seq);
const LIFE = [1, 6, 7];
const with_ = (...seqs) => [...LIFE, ...seqs].sort((one, other) => one - other);

test("an empty box shows all and hides nothing", () => {
  assert.deepEqual(filtered(fold(ROWS, 1, new Set()), parseFilter("  ")).hidden, 0);
  assert.deepEqual(shown(""), [1, 2, 3, 5, 6, 7, 8]);
});

test("words are looked for anywhere, in any case", () => {
  assert.deepEqual(shown("hello"), with_(2, 3));
  assert.deepEqual(shown("hello bob"), with_(2, 3));
});

test("a regular expression may have blanks and a slash", () => {
  assert.deepEqual(shown("/^hello \\w+/"), with_(2));
  assert.deepEqual(shown("/a\\/b/"), with_(8));
});

test("an invalid regular expression is taken literally, and that is said", () => {
  assert.equal(parseFilter("/(c/").literal, true);
  assert.deepEqual(shown("/(c/"), LIFE);
  assert.deepEqual(shown("(c"), with_(8));
});

test("an unfinished regular expression is a word", () => {
  assert.deepEqual(shown("/b"), with_(8));
});

test("a client's rows are its own, and a broadcast that reached it", () => {
  assert.deepEqual(shown("client:bob"), [3, 5, 6, 7]);
  assert.deepEqual(shown("client:carol"), [3, 6]);
});

test("direction, kind and size narrow down together", () => {
  assert.deepEqual(shown("dir:server"), with_(3));
  assert.deepEqual(shown("kind:binary"), with_(5));
  assert.deepEqual(shown("size>2k"), with_(5));
  assert.deepEqual(shown("size<=120 dir:client kind:text"), with_(2, 8));
  assert.deepEqual(shown("size:9"), with_(2));
});

test("openings and closes stay, unless such a kind is asked for", () => {
  assert.deepEqual(shown("nothing like this"), LIFE);
  assert.deepEqual(shown("kind:close"), [6, 7]);
});

test("an opened broadcast keeps its sends with it", () => {
  assert.deepEqual(shown("dir:server", new Set([3])), [1, 3, 3, 4, 6, 7]);
});

test("what is hidden is counted", () => {
  assert.equal(filtered(fold(ROWS, 1, new Set()), parseFilter("kind:binary")).hidden, 3);
});
