import assert from "node:assert/strict";
import test from "node:test";

import { History } from "../../playground/widgets/static/shared/messages.js";

test("the arrows go through what was sent, and back to what was being typed", () => {
  const history = new History();
  for (const line of ["one", "two", "three"]) history.add(line);
  assert.equal(history.earlier("draft"), "three");
  assert.equal(history.earlier("three"), "two");
  assert.equal(history.later("two"), "three");
  assert.equal(history.later("three"), "draft");
  assert.equal(history.later("draft"), "draft");
});

test("the oldest line stays", () => {
  const history = new History();
  history.add("one");
  assert.equal(history.earlier(""), "one");
  assert.equal(history.earlier("one"), "one");
});

test("an empty history changes nothing", () => {
  assert.equal(new History().earlier("typed"), "typed");
  assert.equal(new History().later("typed"), "typed");
});

test("the same twice in a row counts once, and the oldest are let go", () => {
  const history = new History();
  for (let line = 0; line < 300; line += 1) history.add(String(line));
  history.add("299");
  assert.equal(history.lines.length, 200);
  assert.equal(history.earlier(""), "299");
  assert.equal(history.earlier(""), "298");
});
