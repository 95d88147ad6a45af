import assert from "node:assert/strict";
import test from "node:test";

import {
  offered,
  pythonOf,
  wrongAddress,
} from "../../playground/widgets/static/traffic/elsewhere.js";
import { row } from "./row.mjs";

const OFFER = { watches: "This lab then leads there.", first: 1 };
const of = (...kinds) => kinds.map((kind, index) => ({ row: row(index + 1, { kind }) }));

test("a server elsewhere is offered as long as nobody has come", () => {
  assert.equal(offered(OFFER, [], false), OFFER.watches);
  assert.equal(offered(OFFER, of("swap", "lab"), false), OFFER.watches);
  assert.equal(offered(OFFER, of("swap", "request"), false), "");
  assert.equal(offered(OFFER, [{ row: undefined }], false), "");
});

test("it is not offered where none can be watched, nor after the log was cleared", () => {
  assert.equal(offered({ first: 1 }, [], false), "");
  assert.equal(offered({ ...OFFER, first: 8 }, [], false), "");
  assert.equal(offered(OFFER, [], true), "");
});

test("an address is one of a WebSocket or of HTTP", () => {
  for (const fine of ["wss://example.org", "ws://[::1]:9/chat?a=1", "HTTP://x", "https://x/y"])
    assert.equal(wrongAddress(fine), "", fine);
  assert.match(wrongAddress(""), /^Write the address of the server/);
  assert.match(wrongAddress("ftp://x"), /^What can be watched begins/);
  assert.match(wrongAddress("example.org"), /as in wss:\/\/example.org$/);
  assert.match(wrongAddress("localhost:9000"), /as in ws:\/\/localhost:9000$/);
  assert.match(wrongAddress("wss://"), /comes the host/);
});

test("the line of code is Python, whatever was written", () => {
  assert.equal(pythonOf(""), 'lab = serve(Upstream("wss://example.org"))');
  assert.equal(pythonOf('ws://x/"\\'), 'lab = serve(Upstream("ws://x/\\"\\\\"))');
});
