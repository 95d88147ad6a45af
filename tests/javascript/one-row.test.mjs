import assert from "node:assert/strict";
import test from "node:test";

import { toRow } from "../../playground/widgets/static/traffic/row.js";

const EXCHANGES = { 1: ["websocket", "alice", "/chat"] };
const read = (sent, place) => toRow({ seq: 7, at: 1, exchange: 1, ...sent }, EXCHANGES, place);

test("what was not sent is what most rows have", () => {
  const { kind, sender, size, cause, revision, payload, label, tone } = read({ text: "hello" });
  assert.deepEqual(
    { kind, sender, size, cause, revision, payload, label, tone },
    {
      kind: "text",
      sender: "server",
      size: 5,
      cause: null,
      revision: 1,
      payload: "hello",
      label: "hello",
      tone: "",
    },
  );
});

test("a ladder's words follow from the table's, unless others were sent", () => {
  assert.equal(read({ text: "/a", lead: "GET " }).label, "GET /a");
  assert.equal(read({ text: "a", payload: "", said: "opened a" }).label, "opened a");
  assert.equal(read({ text: "a", lead: "200 ", label: "200 · a" }).label, "200 · a");
  assert.deepEqual(
    [read({ chip: "ping" }).tag, read({ chip: "b", tag: "b 9" }).tag],
    ["ping", "b 9"],
  );
});

test("whose it is comes from its exchange, and its place is its number unless it was found", () => {
  assert.deepEqual([read({}).client, read({}).path, read({}).place], ["alice", "/chat", 7]);
  assert.equal(read({}, 3).place, 3);
  assert.equal(read({ exchange: 0 }).client, "");
});
