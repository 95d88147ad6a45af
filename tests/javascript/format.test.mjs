import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import * as format from "../../playground/widgets/static/shared/format.js";

const DELTAS = JSON.parse(readFileSync(new URL("delta-cases.json", import.meta.url), "utf-8"));

test("what nobody sees is written out, as Python does it", () => {
  const cases = JSON.parse(readFileSync(new URL("escape-cases.json", import.meta.url), "utf-8"));
  for (const { text, shown, keep } of cases) assert.equal(format.escaped(text, keep), shown);
  assert.ok(cases.length > 60);
});

test("sizes are short", () => {
  const sizes = [0, 999, 1000, 4112, 99_940, 99_960, 999_499, 999_500, 2_000_000];
  assert.deepEqual(sizes.map(format.sized), [
    "0",
    "999",
    "1.0k",
    "4.1k",
    "99.9k",
    "100k",
    "999k",
    "1.0M",
    "2.0M",
  ]);
  assert.deepEqual([12, 88_000, 2e6].map(format.sizedWithUnit), ["12 B", "88.0 kB", "2.0 MB"]);
});

test("numbers have their nouns and thousands", () => {
  assert.equal(format.counted(1, "entry", "entries"), "1 entry");
  assert.equal(format.counted(1204, "entry", "entries"), "1,204 entries");
  assert.equal(format.grouped(1234567), "1,234,567");
});

test("times never run backwards", () => {
  for (const [seconds, said] of DELTAS) {
    assert.equal(format.delta(seconds), said, String(seconds));
    assert.ok(said.length <= 7, `${said} is cut off in its column`);
  }
  assert.deepEqual([0.0004, 1.2].map(format.duration), ["0.4 ms", "1.20 s"]);
  assert.match(format.clock(1_700_000_000.25), /^\d\d:\d\d:\d\d\.250$/);
});

test("a hex dump fits the pane and shows what is text", () => {
  const dump = format.hexDump(new TextEncoder().encode('{"join": 1}\n'));
  assert.equal(
    dump,
    '0000  7b 22 6a 6f 69 6e 22 3a  {"join":\n0008  20 31 7d 0a               1}.',
  );
  assert.equal(format.hexDump(new Uint8Array()), "");
});

test("a place is said as a person says it", () => {
  assert.equal(format.place("In[7]:9"), "In [7] line 9");
  assert.equal(format.place("somewhere"), "somewhere");
});

test("what is JSON is parsed, what is not is left", () => {
  assert.deepEqual(format.parsedJson('{"a": [1, null]}'), { a: [1, null] });
  assert.equal(format.parsedJson("hello"), undefined);
  assert.equal(format.parsedJson('{"a":'), undefined);
  assert.equal(format.parsedJson("[".repeat(90_000)), undefined);
});
