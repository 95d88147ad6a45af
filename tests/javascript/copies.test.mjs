import assert from "node:assert/strict";
import test from "node:test";

import {
  base64Of,
  copiesOf,
  fileOf,
  prettyJson,
} from "../../playground/widgets/static/shared/format.js";

const forms = (held) =>
  Object.fromEntries(
    copiesOf({ seq: 1, text: null, bytes: null, json: undefined, command: null, ...held }).map(
      (each) => [each.name, each.text],
    ),
  );

test("text is copied as text, hex and base64, and with its command", () => {
  assert.deepEqual(forms({ text: "hé", command: { tool: "websocat", line: "websocat x" } }), {
    text: "hé",
    hex: "68 c3 a9",
    base64: "aMOp",
    websocat: "websocat x",
  });
});

test("bytes are no text", () => {
  assert.deepEqual(forms({ bytes: Uint8Array.of(0, 255) }), { hex: "00 ff", base64: "AP8=" });
});

test("nothing is copied of nothing", () => {
  assert.deepEqual(forms({ text: "" }), {});
});

test("JSON is laid out with every number and text as it was written", () => {
  const json =
    '{"id":12345678901234567890,"e":1.0e5,"t":"a, {b}: \\"c\\"","l":[],"o":{},"d":[1,[true,null]]}';
  const pretty = prettyJson(json);
  assert.equal(pretty.replace(/\n\s*/g, "").replaceAll('": ', '":'), json.replaceAll('": ', '":'));
  assert.match(pretty, /^ {2}"id": 12345678901234567890,$/m);
  assert.match(pretty, /^ {2}"l": \[\],$/m);
  assert.match(pretty, /^ {6}null$/m);
  assert.deepEqual(JSON.parse(pretty), JSON.parse(json));
});

test("many bytes are no problem", () => {
  assert.equal(base64Of(new Uint8Array(200_000)).length, 266_668);
});

test("a payload is a file as it went over the wire, named for what it is", () => {
  const none = { seq: 7, text: null, bytes: null, json: undefined, command: null };
  const bytes = Uint8Array.of(0, 255);
  assert.deepEqual(fileOf({ ...none, bytes }), {
    name: "message-7.bin",
    data: bytes,
    type: "application/octet-stream",
  });
  assert.deepEqual(fileOf({ ...none, text: "[1]", json: [1] }), {
    name: "message-7.json",
    data: "[1]",
    type: "application/json",
  });
  assert.equal(fileOf({ ...none, text: "hi" })?.name, "message-7.txt");
  assert.equal(fileOf(none), null);
  assert.equal(fileOf({ ...none, text: "" }), null);
});
