import assert from "node:assert/strict";
import test from "node:test";

import { Feed } from "../../playground/widgets/static/traffic/feed.js";
import { Look } from "../../playground/widgets/static/traffic/look.js";

const wire = (seq, text = "hi", kind = "text") => ({
  seq,
  at: seq,
  exchange: 1,
  kind,
  sender: "client",
  text,
});
const EXCHANGES = { 1: ["websocket", "alice", "/"] };

function rows(after, last, texts = {}, more = {}) {
  const all = Array.from({ length: last - after }, (_, index) =>
    wire(after + index + 1, texts[after + index + 1]),
  );
  const totals = {
    entries: last,
    bytes: 0,
    first: 1,
    last,
    dropped: 0,
    unrecorded: 0,
    recording: true,
    frames: 0,
  };
  return {
    kind: "rows",
    first: 1,
    after,
    last,
    rows: all,
    exchanges: EXCHANGES,
    names: { alice: 0 },
    totals,
    ...more,
  };
}

function found(search, places, seqs, more = {}) {
  const first = places[0] ?? 1;
  return {
    kind: "found",
    search,
    looked: 9,
    count: places.length,
    first: 1,
    after: first - 1,
    last: places.at(-1) ?? 0,
    places,
    rows: seqs.map((seq) => wire(seq)),
    exchanges: EXCHANGES,
    names: {},
    ...more,
  };
}

function made(t, saved = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const sent = [];
  const model = {
    sent,
    get: () => saved,
    set() {},
    save_changes() {},
    on() {},
    off() {},
    send: (message) => sent.push(message),
  };
  const changes = { drawn: 0, filled: 0 };
  const ears = {
    changed: () => (changes.drawn += 1),
    came() {},
    filled: () => (changes.filled += 1),
    detail() {},
    alive() {},
    trouble() {},
  };
  const feed = new Feed(model, new Look(model), ears);
  feed.open();
  t.after(() => feed.close());
  feed.heard({ ...rows(0, 9, { 3: "needle", 7: "needle" }), view: feed.view });
  return { feed, sent, changes };
}

function filter(feed, text) {
  feed.look.set({ filter: text });
  feed.refilter();
}

const seqs = (feed) => feed.items().items.map((item) => item.seq);
const asked = (sent, kind) => sent.filter((message) => message.kind === kind);

test("a filter holds at once for what is here, and is asked of the kernel", (t) => {
  const { feed, sent } = made(t);
  filter(feed, "needle");
  assert.deepEqual([seqs(feed), feed.items().hidden, feed.ready], [[3, 7], 7, false]);
  t.mock.timers.tick(0);
  const [{ query, context, search }] = asked(sent, "find");
  assert.deepEqual([query, context, search], ["needle", "", 2]);
});

test("what the kernel finds takes its place, and goes on", (t) => {
  const { feed } = made(t);
  filter(feed, "needle");
  t.mock.timers.tick(0);
  feed.heard(found(2, [1, 2, 3], [1, 3, 7], { begins: true, view: feed.view }));
  assert.deepEqual([seqs(feed), feed.items().hidden, feed.ready], [[1, 3, 7], 6, true]);
  feed.heard(
    rows(9, 12, {}, { found: { [feed.view]: found(2, [4], [12], { looked: 12, count: 4 }) } }),
  );
  assert.deepEqual([seqs(feed), feed.items().hidden], [[1, 3, 7, 12], 8]);
});

test("what is found for a filter that was changed since is not shown", (t) => {
  const { feed } = made(t);
  filter(feed, "needle");
  t.mock.timers.tick(0);
  filter(feed, "hi");
  t.mock.timers.tick(0);
  feed.heard(found(2, [1], [3], { begins: true, view: feed.view }));
  assert.deepEqual([feed.ready, seqs(feed)], [false, [1, 2, 4, 5, 6, 8, 9]]);
});

test("how far the kernel has looked is known before it is done", (t) => {
  const { feed } = made(t);
  filter(feed, "needle");
  t.mock.timers.tick(0);
  feed.heard({ kind: "found", search: 2, looked: 4, count: 1, view: feed.view });
  assert.deepEqual([feed.search.looked, feed.ready, seqs(feed)], [4, false, [3, 7]]);
});

test("a filter that the kernel cannot read holds here", (t) => {
  const { feed } = made(t);
  filter(feed, "needle");
  t.mock.timers.tick(0);
  feed.heard({ kind: "found", search: 2, problem: "no", view: feed.view });
  assert.deepEqual([feed.search.problem, seqs(feed)], ["no", [3, 7]]);
});

test("what takes too long is said, of here until the kernel has looked, then of all", (t) => {
  const { feed } = made(t);
  filter(feed, "/needle/");
  t.mock.timers.tick(0);
  assert.deepEqual(feed.problems, []);
  feed.heard(found(2, [1], [3], { begins: true, view: feed.view, doubt: "it takes too long" }));
  assert.deepEqual(feed.problems, ["it takes too long."]);
  filter(feed, "/need/");
  assert.deepEqual(feed.problems, []);
});

test("who types is asked for when they pause", (t) => {
  const { feed, sent } = made(t);
  for (const text of ["n", "ne", "nee"]) {
    feed.look.set({ filter: text });
    feed.refilter(true);
    t.mock.timers.tick(50);
  }
  assert.equal(asked(sent, "find").length, 0);
  t.mock.timers.tick(150);
  assert.deepEqual(
    asked(sent, "find").map((message) => message.query),
    ["nee"],
  );
});

test("an empty box forgets the search and shows all", (t) => {
  const { feed, sent } = made(t);
  filter(feed, "needle");
  t.mock.timers.tick(0);
  filter(feed, "");
  t.mock.timers.tick(0);
  assert.equal(asked(sent, "find").at(-1).query, "");
  assert.equal(seqs(feed).length, 9);
});

test("a gap in what is found is asked for by place", (t) => {
  const { feed, sent } = made(t);
  filter(feed, "needle");
  t.mock.timers.tick(0);
  feed.heard(found(2, [1], [3], { begins: true, view: feed.view }));
  feed.heard(rows(9, 12, {}, { found: { [feed.view]: found(2, [5], [12]) } }));
  assert.deepEqual(asked(sent, "since").at(-1), {
    kind: "since",
    cursor: 1,
    search: 2,
    view: feed.view,
  });
});

test("a hole is asked for in the space that is shown", (t) => {
  const { feed, sent, changes } = made(t);
  filter(feed, "needle");
  t.mock.timers.tick(0);
  feed.heard(found(2, [3], [7], { begins: true, view: feed.view, after: 0 }));
  feed.fill(feed.items().items[0]);
  assert.deepEqual(asked(sent, "since").at(-1), {
    kind: "since",
    cursor: 0,
    upto: 2,
    search: 2,
    view: feed.view,
  });
  feed.heard(found(2, [1, 2], [1, 3], { fill: true, view: feed.view }));
  assert.deepEqual([seqs(feed), changes.filled], [[1, 3, 7], 1]);
});

test("a page that was loaded again asks for what its filter finds", (t) => {
  const { sent } = made(t, { filter: "kind:text" });
  assert.deepEqual(
    sent.slice(0, 2).map((message) => message.kind),
    ["hello", "find"],
  );
});

test("frames that come are hidden and counted", (t) => {
  const { feed, sent } = made(t);
  const message = rows(9, 11);
  message.rows[0] = wire(10, "", "frame");
  feed.heard({ ...message, totals: { ...message.totals, frames: 1 } });
  t.mock.timers.tick(0);
  assert.deepEqual(
    [feed.items().hidden, feed.items().unasked, seqs(feed).includes(10)],
    [1, 1, false],
  );
  assert.equal(asked(sent, "find").at(-1).query, "-kind:frame");
});

test("what is for another view is not heard", (t) => {
  const { feed } = made(t);
  feed.heard({ ...rows(9, 12), view: "another" });
  assert.equal(feed.store.rows.length, 9);
});

test("a view of rows says hello again until rows come that are its own", (t) => {
  const { feed, sent } = made(t);
  const beat = () => {
    for (const _ of [1, 2]) feed.heard({ kind: "beat" });
  };
  beat();
  assert.equal(asked(sent, "hello").length, 1);
  feed.answered = false;
  feed.heard(rows(9, 10));
  beat();
  assert.equal(asked(sent, "hello").length, 2);
});
