import assert from "node:assert/strict";
import test from "node:test";

import {
  asValue,
  KINDS,
  nearest,
  numberOf,
  readQuery,
} from "../../playground/widgets/static/traffic/query.js";

const parts = (typed) => readQuery(typed).parts;

test("a text falls into words, fields and expressions, each negated or not", () => {
  assert.deepEqual(
    parts('hello -kind:text,binary size>=2k "two words" /re/i').map((part) => [
      part.negated,
      part.field,
      part.sign,
      part.values,
      part.word,
      Boolean(part.regex?.test("HERE")),
    ]),
    [
      [false, "", "", [], "hello", false],
      [true, "kind", ":", ["text", "binary"], "kind:text,binary", false],
      [false, "size", ">=", ["2k"], "size>=2k", false],
      [false, "", "", [], "two words", false],
      [false, "", "", [], "/re/i", true],
    ],
  );
});

test("a value may be quoted, with a comma or a blank in it", () => {
  assert.deepEqual(parts('client:"Ada, L",bob')[0].values, ["Ada, L", "bob"]);
  for (const value of ["bob", "Ada L", 'a"b', "a,b"]) {
    assert.deepEqual(parts(`client:${asValue(value)}`)[0].values, [value]);
  }
});

test("a size has units, a code and a revision are whole numbers", () => {
  assert.deepEqual(
    ["9", "2k", "0.1M", "1.5"].map((each) => numberOf("size", each)),
    [9, 2000, 100_000, 1.5],
  );
  assert.deepEqual(
    ["404", "1k", "1.5", "ok"].map((each) => numberOf("code", each)),
    [404, null, null, null],
  );
});

test("what was meant is near: a letter more, less, changed or swapped", () => {
  assert.equal(nearest("cleint", ["client", "path"]), "client");
  assert.equal(nearest("txt", KINDS), "text");
  assert.equal(nearest("nothing", ["client", "path"]), "");
});
