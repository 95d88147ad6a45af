import assert from "node:assert/strict";
import test from "node:test";

import {
  closeProblems,
  jsonProblem,
  read,
} from "../../playground/widgets/static/shared/messages.js";

test("text goes as it was typed, also where it looks like something else", () => {
  assert.deepEqual(read("text", "{'say': "), { data: "{'say': ", format: "text" });
  assert.deepEqual(read("json", '{ "say":"hi" }'), { data: '{ "say":"hi" }', format: "text" });
});

test("nothing is not sent", () => {
  for (const kind of ["text", "json", "binary"])
    assert.match(read(kind, "").problem, /Type a message/);
});

test("bytes are written in hex, with or without spaces", () => {
  for (const typed of ["89504E47", "89 50 4e 47", "0x89, 0x50, 0x4e, 0x47", "89:50:4e:47"]) {
    assert.deepEqual(read("binary", typed), { data: "89504e47", format: "binary" });
  }
  assert.match(read("binary", "hello").problem, /in hex/);
  assert.match(read("binary", "   ").problem, /in hex/);
  assert.match(read("binary", "89 5").problem, /left over/);
});

test("what is wrong with JSON is said in words", () => {
  assert.equal(jsonProblem('[1, "two", null]'), "");
  assert.match(jsonProblem("{'say': 'hi'}"), /not JSON.*double quotes/);
  assert.match(jsonProblem('{"on": True}'), /true, false and null/);
  assert.match(jsonProblem("[1, 2, ]"), /no comma after the last/);
  assert.match(jsonProblem("hello"), /double quotes/);
  assert.match(jsonProblem('{"say": "hi"'), /ends too early/);
  assert.match(jsonProblem('{"a": 1} x'), /see character 10/);
});

test("a word inside of a text is no mistake", () => {
  assert.doesNotMatch(jsonProblem('{"say": "it\'s True", }'), /double quotes|true, false/);
});

test("a client closes with 1000 or 3000 to 4999", () => {
  for (const code of ["1000", "3000", "4999", " 4001 "])
    assert.deepEqual(closeProblems(code, ""), {});
  for (const code of ["", "999", "1001", "1006", "2999", "5000", "1e3", "4000.5", "abcd"]) {
    assert.match(closeProblems(code, "").code, /1000, or with 3000 to 4999/);
  }
});

test("a reason is counted in bytes", () => {
  assert.deepEqual(closeProblems("1000", "x".repeat(123)), {});
  assert.match(closeProblems("1000", "é".repeat(62)).reason, /has 124/);
});
