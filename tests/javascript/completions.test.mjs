import assert from "node:assert/strict";
import test from "node:test";

import { completions } from "../../playground/widgets/static/traffic/completions.js";

const KNOWN = { clients: ["alice", "Ada Lovelace", "bob"], selected: 12 };
const offered = (typed, caret = typed.length) =>
  completions(typed, caret, KNOWN).map((each) => each.label);
const taken = (typed, label, caret = typed.length) =>
  completions(typed, caret, KNOWN).find((each) => each.label === label);

test("an empty box offers all fields", () => {
  assert.deepEqual(offered(""), [
    "client:",
    "dir:",
    "kind:",
    "path:",
    "where:",
    "size>",
    "code:",
    "rev:",
    "cause:",
    "shape:",
  ]);
});

test("fields are offered by how they begin, also after a minus", () => {
  assert.deepEqual(offered("hello c"), ["client:", "code:", "cause:"]);
  assert.equal(taken("-k", "kind:").text, "-kind:");
});

test("values are offered: kinds, sides, clients, the selected row", () => {
  assert.deepEqual(
    offered("kind:re"),
    ["refuse", "request", "response"].filter((kind) => kind.startsWith("re")),
  );
  assert.deepEqual(offered("dir:"), ["client", "server", "lab"]);
  assert.deepEqual(offered("client:a"), ["alice", "Ada Lovelace"]);
  assert.deepEqual(offered("cause:"), ["12"]);
  assert.deepEqual(offered("path:"), []);
});

test("a value that was taken is quoted if it must be, and a blank follows", () => {
  assert.equal(taken("client:a", "Ada Lovelace").text, 'client:"Ada Lovelace" ');
  assert.equal(taken("kind:text,b", "binary").text, "kind:text,binary ");
});

test("what stands before and after the caret stays", () => {
  const { text, caret } = taken("a cl b", "client:", 4);
  assert.deepEqual([text, caret], ["a client: b", 9]);
});
