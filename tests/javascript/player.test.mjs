import assert from "node:assert/strict";
import test from "node:test";

import { Player, SPEEDS } from "../../playground/widgets/static/player/player.js";

const arrow = (seq, more = {}) => ({ seq, shape: "arrow", members: [seq], ...more });
const steps = (count) => Array.from({ length: count }, (_, index) => arrow(index + 1));

/** A clock that goes only when it is told to, and timers by it. */
function clock(t) {
  const { setTimeout, clearTimeout } = globalThis;
  const due = new Map();
  let now = 0;
  let last = 0;
  globalThis.setTimeout = (act, ms) => {
    last += 1;
    due.set(last, { act, at: now + ms });
    return last;
  };
  globalThis.clearTimeout = (id) => due.delete(id);
  t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout }));
  return (ms) => {
    const end = now + ms;
    for (;;) {
      const [next] = [...due].sort(([, one], [, other]) => one.at - other.at);
      if (!next || next[1].at > end) break;
      now = next[1].at;
      due.delete(next[0]);
      next[1].act();
    }
    now = end;
  };
}

/** A player of some steps, with a clock of its own; it notes at which step it was. */
function made(t, all, { words = {}, waits } = {}) {
  const wait = clock(t);
  const seen = [];
  const player = new Player(
    (forward) => forward && seen.push(player.at),
    (step) => words[step.seq] ?? "",
    waits,
  );
  player.take(all);
  return { player, seen, wait };
}

test("at first all is shown", (t) => {
  const { player } = made(t, steps(5));
  assert.equal(player.at, 4);
  assert.ok(player.atEnd);
});

test("it plays from the first step to the last, and ends there", (t) => {
  const { player, seen, wait } = made(t, steps(4));
  player.toggle();
  wait(60_000);
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.equal(player.running, false);
  player.toggle();
  assert.equal(player.at, 0);
});

test("a pause holds it, and it goes on from there", (t) => {
  const { player, seen, wait } = made(t, steps(9));
  player.toggle();
  wait(player.hold * 2);
  player.toggle();
  wait(60_000);
  assert.deepEqual(seen, [0, 1, 2]);
  player.toggle();
  wait(1);
  assert.equal(player.at, 3);
});

test("a step by hand stops it", (t) => {
  const { player, wait } = made(t, steps(9));
  player.toggle();
  player.by(1);
  wait(60_000);
  assert.equal(player.at, 1);
  player.by(-1);
  assert.equal(player.at, 0);
  player.by(-1);
  assert.equal(player.at, 0);
  player.go(100);
  assert.equal(player.at, 8);
  player.by(1);
  assert.equal(player.at, 8);
});

test("twice as fast is half as long, and after the fastest comes the slowest", (t) => {
  const { player } = made(t, steps(3));
  player.go(0);
  const { hold } = player;
  player.turnSpeed(1);
  assert.equal(player.hold, hold / 2);
  for (const _ of SPEEDS) player.turnSpeed(1);
  assert.equal(player.hold, hold / 2);
  player.turnSpeed(-1);
  player.turnSpeed(-1);
  player.turnSpeed(-1);
  assert.equal(player.speed, SPEEDS.at(-1));
});

test("words stay until they can be read, also where it goes fast", (t) => {
  const said = "x".repeat(100);
  const { player } = made(t, steps(3), { words: { 2: said } });
  player.go(1);
  const slow = player.hold;
  assert.ok(slow > 5000);
  while (player.speed !== SPEEDS.at(-1)) player.turnSpeed(1);
  assert.equal(player.hold, slow / 2);
  player.go(0);
  assert.ok(player.hold < 100);
});

test("where something is asked it waits for the answer", (t) => {
  const open = new Set([1]);
  const { player, seen, wait } = made(t, steps(4), { waits: (index) => open.has(index) });
  player.toggle();
  wait(60_000);
  assert.deepEqual(seen, [0, 1]);
  assert.ok(player.running);
  open.clear();
  player.comeNext();
  wait(60_000);
  assert.deepEqual(seen, [0, 1, 2, 3]);
});

test("other steps leave it at the same one; at the end it stays at the end", (t) => {
  const { player } = made(t, steps(6));
  player.take(steps(8));
  assert.equal(player.at, 7);
  player.go(4);
  player.take(steps(8).filter(({ seq }) => seq % 2));
  assert.equal(player.step.seq, 5);
  player.take([]);
  assert.equal(player.at, -1);
  player.toggle();
  assert.equal(player.running, false);
});
