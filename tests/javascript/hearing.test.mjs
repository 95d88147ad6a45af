import assert from "node:assert/strict";
import test from "node:test";

import {
  choicesAt,
  heardBy,
  isAsked,
  names,
  thereAt,
  verdict,
} from "../../playground/widgets/static/player/hearing.js";

const step = (seq, sender, kind, clients, cause = null) => ({
  seq,
  shape: kind === "print" ? "mark" : "arrow",
  sender,
  kind,
  clients,
  cause,
  members: [seq],
});

const TALK = [
  step(1, "client", "open", ["alice"]),
  step(2, "client", "open", ["bob"]),
  step(3, "client", "open", ["carol"]),
  step(4, "client", "close", ["carol"]),
  step(5, "client", "text", ["alice"]),
  step(6, "server", "print", ["alice"], 5),
  step(7, "server", "text", ["alice", "bob"], 5),
  step(8, "client", "text", ["bob"]),
  step(9, "server", "text", ["dan"], 8),
  step(10, "server", "text", ["alice"]),
];

test("who hears a message are those who get one because of it", () => {
  assert.deepEqual(heardBy(TALK, 4), ["alice", "bob"]);
  assert.deepEqual(heardBy(TALK, 7), ["dan"]);
  assert.deepEqual(heardBy(TALK, 0), []);
});

test("one may choose who is there, and who hears it", () => {
  assert.deepEqual(thereAt(TALK, 4), ["alice", "bob"]);
  assert.deepEqual(choicesAt(TALK, 7), ["alice", "bob", "dan"]);
});

test("only what a client says is asked about", () => {
  assert.deepEqual(
    TALK.filter((each) => isAsked(each)).map(({ seq }) => seq),
    [5, 8],
  );
  assert.equal(isAsked(undefined), false);
});

for (const [heard, chosen, said] of [
  [["bob"], ["bob"], "Right: bob hears it."],
  [["bob", "eve"], ["eve", "bob"], "Right: bob and eve hear it."],
  [[], [], "Right: nobody hears it."],
  [[], ["bob"], "Not quite: nobody hears it."],
  [["bob"], [], "Not quite: bob hears it."],
  [["bob", "eve"], ["bob", "alice"], "Not quite: eve hears it too; alice does not."],
  [["bob"], ["alice", "dan"], "Not quite: bob hears it too; alice and dan do not."],
])
  test(`of ${chosen} for ${heard} is said: ${said}`, () => {
    assert.equal(verdict(heard, chosen), said);
  });

test("many names are counted, and marks in them are written out", () => {
  assert.equal(names(["a", "b", "c"]), "a, b and c");
  assert.match(names(Array.from({ length: 20 }, (_, each) => `n${each}`)), /n11 and 8 more$/);
  assert.ok(!names(["a\u202eb"]).includes("\u202e"));
});
