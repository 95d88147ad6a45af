import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { readFilter } from "../../playground/widgets/static/traffic/filter.js";
import { MOST_PARTS, readQuery } from "../../playground/widgets/static/traffic/query.js";
import { toRow } from "../../playground/widgets/static/traffic/row.js";
import { row } from "./row.mjs";

const CASES = JSON.parse(readFileSync(new URL("filter-cases.json", import.meta.url), "utf-8"));

const { rows: SENT, found: FOUND } = JSON.parse(
  readFileSync(new URL("filter-rows.json", import.meta.url), "utf-8"),
);
const ROWS = SENT.map((each) => toRow(each, CASES.exchanges));

const matching = (typed, rows = ROWS) =>
  rows.filter(readFilter(typed).matches()).map((each) => each.seq);

for (const { query, matches, why } of CASES.cases) {
  test(`the box means what lab.log.filter means: ${query}${why ? ` (${why})` : ""}`, () => {
    assert.deepEqual(matching(query), matches);
  });
}

test("by every kind of term the box finds what lab.log.filter finds", () => {
  for (const [query, matches] of FOUND) assert.deepEqual(matching(query), matches, query);
});

const { same, then, cases } = CASES.shapes;
const SHAPED = [...Array.from({ length: 10 }, () => [same, ""]), ...then].map(([text, shape], at) =>
  row(at + 1, { text, shape, cause: at === 11 ? 10 : null }),
);

for (const { query, matches } of cases) {
  test(`what is unlike those before it is found: ${query}`, () => {
    assert.deepEqual(matching(query, SHAPED), matches);
  });
}

for (const { query, part } of CASES.problems) {
  test(`a problem names its part: ${query}`, () => {
    const { problems, query: cleaned } = readQuery(query);
    assert.deepEqual(
      problems.map((each) => each.part),
      [part],
    );
    assert.deepEqual(readQuery(cleaned).problems, [], "the kernel is asked something it can read");
  });
}

for (const { query, times, part } of CASES.long) {
  test(`a filter has a bound to what it looks for: ${query}, ${times} times`, () => {
    const typed = Array(times).fill(query).join(" ");
    const { parts, problems, query: cleaned } = readQuery(typed);
    assert.deepEqual(
      problems.map((each) => each.part),
      part === null ? [] : [part],
    );
    assert.deepEqual(readQuery(cleaned).problems, [], "the kernel is asked something it can read");
    if (part === null) assert.deepEqual(matching(typed), matching(query));
    else assert.ok(parts.length <= MOST_PARTS);
  });
}

test("the frames that a table hides are no word too many", () => {
  const typed = Array(MOST_PARTS).fill("e").join(" ");
  const { query, problems } = readFilter(typed, { frames: false });
  assert.deepEqual(problems, []);
  assert.deepEqual(readQuery(query).problems, []);
});

const said = (typed) => readQuery(typed).problems.map((each) => each.text);

test("a problem is said in a sentence, with what was meant", () => {
  assert.deepEqual(said("cleint:alice"), ["There is no field “cleint:”; did you mean client:?"]);
  assert.deepEqual(said("nothing:1"), [
    "There is no field “nothing:”: there are client, dir, kind, path, where, size, code, rev, cause, shape.",
  ]);
  assert.deepEqual(said("kind:txt"), ["There is no kind “txt”; did you mean kind:text?"]);
  assert.deepEqual(said("dir:up"), ["There is no dir “up”: there are client, server, lab."]);
  assert.deepEqual(said("size>"), ["size> needs a value, as in size>100."]);
  assert.deepEqual(said("code:ok"), ["code: needs a number, as in code:1011."]);
  assert.deepEqual(said("client>a"), ["client takes no “>”: write client:a."]);
  assert.deepEqual(said("size>1,2"), [
    "size> takes one number: write each comparison as a part of its own.",
  ]);
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

test("a regular expression that a browser would never end is looked for all the same", () => {
  for (const endless of [
    "(a+)+$",
    "(a*)*b$",
    "(\\w+\\s?)*!",
    "(.*a){12}c",
    "(a|aa)+$",
    ".*.*.*;",
  ]) {
    assert.deepEqual(said(`/${endless}/`), [], endless);
    assert.deepEqual(
      matching(`/${endless}/`, [row(1, { text: `${"a".repeat(190)}-` })]),
      [],
      endless,
    );
  }
});

test("what of a regular expression no filter looks for is said", () => {
  assert.deepEqual(said("/(a)\\1/"), ["“/(a)\\1/” has backreferences, which no filter looks for."]);
  assert.deepEqual(said("/a(?=b)/"), ["“/a(?=b)/” has look-ahead, which no filter looks for."]);
});

test("rows on which an expression takes too long are left out, either way, and told", () => {
  let turn = 1;
  const chance = () => {
    turn = (turn * 48_271) % 2_147_483_647;
    return "ab"[turn % 2];
  };
  const rows = Array.from({ length: 300 }, (_, at) =>
    row(at + 1, { text: Array.from({ length: 200 }, chance).join("") }),
  );
  for (const minus of ["", "-"]) {
    const part = "/(a|b)*a(a|b){150}c/";
    const filter = readFilter(`${minus}${part}`);
    assert.equal(filter.doubt(), "");
    const found = rows.filter(filter.matches()).length;
    const left = Number(/takes too long on (\d+) rows/.exec(filter.doubt())?.[1]);
    assert.equal(found + left, minus ? 300 : left);
    assert.equal(
      filter.doubt(),
      `“${minus}${part}” takes too long on ${left} rows, which may match and are left out; ` +
        "write a simpler expression.",
    );
  }
});

test("a part that is still being written asks for nothing", () => {
  for (const begun of ["client:", "kind:te", "kind:text,", "size>", "-", 'client:"Ada L']) {
    assert.deepEqual(
      readQuery(`hello ${begun}`, true).parts.map((part) => part.text),
      ["hello"],
      begun,
    );
    assert.deepEqual(readQuery(`hello ${begun}`, true).problems, [], begun);
  }
  for (const whole of ["client:al", "kind:text", "size>1", "hel", "kind:foo"]) {
    assert.equal(readQuery(`hello ${whole}`, true).parts.length, 2, whole);
  }
});

test("words hide no swap and no bad news of whom one looks at", () => {
  const rows = [
    row(1, { kind: "swap", sender: "lab", exchange: 0 }),
    row(2, { kind: "exception", sender: "server", tone: "error" }),
    row(3, { kind: "exception", sender: "server", tone: "error", exchange: 2 }),
    row(4),
  ];
  const kept = (typed) => rows.filter(readFilter(typed).keeps).map((each) => each.seq);
  assert.deepEqual(kept("hello"), [1, 2, 3]);
  assert.deepEqual(kept("hello client:bob"), [1, 3]);
  assert.deepEqual(kept("hello -client:bob"), [1, 2]);
  for (const exact of ["kind:text", "dir:client hello", "size>3", "cause:4", "rev:1"])
    assert.deepEqual(kept(exact), [], exact);
});

test("frames are hidden unless they are asked for", () => {
  const rows = [row(1), row(2, { kind: "frame" })];
  const shown = (typed, frames) =>
    rows.filter(readFilter(typed, { frames }).matches()).map((each) => each.seq);
  assert.deepEqual(shown("", false), [1]);
  assert.deepEqual(shown("", true), [1, 2]);
  assert.deepEqual(shown("kind:frame", false), [2]);
  assert.equal(readFilter("hi", { frames: false }).query, "hi -kind:frame");
  assert.equal(readFilter("hi", { frames: false }).context, "");
});

test("what stays though it does not match is counted", () => {
  const failed = { kind: "exception", tone: "error", text: "KeyError" };
  const rows = [
    row(1),
    row(2, failed),
    row(3, { ...failed, exchange: 2 }),
    row(4, { exchange: 0, sender: "lab", kind: "swap", text: "revision 2 on stage" }),
  ];
  assert.equal(readFilter("hi").kept(rows), 3);
  assert.equal(readFilter("client:alice hi").kept(rows), 2);
  assert.equal(readFilter("KeyError").kept(rows), 1, "what matches is no exception to the rule");
  assert.equal(readFilter("kind:text").kept(rows), 0);
  assert.equal(readFilter("").kept(rows), 0);
});
