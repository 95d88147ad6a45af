import assert from "node:assert/strict";
import test from "node:test";

import { endWords } from "../../playground/widgets/static/shared/reach.js";

const told = (code, changes = {}) => ({ code, reason: "", mine: false, ...changes });
const truth = (kind, code, changes = {}) => ({
  kind,
  sender: "server",
  code,
  text: "",
  phrase: "",
  ...changes,
});

test("a socket that this page closed says so, and is no bad news", () => {
  assert.deepEqual(endWords(told(1000, { mine: true, reason: "bye" }), null), {
    said: "This page closed with 1000: “bye”.",
    bad: false,
  });
});

test("an end that came through unchanged is said with its meaning", () => {
  const end = endWords(told(1011), truth("close", 1011, { phrase: "internal error" }));
  assert.deepEqual(end, { said: "Closed with 1011 internal error.", bad: true });
  assert.equal(endWords(told(1000), null).bad, false);
});

test("a code that a proxy swallowed is what the app said", () => {
  const { said, bad } = endWords(told(1005), truth("close", 4001, { text: "no" }));
  assert.match(said, /^The app closed with 4001: “no”\. The proxy passes no code on/);
  assert.ok(bad);
});

test("a refusal is told with its status and words, which a page never hears", () => {
  const { said } = endWords(told(1006), truth("refuse", 403, { text: "not you" }));
  assert.match(said, /^The app refused this socket with 403\. not you\. A page is never told why/);
});

test("a connection that broke is not one that the app closed", () => {
  const { said } = endWords(told(1006), truth("close", null, { sender: "client" }));
  assert.equal(said, "The connection broke, and this page was told 1006.");
});
