import assert from "node:assert/strict";
import test from "node:test";

import { stepsOf } from "../../playground/widgets/static/ladder/steps.js";
import {
  explained,
  fold,
  hasPayload,
  isWholeMessage,
} from "../../playground/widgets/static/traffic/rows.js";
import { row } from "./row.mjs";

const frame = (seq, note, changes = {}) => row(seq, { kind: "frame", text: "", note, ...changes });

test("a frame has a size", () => {
  assert.ok(hasPayload(frame(1, "ping, FIN")));
});

test("its bits are explained", () => {
  const terms = Object.fromEntries(
    explained(frame(1, "text, FIN, RSV1, masked, compressed to 20 bytes", { size: 200 })),
  );
  assert.deepEqual(terms, {
    opcode: "text (0x1, a text message, or its first piece)",
    FIN: "set: nothing more of it comes",
    reserved: "RSV1: the message is compressed",
    mask: "masked: what a client sends must be",
    "on the wire": "20 bytes compressed, 10 % of its size",
  });
});

test("of a frame that is none of the usual the rest is told", () => {
  const terms = new Map(
    explained(frame(1, "continuation, RSV1, RSV2, not taken, compressed to 1 byte", { size: 0 })),
  );
  assert.equal(terms.get("FIN"), "not set: more of the message comes");
  assert.equal(terms.get("reserved"), "RSV1, RSV2");
  assert.equal(terms.get("mask"), "not masked: what a server sends never is");
  assert.equal(terms.get("outcome"), "not understood: it ended the connection");
  assert.equal(terms.get("on the wire"), "1 byte compressed");
  assert.equal(explained(frame(2, null))[0][1], " (unknown)");
});

test("a frame that is all of a message is known from a piece of one", () => {
  assert.ok(isWholeMessage(frame(1, "text, FIN, masked")));
  assert.ok(isWholeMessage(frame(1, "binary, FIN")));
  for (const note of ["text, masked", "continuation, FIN", "ping, FIN", null])
    assert.ok(!isWholeMessage(frame(1, note)), String(note));
  assert.ok(!isWholeMessage(row(1, { note: "text, FIN" })));
});

test("the ladder draws such a frame only where its message is not to be seen", () => {
  const drawn = (rows) => stepsOf(fold(rows, rows[0].seq, new Set())).map((step) => step.seq);
  assert.deepEqual(drawn([frame(1, "text, FIN, masked"), row(2), frame(3, "ping, FIN")]), [2, 3]);
  assert.deepEqual(drawn([frame(1, "text, FIN, masked"), frame(2, "ping, FIN")]), [1, 2]);
});
