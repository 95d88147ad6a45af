import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { stepsOf } from "../../playground/widgets/static/ladder/steps.js";
import { toRow } from "../../playground/widgets/static/traffic/row.js";
import { fold, what, who } from "../../playground/widgets/static/traffic/rows.js";

const { cases, exchanges } = JSON.parse(
  readFileSync(new URL("row-cases.json", import.meta.url), "utf-8"),
);

// A cell has its words in pieces, and a chip may stand elsewhere than in a line of text.
const words = (text) =>
  text
    .split(/[\s·:]+/)
    .filter(Boolean)
    .sort();
const inCell = (parts) => words(parts.map((part) => part.text).join(" "));

test("a row says in the table and in the ladder what it says everywhere", () => {
  for (const {
    row,
    said: [from, told, chip, label],
    tone,
  } of cases) {
    const seen = toRow(row, exchanges);
    const [item] = fold([seen], seen.seq, new Set());
    const [step] = stepsOf([item]);
    const wide = seen.sender === "lab";
    assert.deepEqual(
      [wide ? [] : inCell(who(item)), inCell(what(seen))],
      [words(from), words(told)],
      told,
    );
    assert.deepEqual([step.chip, step.label, step.tone], [chip, label, tone], told);
  }
});
