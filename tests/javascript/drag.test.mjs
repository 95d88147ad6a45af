import assert from "node:assert/strict";
import { test } from "node:test";
import { reached, targetsOf } from "../../playground/widgets/static/ladder/drag.js";
import { flyingIn } from "../../playground/widgets/static/ladder/flight.js";

const step = (changes) =>
  /** @type {any} */ ({ shape: "arrow", sender: "server", members: [7, 8], ...changes });
const laneAt = (client) => ({ ann: 10, bob: 90, cid: 90 })[client];

test("what is in flight to the app arrives at the server's lane", () => {
  const sent = step({ sender: "client", clients: ["ann"], members: [7] });
  assert.deepEqual(targetsOf(sent, [7], laneAt, 50), [{ x: 50, seqs: [7] }]);
  assert.deepEqual(targetsOf(sent, [], laneAt, 50), []);
});

test("each send of a broadcast arrives at its own lane, and where lanes are folded together", () => {
  const three = step({ clients: ["ann", "bob", "cid"], members: [7, 8, 9] });
  assert.deepEqual(targetsOf(three, [7, 8, 9], laneAt, 50), [
    { x: 10, seqs: [7] },
    { x: 90, seqs: [8, 9] },
  ]);
  assert.deepEqual(targetsOf(three, [9], laneAt, 50), [{ x: 90, seqs: [9] }]);
});

test("near its lane it has come, and elsewhere it has not", () => {
  const targets = [{ x: 10, seqs: [7] }];
  assert.equal(reached(targets, 35), targets[0]);
  assert.equal(reached(targets, 60), undefined);
});

test("only arrows fly", () => {
  assert.deepEqual(flyingIn(step({}), [8, 9]), [8]);
  assert.deepEqual(flyingIn(step({ shape: "mark" }), [8]), []);
  assert.deepEqual(flyingIn(step({})), []);
});
