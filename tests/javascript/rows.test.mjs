import assert from "node:assert/strict";
import test from "node:test";

import {
  chain,
  fold,
  holeText,
  isWide,
  what,
  who,
} from "../../playground/widgets/static/traffic/rows.js";
import { row } from "./row.mjs";

const sent = (seq, exchange, changes = {}) =>
  row(seq, { sender: "server", exchange, cause: 1, ...changes });
const folded = (rows, first = 1, opened = new Set()) => fold(rows, first, opened);
const text = (parts) =>
  parts
    .map((part) => part.text)
    .join(" ")
    .trim();

test("a broadcast is one row", () => {
  const items = folded([row(1), sent(2, 2), sent(3, 3), sent(4, 4)]);
  assert.deepEqual(
    items.map((item) => [item.seq, item.count]),
    [
      [1, 1],
      [2, 3],
    ],
  );
  assert.equal(text(who(items[1])), "server → bob, carol +1 ▸");
});

test("a few rows may stand between the sends of a broadcast, many may not", () => {
  const prints = (from, count) =>
    Array.from({ length: count }, (_, index) =>
      row(from + index, { kind: "print", sender: "server" }),
    );
  assert.equal(folded([row(1), sent(2, 2), ...prints(3, 8), sent(11, 3)]).length, 10);
  assert.equal(folded([row(1), sent(2, 2), ...prints(3, 9), sent(12, 3)]).length, 12);
});

test("the same message twice to one client is two rows", () => {
  assert.equal(folded([row(1), sent(2, 2), sent(3, 2)]).length, 3);
});

test("another cause, another text or another whole is another row", () => {
  for (const changes of [{ cause: 5 }, { text: "ho" }, { cut: 77 }, { kind: "binary" }]) {
    assert.equal(
      folded([row(1), sent(2, 2), sent(3, 3, changes)]).length,
      3,
      JSON.stringify(changes),
    );
  }
});

test("a timer's broadcast folds if its sends follow at once", () => {
  const tick = (seq, exchange, at) => sent(seq, exchange, { cause: null, at });
  assert.equal(folded([tick(1, 1, 0), tick(2, 2, 0.01), tick(3, 3, 0.02)]).length, 1);
  assert.equal(folded([tick(1, 1, 0), tick(2, 2, 0.2)]).length, 2);
});

test("an opened broadcast shows each of its sends", () => {
  const items = folded([row(1), sent(2, 2), sent(3, 3)], 1, new Set([2]));
  assert.deepEqual(
    items.map((item) => item.type),
    ["row", "row", "member", "member"],
  );
  assert.equal(text(who(items[3])), "→ carol");
});

test("each item has an id of its own, also the first send of a broadcast", () => {
  const items = folded([row(1), sent(2, 2), row(3), sent(4, 3)], 1, new Set([2]));
  assert.deepEqual(
    items.map((item) => item.id),
    [1, 2, -2, -4, 3],
  );
});

test("rows that do not pass are no holes", () => {
  const items = fold([row(1), row(2), row(3), row(9)], 1, new Set(), (each) => each.seq !== 2);
  assert.deepEqual(
    items.map((item) => [item.type, item.seq]),
    [
      ["row", 1],
      ["row", 3],
      ["hole", 4],
      ["row", 9],
    ],
  );
});

test("among finds a hole is where finds are missing", () => {
  const items = folded([row(50, { place: 3 }), row(90, { place: 4 }), row(99, { place: 7 })], 1);
  assert.deepEqual(
    items.map((item) => [item.type, item.seq, item.from, item.count]),
    [
      ["hole", 1, 1, 2],
      ["row", 50, 3, 1],
      ["row", 90, 4, 1],
      ["hole", 91, 5, 2],
      ["row", 99, 7, 1],
    ],
  );
  assert.equal(holeText(items[0], true), "2 older matches in the kernel: show");
});

test("what is missing is an item, with its number", () => {
  const items = folded([row(11), row(12), row(20)], 1);
  assert.deepEqual(
    items.map((item) => item.type),
    ["hole", "row", "row", "hole", "row"],
  );
  assert.equal(holeText(items[0]), "10 older rows in the kernel: show");
  assert.equal(holeText(items[3]), "7 rows not sent to this view: show");
  assert.ok(isWide(items[0]));
});

test("rows that the kernel let go are not missing", () => {
  assert.deepEqual(
    folded([row(11), row(12)], 11).map((item) => item.type),
    ["row", "row"],
  );
});

test("a chain goes back to the cause and on to the effects", () => {
  const rows = [
    row(1),
    sent(2, 2, { cause: 1 }),
    row(3),
    sent(4, 2, { cause: 2 }),
    sent(5, 3, { cause: 3 }),
  ];
  assert.deepEqual(Object.fromEntries(chain(rows, [2])), { 1: "cause", 2: "self", 4: "effect" });
  assert.deepEqual(Object.fromEntries(chain(rows, [5])), { 3: "cause", 5: "self" });
});

test("a broadcast's chain is that of all its sends", () => {
  const rows = [row(1), sent(2, 2), sent(3, 3), row(4, { cause: 3 })];
  assert.deepEqual(Object.fromEntries(chain(rows, [2, 3])), {
    1: "cause",
    2: "self",
    3: "self",
    4: "effect",
  });
});

test("a cause that names itself does not hang", () => {
  assert.deepEqual([...chain([row(1, { cause: 1 })], [1]).keys()], [1]);
});

test("the words of a row are placed: a chip before the payload, plain words round them", () => {
  assert.deepEqual(what(row(1, { lead: "200 ", chip: "ping", text: "2" })), [
    { text: "200 ", as: "" },
    { text: "ping", as: "chip" },
    { text: "2", as: "mono" },
  ]);
  assert.deepEqual(what(row(1, { chip: "frame", payload: "", said: "ping, FIN" })), [
    { text: "frame", as: "chip" },
    { text: "ping, FIN", as: "" },
  ]);
  assert.deepEqual(what(row(1)), [{ text: "hi", as: "mono" }]);
});

test("who sent it may be said in other words", () => {
  assert.equal(
    text(who(folded([row(1, { sender: "server", who: "in ws_chat" })])[0])),
    "in ws_chat",
  );
});
