import assert from "node:assert/strict";
import { test } from "node:test";
import { breakPlace, Margin } from "../../playground/widgets/static/traffic/margin.js";
import { single } from "../../playground/widgets/static/traffic/rows.js";
import { row } from "./row.mjs";

const item = (changes = {}) => single(row(1, changes));
const set = (which, line = "") => ({ which, line, said: `said ${which}` });

test("a dot may come where a client's message is, if there can be breakpoints at all", () => {
  const margin = new Margin();
  assert.equal(margin.at(item()), "");
  margin.take([]);
  assert.equal(margin.at(item()), "mpp-may-break");
  assert.equal(margin.at(item({ kind: "binary" })), "mpp-may-break");
  for (const other of [{ kind: "open" }, { sender: "server" }, { kind: "request" }])
    assert.equal(margin.at(item(other)), "");
  assert.equal(margin.at(undefined), "");
  assert.equal(
    margin.title(item()),
    "Pause at text messages from alice at /chat, before their handler sends or receives (b)",
  );
});

test("it stands at every message that a breakpoint finds, and goes with it", () => {
  const margin = new Margin();
  margin.take([set("client:alice kind:text"), set("/nothing/"), set("", "In[1]:4")]);
  assert.equal(margin.at(item()), "mpp-breaks");
  assert.equal(margin.at(item({ exchange: 2 })), "mpp-may-break");
  assert.equal(
    margin.title(item()),
    "Breakpoint: said client:alice kind:text. Press to take it away (b)",
  );
  margin.take([]);
  assert.equal(margin.at(item()), "mpp-may-break");
  margin.take(undefined);
  assert.equal(margin.at(item()), "");
});

test("what the app sent has the margin of the line that sent it, if that is known", () => {
  const margin = new Margin();
  const sent = item({ sender: "server", where: "In[1]:4" });
  assert.deepEqual(breakPlace(row(7)), { seq: 7 });
  assert.deepEqual(breakPlace(sent.row), { line: "In[1]:4" });
  for (const other of [{ sender: "server", where: null }, { sender: "lab" }, { kind: "close" }])
    assert.equal(breakPlace(row(7, other)), null);
  assert.equal(breakPlace(undefined), null);
  assert.equal(margin.at(sent), "");
  margin.take([set("")]);
  assert.equal(margin.at(sent), "mpp-may-break");
  assert.equal(margin.title(sent), "Pause at line 4 of In[1], which sent this (b)");
  margin.take([set("/tea/", "In[1]:4")]);
  assert.equal(margin.at(sent), "mpp-breaks");
  assert.equal(margin.title(sent), "Breakpoint: said /tea/. Press to take it away (b)");
  assert.deepEqual(margin.place(sent), { line: "In[1]:4" });
});

test("one for every message stands at all of them, and at those of clients alone", () => {
  const margin = new Margin();
  margin.take([set("")]);
  assert.equal(margin.at(item()), "mpp-breaks");
  assert.equal(margin.at(item({ sender: "server" })), "");
});
