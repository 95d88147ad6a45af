import assert from "node:assert/strict";
import { test } from "node:test";
import {
  calledBy,
  detailsOf,
  doneIn,
  howToJoin,
  standingOf,
  thoseWho,
} from "../../playground/widgets/static/classroom/said.js";

const OPEN = {
  state: "open",
  sentence: 0,
  text: "got 'hi'",
  tries: 1,
  revision: 0,
  for: "3 min",
  help: false,
};
const STUCK = { ...OPEN, state: "stuck", tries: 4, revision: 7, for: "8 min", help: true };
const DONE = { ...OPEN, state: "done", sentence: -1 };
const BOB = { id: 7, number: 2, name: "bob", away: "", pasted: false, cells: [OPEN, null] };
const ADA = { ...BOB, id: 3, number: 1, name: "ada", cells: [DONE, STUCK] };
const STATE = { learners: [ADA, BOB] };

test("a cell says how it stands", () => {
  assert.equal(standingOf(null), "not tried");
  assert.equal(standingOf(DONE), "done");
  assert.equal(standingOf(STUCK), "stuck for 8 min, asks for help");
  assert.equal(detailsOf(OPEN), "open · checked once · the same sentence for 3 min");
  assert.equal(detailsOf(STUCK), "stuck for 8 min, asks for help · checked 4 times · revision 7");
});

test("without names a learner is a number", () => {
  assert.equal(calledBy(BOB, true), "bob");
  assert.equal(calledBy(BOB, false), "Learner 2");
});

test("a column and a sentence know their learners", () => {
  assert.equal(doneIn(STATE, 0), 1);
  assert.deepEqual(thoseWho(STATE, { number: 0 }), [ADA, BOB]);
  assert.deepEqual(thoseWho(STATE, { number: 5 }), []);
});

test("who has nobody yet is told what to write", () => {
  assert.match(
    howToJoin("8765"),
    /^from playground.classroom import join\n\njoin\("http:\/\/127.0.0.1:8765"/,
  );
});
