import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { readFilter } from "../../playground/widgets/static/filter.js";
import { readQuery } from "../../playground/widgets/static/query.js";
import { row } from "./row.mjs";

const CASES = JSON.parse(readFileSync(new URL("filter-cases.json", import.meta.url), "utf-8"));

const ROWS = CASES.entries.map((entry) => {
  const bytes = entry.base64 ? Buffer.from(entry.base64, "base64") : null;
  const text = bytes ? bytes.toString("hex").replace(/(..)(?=.)/g, "$1 ") : (entry.data ?? "");
  return row(entry.seq, { cause: null, where: null, code: null, ...entry, text, note: entry.row_note ?? entry.note ?? null, read: entry.row_read }, CASES.exchanges);
});

const matching = (typed, rows = ROWS) => rows.filter(readFilter(typed).matches()).map((each) => each.seq);

for (const { query, matches, why } of CASES.cases) {
  test(`the box means what lab.log.filter means: ${query}${why ? ` (${why})` : ""}`, () => {
    assert.deepEqual(matching(query), matches);
  });
}

for (const { query, part } of CASES.problems) {
  test(`a problem names its part: ${query}`, () => {
    const { problems, query: cleaned } = readQuery(query);
    assert.deepEqual(problems.map((each) => each.part), [part]);
    assert.deepEqual(readQuery(cleaned).problems, [], "the kernel is asked something it can read");
  });
}

const said = (typed) => readQuery(typed).problems.map((each) => each.text);

test("a problem is said in a sentence, with what was meant", () => {
  assert.deepEqual(said("cleint:alice"), ["There is no field “cleint:”; did you mean client:?"]);
  assert.deepEqual(said("nothing:1"), ["There is no field “nothing:”: there are client, dir, kind, path, where, size, code, rev, cause."]);
  assert.deepEqual(said("kind:txt"), ["There is no kind “txt”; did you mean kind:text?"]);
  assert.deepEqual(said("dir:up"), ["There is no dir “up”: there are client, server, lab."]);
  assert.deepEqual(said("size>"), ["size> needs a value, as in size>100."]);
  assert.deepEqual(said("code:ok"), ["code: needs a number, as in code:1011."]);
  assert.deepEqual(said("client>a"), ["client takes no “>”: write client:a."]);
  assert.deepEqual(said("size>1,2"), ["size> takes one number: write each comparison as a part of its own."]);
  assert.deepEqual(said("/(c/"), ["“/(c/” is no regular expression: unterminated group."]);
});

test("what cannot be read is looked for as text", () => {
  assert.deepEqual(matching("/(c/"), []);
  assert.deepEqual(matching('"(c"'), [9]);
  assert.equal(readQuery('-foo:"a b" baz').query, '-"foo:\\"a b\\"" baz');
});

test("a regular expression that is only valid without the u flag is one", () => {
  assert.deepEqual(matching("/\\-1$/"), [18]);
});

test("a regular expression that may never end is not tried", () => {
  for (const endless of ["(a+)+", "(a*)*b", "(\\w+\\s?)*$", "((a|b)+c)+", "(?:x{2,})+", "(?<n>.*)+"]) {
    assert.deepEqual(said(`/${endless}/`), [`“/${endless}/” repeats what repeats itself, which may take for ever.`], endless);
  }
  for (const fine of ["(ab)+", "a+b*", "(a+)b+", "[(+)]+", "\\(a+\\)+", "(a{2})+", "(a+)?"]) assert.deepEqual(said(`/${fine}/`), [], fine);
});

test("a part that is still being written asks for nothing", () => {
  for (const begun of ["client:", "kind:te", "kind:text,", "size>", "-", 'client:"Ada L']) {
    assert.deepEqual(readQuery(`hello ${begun}`, true).parts.map((part) => part.text), ["hello"], begun);
    assert.deepEqual(readQuery(`hello ${begun}`, true).problems, [], begun);
  }
  for (const whole of ["client:al", "kind:text", "size>1", "hel", "kind:foo"]) {
    assert.equal(readQuery(`hello ${whole}`, true).parts.length, 2, whole);
  }
});

test("words hide no swap and no bad news of whom one looks at", () => {
  const rows = [
    row(1, { kind: "swap", sender: "lab", exchange: 0 }), row(2, { kind: "exception", sender: "server", flags: "e" }),
    row(3, { kind: "exception", sender: "server", flags: "e", exchange: 2 }), row(4),
  ];
  const kept = (typed) => rows.filter(readFilter(typed).keeps).map((each) => each.seq);
  assert.deepEqual(kept("hello"), [1, 2, 3]);
  assert.deepEqual(kept("hello client:bob"), [1, 3]);
  assert.deepEqual(kept("hello -client:bob"), [1, 2]);
  for (const exact of ["kind:text", "dir:client hello", "size>3", "cause:4", "rev:1"]) assert.deepEqual(kept(exact), [], exact);
});

test("frames are hidden unless they are asked for", () => {
  const rows = [row(1), row(2, { kind: "frame" })];
  const shown = (typed, frames) => rows.filter(readFilter(typed, { frames }).matches()).map((each) => each.seq);
  assert.deepEqual(shown("", false), [1]);
  assert.deepEqual(shown("", true), [1, 2]);
  assert.deepEqual(shown("kind:frame", false), [2]);
  assert.equal(readFilter("hi", { frames: false }).query, "hi -kind:frame");
  assert.equal(readFilter("hi", { frames: false }).context, "");
});
