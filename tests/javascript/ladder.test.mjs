import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { GUTTER, lanesOf } from "../../playground/widgets/static/ladder/lanes.js";
import { columns, placeStep, shortened } from "../../playground/widgets/static/ladder/layout.js";
import { fansOf, guessesOf, livesOf } from "../../playground/widgets/static/ladder/links.js";
import {
  effectsOf,
  savedEntries,
  spoken,
  stepsOf,
  stretchesOfNumbers,
  whoIsThere,
} from "../../playground/widgets/static/ladder/steps.js";
import { toRow } from "../../playground/widgets/static/traffic/row.js";
import { fold } from "../../playground/widgets/static/traffic/rows.js";
import { row } from "./row.mjs";

const { cases } = JSON.parse(readFileSync(new URL("ladder-cases.json", import.meta.url), "utf-8"));

function laidOut({ clients, rows, path = "/", width, unfolded, window, server }) {
  const exchanges = Object.fromEntries(
    clients.map((name, index) => [index + 1, ["websocket", name, path]]),
  );
  const steps = stepsOf(
    fold(
      rows.map((each) => toRow(each, exchanges)),
      1,
      new Set(),
    ),
  );
  const order = Object.fromEntries(clients.map((name, index) => [name, index]));
  const across = lanesOf(whoIsThere(steps, order), width, unfolded);
  const [left, right] = window ?? [GUTTER, across.width];
  const caused = effectsOf(steps);
  const count = (step) => step.members.reduce((sum, seq) => sum + (caused.get(seq) ?? 0), 0);
  return {
    steps: steps.map((step) => [step.seq, step.shape, step.tone, spoken(step, count(step))]),
    lanes: across.lanes.map(({ name, role, x }) => [name, role, x]),
    width: across.width,
    placed: steps.map((step) => {
      const { start, ends, shared, x, anchor, chip, label } = placeStep(
        step,
        across,
        left,
        right,
        server,
      );
      return [start, ends, shared, x, anchor, chip, label];
    }),
    fans: fansOf(steps).map(({ cause, effects, out }) => [cause, effects, out]),
    lives: livesOf(steps, across).map(({ lane, first, last }) => [lane, first, last]),
    guesses: guessesOf(steps).map(({ cause, effects, out }) => [cause, effects, out]),
  };
}

for (const each of cases) {
  test(`the ladder is laid out as in Python: ${each.why}`, () => {
    assert.deepEqual(laidOut(each), each.expected);
  });
}

test("what is missing is a band, and no pause", () => {
  const steps = stepsOf(fold([row(1, { at: 1 }), row(9, { at: 500 })], 1, new Set()));
  assert.deepEqual(
    steps.map((step) => [step.shape, step.kind, step.label]),
    [
      ["arrow", "text", "hi"],
      ["band", "hole", "7 rows not sent to this view: show"],
      ["arrow", "text", "hi"],
    ],
  );
});

test("the sends of an opened broadcast are no steps of their own", () => {
  const sent = (seq, exchange) => row(seq, { sender: "server", cause: 1, exchange });
  const steps = stepsOf(fold([row(1), sent(2, 1), sent(3, 2)], 1, new Set([2])));
  assert.deepEqual(
    steps.map((step) => step.members),
    [[1], [2, 3]],
  );
});

test("a text is cut where its columns end", () => {
  assert.equal(shortened("hello", 5), "hello");
  assert.equal(shortened("hello!", 5), "hell…");
  assert.equal(columns("こんにちは"), 10);
  assert.equal(shortened("こんにちは", 6), "こん…");
  assert.equal(shortened("💬💬", 3), "💬…");
});

test("what is saved is told in stretches, the newest thousand steps", () => {
  assert.deepEqual(stretchesOfNumbers([7, 1, 3, 2, 3]), [
    [1, 3],
    [7, 7],
  ]);
  assert.deepEqual(stretchesOfNumbers([]), []);
  const rows = Array.from({ length: 1200 }, (_, index) => row(index + 1, { at: index * 2 }));
  assert.deepEqual(savedEntries(stepsOf(fold(rows, 1, new Set()))), [[201, 1200]]);
});
