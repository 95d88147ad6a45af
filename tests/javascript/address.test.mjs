import assert from "node:assert/strict";
import test from "node:test";
import {
  absolute,
  busyWords,
  shownAddress,
} from "../../playground/widgets/static/shared/address.js";
import { answerWords, shownBody } from "../../playground/widgets/static/shared/paths.js";

const PAGE = "https://hub.example/user/ada/lab/tree/a.ipynb";

test("an address is made absolute on the notebook's own site", () => {
  assert.equal(absolute("http://127.0.0.1:8000/", PAGE), "http://127.0.0.1:8000/");
  assert.equal(absolute("/user/ada/proxy/8000/", PAGE), "https://hub.example/user/ada/proxy/8000/");
});

test("only what a browser can safely open is a link", () => {
  for (const url of ["", "javascript:alert(1)", "data:text/html,x", "http://"])
    assert.equal(absolute(url, PAGE), "");
});

test("the line shows what a browser uses", () => {
  assert.equal(shownAddress("127.0.0.1:8000", "http://127.0.0.1:8000/"), "127.0.0.1:8000");
  assert.equal(
    shownAddress("127.0.0.1:8000", "https://hub.example/user/ada/proxy/8000/"),
    "hub.example/user/ada/proxy/8000",
  );
  assert.equal(shownAddress("in-process (no network)", ""), "in-process (no network)");
});

test("how busy a lab is, in words", () => {
  const state = { sockets: 3, messages: 1204, missed: false, rate: 38 };
  assert.equal(busyWords(state), "3 sockets · 1,204 messages · 38/s");
  assert.equal(busyWords({ ...state, sockets: 1, messages: 1, rate: 0 }), "1 socket · 1 message");
  assert.equal(
    busyWords({ ...state, missed: true, rate: 1500 }),
    "3 sockets · over 1,204 messages · 1,500/s",
  );
});

test("a response in words", () => {
  const result = {
    status: 200,
    seconds: 0.003,
    headers: [["Content-Type", "text/plain"]],
    body: "é",
  };
  assert.equal(answerWords(result), "200 · 3.0 ms · text/plain · 2 B");
  assert.equal(
    answerWords({ ...result, status: 204, headers: [], body: "" }),
    "204 · 3.0 ms · no body",
  );
});

test("a long body is cut, what is left out is counted, and control characters are written out", () => {
  assert.deepEqual(shownBody("a\nb\u001b"), { text: "a\nb\\x1b", more: "" });
  const { text, more } = shownBody("x".repeat(5200));
  assert.equal(text.length, 4000);
  assert.equal(more, "… 1,200 more characters");
});
