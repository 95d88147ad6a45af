import assert from "node:assert/strict";
import test from "node:test";

import { BUSY, GONE, LATE, Line, SLOW } from "../../playground/widgets/static/shared/line.js";

/** Timers that run when they are told to: Node 18 has none of its own. */
function stopTime(t) {
  let now = 0;
  let timers = [];
  const add = (every) => (act, wait) =>
    timers[timers.push({ act, at: now + wait, wait, every }) - 1];
  const drop = (timer) => (timers = timers.filter((each) => each !== timer));
  t.mock.method(globalThis, "setTimeout", add(false));
  t.mock.method(globalThis, "setInterval", add(true));
  t.mock.method(globalThis, "clearTimeout", drop);
  t.mock.method(globalThis, "clearInterval", drop);
  return (wait) => {
    now += wait;
    for (const timer of timers.filter((each) => each.at <= now)) {
      if (timer.every) timer.at = now + timer.wait;
      else drop(timer);
      timer.act();
    }
  };
}

/** A model that keeps what is sent, and a line over it that keeps what it tells. */
function open(t) {
  const pass = stopTime(t);
  const model = {
    sent: [],
    listeners: new Set(),
    on: (_, listener) => model.listeners.add(listener),
    off: (_, listener) => model.listeners.delete(listener),
    send: (message) => model.sent.push(message),
    tell: (message) => {
      for (const listener of [...model.listeners]) listener(message);
    },
  };
  const told = { states: [], alive: [], troubles: [] };
  const line = new Line(model, {
    state: (state) => told.states.push(state),
    alive: (alive) => told.alive.push(alive),
    trouble: (text) => told.troubles.push(text),
  });
  line.open();
  t.after(() => line.close());
  return { line, model, pass, told };
}

function ask(line) {
  const heard = { late: [], ends: [] };
  line.ask(
    { kind: "stop" },
    { late: (text) => heard.late.push(text), done: (...end) => heard.ends.push(end) },
  );
  return heard;
}

test("a line says hello and goodbye as one view", (t) => {
  const { line, model } = open(t);
  line.close();
  assert.deepEqual(
    model.sent.map((each) => each.kind),
    ["hello", "bye"],
  );
  assert.equal(new Set(model.sent.map((each) => each.view)).size, 1);
  assert.equal(model.listeners.size, 0);
});

test("where the line was laid again, it says hello again as the same view", (t) => {
  const { model } = open(t);
  model.tell({ kind: "again" });
  assert.deepEqual(
    model.sent.map((each) => each.kind),
    ["hello", "hello"],
  );
  assert.equal(new Set(model.sent.map((each) => each.view)).size, 1);
});

test("a reply reaches who asked, once, and no other view", (t) => {
  const { line, model } = open(t);
  const heard = ask(line);
  const { id } = model.sent.at(-1);
  model.tell({ kind: "reply", id, view: "another", error: null, result: 1 });
  assert.deepEqual(heard.ends, []);
  model.tell({ kind: "reply", id, view: line.view, error: null, result: 2 });
  model.tell({ kind: "reply", id, view: line.view, error: null, result: 3 });
  assert.deepEqual(heard.ends, [[null, 2]]);
});

test("a kernel that does not hear for five seconds is busy, until it hears", (t) => {
  const { line, model, pass } = open(t);
  const heard = ask(line);
  pass(LATE - 1);
  assert.deepEqual(heard.late, []);
  pass(1);
  assert.deepEqual(heard.late, [BUSY]);
  model.tell({ kind: "taken", id: 1, view: line.view });
  assert.deepEqual(heard.late, [BUSY, ""]);
});

test("an app that takes long is waited for in other words", (t) => {
  const { line, model, pass } = open(t);
  const heard = ask(line);
  model.tell({ kind: "taken", id: 1, view: line.view });
  pass(LATE);
  assert.deepEqual(heard.late, ["", SLOW]);
  model.tell({ kind: "reply", id: 1, view: line.view, error: "Stopping failed.", result: null });
  assert.deepEqual(heard.late.at(-1), "");
  assert.deepEqual(heard.ends, [["Stopping failed.", null]]);
});

test("a silent kernel ends what is waited for, and is greeted when it is back", (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const { line, model, told, pass } = open(t);
  const heard = ask(line);
  now = 7000;
  pass(1000);
  assert.deepEqual(told.alive, [false]);
  assert.deepEqual(heard.ends, [[GONE, null]]);
  model.tell({ kind: "beat" });
  assert.deepEqual(told.alive, [false, true]);
  assert.equal(model.sent.filter((each) => each.kind === "hello").length, 2);
});

test("states and troubles are passed on", (t) => {
  const { model, told } = open(t);
  model.tell({ kind: "state", name: "Chat" });
  model.tell({ kind: "trouble", text: "KeyError" });
  assert.equal(told.states[0].name, "Chat");
  assert.deepEqual(told.troubles, ["KeyError"]);
});

const hellos = (model) => model.sent.filter((message) => message.kind === "hello").length;

test("a hello that was lost is said again while the kernel beats, less and less often", (t) => {
  const { model } = open(t);
  const beat = () => {
    model.tell({ kind: "beat" });
    return hellos(model);
  };
  const counts = Array.from({ length: 14 }, beat);
  assert.deepEqual(counts, [1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4]);
});

test("once it was answered, or without a beat, hello is said no more", (t) => {
  const { line, model, pass } = open(t);
  pass(5000);
  assert.equal(hellos(model), 1);
  model.tell({ kind: "state", greeted: line.view });
  for (let beat = 0; beat < 9; beat += 1) model.tell({ kind: "beat" });
  assert.equal(hellos(model), 1);
});

test("a state that everybody is told is no answer to a hello", (t) => {
  const { line, model, told } = open(t);
  model.tell({ kind: "state", name: "Chat" });
  model.tell({ kind: "state", name: "Chat", greeted: "another" });
  for (let beat = 0; beat < 2; beat += 1) model.tell({ kind: "beat" });
  assert.equal(told.states.length, 2);
  assert.equal(line.answered, false);
  assert.equal(hellos(model), 2);
});
