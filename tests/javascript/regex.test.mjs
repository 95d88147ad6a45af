import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  Allowance,
  Finder,
  MOST_WORK,
  TooLong,
} from "../../playground/widgets/static/traffic/regex.js";
import { RegexProblem } from "../../playground/widgets/static/traffic/regex-grammar.js";

const TABLE = JSON.parse(readFileSync(new URL("regex-cases.json", import.meta.url), "utf-8"));

const finder = (source, ignoreCase = false) => new Finder(source, ignoreCase, new Allowance());

test("an expression finds what Python's finds", () => {
  for (const { regex, i, in: finds, not: fails } of TABLE.cases) {
    const find = finder(regex, i);
    for (const text of finds) assert.ok(find.test(text), `${regex} is in ${JSON.stringify(text)}`);
    for (const text of fails) assert.ok(!find.test(text), `${regex} in ${JSON.stringify(text)}`);
  }
});

test("what needs going back, or is too large, is refused", () => {
  for (const [source, lacking] of Object.entries(TABLE.refused)) {
    assert.throws(
      () => finder(source),
      (error) => error instanceof RegexProblem && error.lacking && error.message === lacking,
      source,
    );
  }
});

test("what Python cannot read is not read", () => {
  for (const source of TABLE.wrong) {
    assert.throws(
      () => finder(source),
      (error) => error instanceof RegexProblem && !error.lacking,
      source,
    );
  }
});

/** How many steps it takes to look for an expression in a text that has none. */
function steps(source, text) {
  const allowance = new Allowance();
  assert.ok(!new Finder(source, false, allowance).test(text));
  return MOST_WORK - allowance.steps;
}

test("a text is read once", () => {
  for (const [source, text] of [
    ["(.*a){12}c", `${"a".repeat(34)}b`],
    ["(.*error){3}", "word ".repeat(2000)],
    ["^(.*?,){11}P", "1,2,3,4,5,6,7,8,9,".repeat(1000)],
    ["\\s+$", `${" ".repeat(20000)}x`],
    ["(\\w|\\d)+!", "a".repeat(20000)],
    ["(a|aa)+$", `${"a".repeat(5000)}b`],
  ]) {
    const once = steps(source, text);
    assert.ok(once < 10_000, source);
    assert.ok(steps(source, text.repeat(4)) < 2 * once + (4 * text.length) / 100, source);
  }
});

test("what takes too many steps is given up", () => {
  let turn = 1;
  // A row of a and b that looks like chance, and is the same each time.
  const letters = Array.from({ length: 50_000 }, () => {
    turn = (turn * 48_271) % 2_147_483_647;
    return "ab"[turn % 2];
  });
  const allowance = new Allowance();
  const find = new Finder("(a|b)*a(a|b){100}x", false, allowance);
  assert.throws(() => find.test(letters.join("")), TooLong);
  allowance.steps = MOST_WORK;
  assert.ok(find.test(`${"a".repeat(101)}x`));
});

test("what is known is forgotten before it is too much", () => {
  const find = finder("^.*[α-ω]x$");
  for (let begin = 0x10000; begin < 0x16000; begin += 500) {
    const letters = Array.from({ length: 500 }, (_, each) => String.fromCodePoint(begin + each));
    assert.ok(find.test(`${letters.join("")}βx`));
    assert.ok(!find.test(`${letters.join("")}bx`));
  }
  assert.ok(find.kept <= 20_000);
});
