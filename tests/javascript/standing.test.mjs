import assert from "node:assert/strict";
import test from "node:test";

import { Feed } from "../../playground/widgets/static/traffic/feed.js";
import { readFilter } from "../../playground/widgets/static/traffic/filter.js";
import { Look } from "../../playground/widgets/static/traffic/look.js";

const EXCHANGES = { 1: ["websocket", "alice", "/"], 2: ["websocket", "check-bob", "/"] };

function rows(after, last, more = {}) {
  const totals = { entries: last, first: 1, last, recording: true, frames: 0, checks: 0 };
  return {
    kind: "rows",
    first: 1,
    after,
    last,
    rows: Array.from({ length: last - after }, (_, index) => ({
      seq: after + index + 1,
      at: after + index + 1,
      exchange: (after + index + 1) % 5 ? 1 : 2,
      kind: "text",
      sender: "client",
      text: "hi",
    })),
    exchanges: EXCHANGES,
    names: { alice: 0 },
    totals,
    ...more,
  };
}

function made(t, stands = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const sent = [];
  const heard = { alive: [] };
  const traits = { look: {}, stands };
  const model = {
    get: (name) => traits[name],
    set() {},
    save_changes() {},
    on() {},
    off() {},
    send: (message) => sent.push(message),
  };
  const silent = { changed() {}, came() {}, filled() {}, detail() {}, trouble() {} };
  const feed = new Feed(model, new Look(model), {
    ...silent,
    alive: (alive) => heard.alive.push(alive),
  });
  feed.open();
  t.after(() => feed.close());
  const turn = (now) => {
    traits.stands = now;
    feed.turnedOver();
  };
  return { feed, sent, turn, heard };
}

const seqs = (feed) => feed.items().items.map((item) => item.seq);
const asked = (sent, kind) => sent.filter((message) => message.kind === kind);

test("a view that stands drops what a later cell brought, and hears no more of it", (t) => {
  const { feed, turn } = made(t);
  feed.heard(rows(0, 9, { view: feed.view }));
  turn({ last: 7, before: "In[4]" });
  feed.heard(rows(9, 12));
  assert.deepEqual(seqs(feed), [1, 2, 3, 4, 5, 6, 7]);
});

test("it asks for what it has not heard yet, up to where it stands", (t) => {
  const { feed, sent, turn } = made(t);
  feed.heard(rows(0, 3, { view: feed.view }));
  turn({ last: 7, before: "In[4]" });
  assert.equal(asked(sent, "hello").at(-1).since, 3);
  feed.heard(rows(3, 7, { view: feed.view }));
  assert.equal(seqs(feed).at(-1), 7);
});

test("a view that stands has no kernel to miss, and keeps its rows when those are let go", (t) => {
  const { feed, sent, turn, heard } = made(t);
  feed.heard(rows(0, 7, { view: feed.view }));
  turn({ last: 7, before: "In[4]" });
  feed.heard(rows(7, 7, { view: feed.view }));
  const before = sent.length;
  feed.turned(false);
  turn({ last: 7, before: "In[4]", gone: true });
  assert.deepEqual([heard.alive, sent.length - before, seqs(feed).length], [[], 0, 7]);
});

test("a hello that was lost is said again, and not for ever", (t) => {
  const { sent } = made(t, { last: 7, before: "In[4]" });
  for (let second = 0; second < 60; second += 1) t.mock.timers.tick(1000);
  assert.equal(asked(sent, "hello").length, 6);
});

test("it goes on from where it stood", (t) => {
  const { feed, sent, turn } = made(t, { last: 7, before: "In[4]" });
  feed.heard(rows(0, 7, { view: feed.view }));
  turn({});
  assert.equal(asked(sent, "hello").at(-1).since, 7);
  feed.heard(rows(7, 9, { view: feed.view }));
  feed.heard(rows(9, 11));
  assert.equal(seqs(feed).at(-1), 11);
});

test("what checks play is hidden and counted, unless the filter asks for it", (t) => {
  const { feed, sent } = made(t);
  const message = rows(0, 9, { view: feed.view });
  feed.heard({ ...message, totals: { ...message.totals, checks: 1 } });
  t.mock.timers.tick(0);
  assert.deepEqual([feed.items().unasked, seqs(feed).includes(5)], [1, false]);
  assert.equal(asked(sent, "find").at(-1).query, "-client:check -client:check-*");
  feed.look.set({ filter: "client:check*" });
  feed.refilter();
  assert.deepEqual(seqs(feed), [5]);
});

test("a check is asked for by a client's name or a word, and not by leaving it out", () => {
  const hides = (typed) => readFilter(typed, { checks: false }).query.includes("-client:check-*");
  assert.deepEqual(
    ["", "client:alice", "-check", "-client:check", "kind:text", '"hello check"'].map(hides),
    [true, true, true, true, true, true],
  );
  assert.deepEqual(
    ["check", "client:check", "client:check*", "client:bob,check-bob", "Check-bob"].map(hides),
    [false, false, false, false, false],
  );
});
