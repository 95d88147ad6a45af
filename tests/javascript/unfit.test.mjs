import assert from "node:assert/strict";
import test from "node:test";

import { unfit } from "../../playground/widgets/static/traffic/unfit.js";

test("a grey tab says why", () => {
  const of = (held, name = "JSON") => unfit(name, held);
  assert.equal(of(null), "Waiting for the kernel");
  assert.equal(of({ length: 0, text: "" }), "This row holds no payload.");
  assert.equal(of({ length: 5, text: "hello" }), "The text is not JSON.");
  assert.match(of({ length: 4, text: null }), /^These are bytes/);
  assert.match(of({ length: 1e6, text: ' {"a', cut: true }), /“Show all” fetches/);
  assert.match(of({ length: 1e6, text: "hello", cut: true }), /does not begin as JSON/);
});
