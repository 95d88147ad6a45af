import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dedented,
  dotTitle,
  mayPause,
  placed,
  sheetTitle,
  words,
} from "../../playground/widgets/static/code/places.js";

const sheet = (fields = {}) => ({
  revision: 1,
  name: "Chat",
  place: "In[1]",
  first: 5,
  lines: ["a", "b", "c"],
  why: "",
  staged: true,
  ...fields,
});
const dot = (fields = {}) => ({
  client: "alice",
  exchange: 1,
  task: "",
  route: "/chat",
  revision: 1,
  place: "In[1]",
  line: 6,
  doing: "waits for a message, for 3 s",
  waits: "receive",
  ...fields,
});

test("a dot stands in the sheet of its revision and cell, at its line", () => {
  const sheets = [sheet(), sheet({ revision: 2, place: "In[2]" })];
  const dots = [dot(), dot({ exchange: 2 }), dot({ exchange: 3, revision: 2, place: "In[2]" })];
  const { at, elsewhere } = placed(sheets, dots);
  assert.deepEqual(
    at.map((lines) => [...lines].map(([line, here]) => [line, here.map((one) => one.exchange)])),
    [[[6, [1, 2]]], [[6, [3]]]],
  );
  assert.deepEqual(elsewhere, []);
});

test("what stands before, behind or in no sheet is elsewhere", () => {
  const dots = [dot({ line: 4 }), dot({ line: 8 }), dot({ place: "", line: 0 })];
  assert.deepEqual(placed([sheet()], dots).elsewhere, dots);
});

test("a dot and a sheet say what they are", () => {
  assert.equal(dotTitle(dot()), "alice at /chat: waits for a message, for 3 s");
  assert.equal(
    dotTitle(dot({ task: "ticks" })),
    "alice's task ticks at /chat: waits for a message, for 3 s",
  );
  assert.equal(sheetTitle(sheet()), "Chat · In[1]");
  assert.equal(sheetTitle(sheet({ staged: false })), "Chat · In[1] · not on stage any more");
  assert.equal(sheetTitle(sheet({ name: "", place: "" })), "a function");
});

test("lines lose what all of them are indented by, and no more", () => {
  assert.deepEqual(dedented(["    def f():", "", "        pass"]), ["def f():", "", "    pass"]);
  assert.deepEqual(dedented(["a", "  b"]), ["a", "  b"]);
  assert.deepEqual(dedented([""]), [""]);
});

test("the words of a line are all of it, each with what it is", () => {
  for (const line of [
    'if message == "nap":  # sleeps',
    "    await ws.send_text(f'{a}\\' b')",
    "x = 'not closed",
    "größe = 1",
    "",
  ])
    assert.equal(
      words(line)
        .map(([text]) => text)
        .join(""),
      line,
    );
  assert.deepEqual(
    words('await f("x") # y').filter(([, kind]) => kind),
    [
      ["await", "mpp-code-await"],
      ['"x"', "mpp-code-text"],
      ["# y", "mpp-code-comment"],
    ],
  );
});

test("a handler can pause where it may receive or send, and at no other line", () => {
  for (const line of [
    "    async for message in ws:",
    "await member.send_text(message)",
    "text = await ws.receive_text()",
    "await self.tell(room, text)  # to all",
    "async with lock:",
  ])
    assert.equal(mayPause(line), true, line);
  for (const line of [
    "",
    "async def ws_chat(self, ws):",
    "for member in members:",
    "print('await ws.send_text(1)')",
    "# await ws.send_text(1)",
    "await asyncio.sleep(1)",
    "await ws.accept()",
    "awaited = 1",
  ])
    assert.equal(mayPause(line), false, line);
});
