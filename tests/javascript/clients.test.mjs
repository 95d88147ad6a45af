import assert from "node:assert/strict";
import test from "node:test";

import {
  ALL,
  clientTitle,
  colourClass,
  freeName,
  guestTitle,
  isOver,
  moreWords,
  sender,
  stateWords,
} from "../../playground/widgets/static/clients/clients.js";

const client = (name, more = {}) => ({
  name,
  path: "/chat",
  state: "open",
  code: null,
  reason: "",
  subprotocol: null,
  phrase: "",
  index: 0,
  ...more,
});

test("a client says how it ended", () => {
  assert.equal(stateWords(client("a")), "");
  assert.equal(stateWords(client("a", { state: "connecting" })), "connecting…");
  assert.equal(
    stateWords(client("a", { state: "closed", code: 1011, phrase: "internal error" })),
    "closed 1011 internal error",
  );
  assert.equal(stateWords(client("a", { state: "refused", code: 404 })), "refused 404");
  assert.equal(stateWords(client("a", { state: "closed" })), "closed");
});

test("the title has all there is to say", () => {
  const left = client("dave", {
    state: "closed",
    code: 4001,
    phrase: "",
    reason: "bye",
    subprotocol: "v1",
  });
  assert.equal(clientTitle(left), "dave at /chat · closed 4001 · bye · speaks v1");
});

test("the title says why the app failed, and hides nothing that was written backwards", () => {
  const failed = client("alice", {
    state: "closed",
    code: 1011,
    phrase: "internal error",
    why: "In[3] line 8: KeyError: '\u202e'",
  });
  assert.equal(
    clientTitle(failed),
    "alice at /chat · closed 1011 internal error · In[3] line 8: KeyError: '\\u202e'",
  );
});

test("a guest is somebody else's", () => {
  const said = guestTitle({ name: "browser-1", path: "/chat", index: 3 });
  assert.equal(
    said,
    "browser-1 at /chat · somebody else's connection: this lab can watch it, and not send for it",
  );
});

test("only who is gone can be connected again", () => {
  assert.deepEqual(
    ["open", "connecting", "closed", "refused"].map((state) => isOver(client("a", { state }))),
    [false, false, true, true],
  );
});

test("the first that is open sends until somebody is chosen", () => {
  const clients = [client("a", { state: "closed" }), client("b"), client("c")];
  assert.equal(sender(clients, ""), "b");
  assert.equal(sender(clients, "c"), "c");
  assert.equal(sender(clients, "a"), "a");
  assert.equal(sender(clients, "gone"), "b");
  assert.equal(sender([], ALL), ALL);
  assert.equal(sender([], "a"), "");
});

test("who is not shown is counted", () => {
  assert.equal(moreWords(0), "");
  assert.equal(moreWords(1160), "and 1,160 more");
});

test("colours go round", () => {
  assert.deepEqual([0, 5, 6, undefined].map(colourClass), [
    "mpp-client-0",
    "mpp-client-5",
    "mpp-client-0",
    "mpp-client-none",
  ]);
});

test("whoever looks is called you, and no cell's client is shut out by it", () => {
  assert.equal(freeName([]), "you");
  assert.equal(freeName(["alice", "bob"]), "you");
  assert.equal(freeName(["you", "alice", "you-3"]), "you-2");
  assert.equal(freeName(["you", "you-2"]), "you-3");
});
