import assert from "node:assert/strict";
import test from "node:test";

import { chain, fold, holeText, isWide, tone, what, who } from "../../playground/widgets/static/rows.js";
import { row } from "./row.mjs";

const sent = (seq, exchange, changes = {}) => row(seq, { sender: "server", exchange, cause: 1, ...changes });
const folded = (rows, first = 1, opened = new Set()) => fold(rows, first, opened);
const text = (parts) => parts.map((part) => part.text).join(" ").trim();

test("a broadcast is one row", () => {
  const items = folded([row(1), sent(2, 2), sent(3, 3), sent(4, 4)]);
  assert.deepEqual(items.map((item) => [item.seq, item.count]), [[1, 1], [2, 3]]);
  assert.equal(text(who(items[1])), "server ⟶ bob, carol +1 ▸");
});

test("a few rows may stand between the sends of a broadcast, many may not", () => {
  const prints = (from, count) => Array.from({ length: count }, (_, index) => row(from + index, { kind: "print", sender: "server" }));
  assert.equal(folded([row(1), sent(2, 2), ...prints(3, 8), sent(11, 3)]).length, 10);
  assert.equal(folded([row(1), sent(2, 2), ...prints(3, 9), sent(12, 3)]).length, 12);
});

test("the same message twice to one client is two rows", () => {
  assert.equal(folded([row(1), sent(2, 2), sent(3, 2)]).length, 3);
});

test("another cause, another text or another whole is another row", () => {
  for (const changes of [{ cause: 5 }, { text: "ho" }, { cut: 77 }, { kind: "binary" }]) {
    assert.equal(folded([row(1), sent(2, 2), sent(3, 3, changes)]).length, 3, JSON.stringify(changes));
  }
});

test("a timer's broadcast folds if its sends follow at once", () => {
  const tick = (seq, exchange, at) => sent(seq, exchange, { cause: null, at });
  assert.equal(folded([tick(1, 1, 0), tick(2, 2, 0.01), tick(3, 3, 0.02)]).length, 1);
  assert.equal(folded([tick(1, 1, 0), tick(2, 2, 0.2)]).length, 2);
});

test("an opened broadcast shows each of its sends", () => {
  const items = folded([row(1), sent(2, 2), sent(3, 3)], 1, new Set([2]));
  assert.deepEqual(items.map((item) => item.type), ["row", "row", "member", "member"]);
  assert.equal(text(who(items[3])), "⟶ carol");
});

test("each item has an id of its own, also the first send of a broadcast", () => {
  const items = folded([row(1), sent(2, 2), row(3), sent(4, 3)], 1, new Set([2]));
  assert.deepEqual(items.map((item) => item.id), [1, 2, -2, -4, 3]);
});

test("rows that do not pass are no holes", () => {
  const items = fold([row(1), row(2), row(3), row(9)], 1, new Set(), (each) => each.seq !== 2);
  assert.deepEqual(items.map((item) => [item.type, item.seq]), [["row", 1], ["row", 3], ["hole", 4], ["row", 9]]);
});

test("among finds a hole is where finds are missing", () => {
  const items = folded([row(50, { place: 3 }), row(90, { place: 4 }), row(99, { place: 7 })], 1);
  assert.deepEqual(items.map((item) => [item.type, item.seq, item.from, item.count]), [["hole", 1, 1, 2], ["row", 50, 3, 1], ["row", 90, 4, 1], ["hole", 91, 5, 2], ["row", 99, 7, 1]]);
  assert.equal(holeText(items[0], true), "2 older matches in the kernel: show");
});

test("what is missing is an item, with its number", () => {
  const items = folded([row(11), row(12), row(20)], 1);
  assert.deepEqual(items.map((item) => item.type), ["hole", "row", "row", "hole", "row"]);
  assert.equal(holeText(items[0]), "10 older rows in the kernel: show");
  assert.equal(holeText(items[3]), "7 rows not sent to this view: show");
  assert.ok(isWide(items[0]));
});

test("rows that the kernel let go are not missing", () => {
  assert.deepEqual(folded([row(11), row(12)], 11).map((item) => item.type), ["row", "row"]);
});

test("a chain goes back to the cause and on to the effects", () => {
  const rows = [row(1), sent(2, 2, { cause: 1 }), row(3), sent(4, 2, { cause: 2 }), sent(5, 3, { cause: 3 })];
  assert.deepEqual(Object.fromEntries(chain(rows, [2])), { 1: "cause", 2: "self", 4: "effect" });
  assert.deepEqual(Object.fromEntries(chain(rows, [5])), { 3: "cause", 5: "self" });
});

test("a broadcast's chain is that of all its sends", () => {
  const rows = [row(1), sent(2, 2), sent(3, 3), row(4, { cause: 3 })];
  assert.deepEqual(Object.fromEntries(chain(rows, [2, 3])), { 1: "cause", 2: "self", 3: "self", 4: "effect" });
});

test("a cause that names itself does not hang", () => {
  assert.deepEqual([...chain([row(1, { cause: 1 })], [1]).keys()], [1]);
});

test("each kind says what happened", () => {
  const said = (changes) => text(what(row(1, { sender: "server", ...changes })));
  assert.equal(said({ kind: "open", text: "/chat", note: "chat, json" }), "opened /chat · offers chat, json");
  assert.equal(said({ kind: "accept", text: "json" }), "accepted · subprotocol json");
  assert.equal(said({ kind: "close", text: "bye", code: 1011, note: "internal error" }), "closed 1011 internal error · bye");
  assert.equal(said({ kind: "close", text: "the client left", note: "not clean" }), "broken off · the client left");
  assert.equal(said({ kind: "refuse", text: "no handler", code: 404 }), "refused 404 · no handler");
  assert.equal(said({ kind: "request", text: "/greet", note: "GET" }), "GET  /greet");
  assert.equal(said({ kind: "response", text: "", code: 204, note: "text/plain" }), "204  text/plain");
  assert.equal(said({ kind: "binary", text: "89 50", flags: "b", cut: 1 }), "binary 89 50 …");
  assert.equal(said({ kind: "exception", text: "KeyError: 1", where: "In[7]:6" }), "KeyError: 1 · In[7]:6");
  assert.equal(said({ kind: "swap", text: "revision 4", sender: "lab" }), "revision 4");
  assert.equal(said({ text: "a\nb" }), "a\\nb");
});

test("red is for bad news alone", () => {
  assert.equal(tone(row(1, { kind: "close", flags: "e" })), "error");
  assert.equal(tone(row(1, { kind: "close" })), "quiet");
  assert.equal(tone(row(1)), "");
});

test("what a packet of Socket.IO is stands before its text, with its marks written out", () => {
  assert.deepEqual(what(row(1, { text: "2", read: "ping" })), [{ text: "ping", as: "chip" }, { text: "2", as: "mono" }]);
  assert.equal(text(what(row(1, { text: "61", flags: "b", read: "attachment" }))), "attachment 61");
  assert.equal(text(what(row(1, { kind: "response", code: 200, text: "40", read: "event a\u202eb" }))), "200  event a\\u202eb 40");
  assert.equal(text(what(row(1, { text: "61", flags: "b" }))), "binary 61");
});
