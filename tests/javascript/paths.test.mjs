import assert from "node:assert/strict";
import test from "node:test";

import {
  asked,
  fillPath,
  hint,
  previewed,
  typedList,
  typedPath,
} from "../../playground/widgets/static/shared/paths.js";

const parameter = (name, more = {}) => ({
  name,
  annotation: "str",
  default: null,
  required: true,
  variadic: false,
  ...more,
});
const route = (path, ...parameters) => ({ kind: "http", path, handler: "x", parameters, doc: "" });
const optional = (name) => parameter(name, { required: false, default: "1" });

test("parts of a path are percent-encoded, one by one", () => {
  const greet = route("/greet/{name}", parameter("name"));
  assert.equal(
    fillPath(greet, { name: "Ada Lovelace/é?#&%" }).path,
    "/greet/Ada%20Lovelace%2F%C3%A9%3F%23%26%25",
  );
});

test("what is not in the path becomes the query", () => {
  const search = route("/search", parameter("q"), optional("page"));
  assert.equal(fillPath(search, { q: "a&b=c", page: "2" }).path, "/search?q=a%26b%3Dc&page=2");
  assert.equal(fillPath(route("/"), {}).path, "/");
});

test("an empty optional field is left out, and what follows it goes into the query", () => {
  const two = route("/x/{a}/{b}", optional("a"), optional("b"));
  assert.equal(fillPath(two, { a: "", b: "" }).path, "/x");
  assert.equal(fillPath(two, { a: "", b: "2" }).path, "/x?b=2");
  assert.equal(fillPath(two, { a: "1", b: "2" }).path, "/x/1/2");
});

test("a missing required field is said in words", () => {
  const { problems } = fillPath(route("/chat/{room}", parameter("room"), optional("n")), {
    room: "",
    n: "",
  });
  assert.deepEqual(problems, { room: "room is needed." });
  assert.deepEqual(fillPath(route("/chat/{room}", parameter("room")), { room: " " }).problems, {});
});

test("dots that would mean another directory go into the query", () => {
  assert.equal(
    fillPath(route("/file/{name}", parameter("name")), { name: ".." }).path,
    "/file?name=..",
  );
});

test("the rest of a path takes any number of parts", () => {
  const files = route("/files/{args…}", parameter("args", { required: false, variadic: true }));
  assert.equal(fillPath(files, { args: "a/b c//d" }).path, "/files/a/b%20c/d");
  assert.equal(fillPath(files, { args: "" }).path, "/files");
  assert.deepEqual(asked(route("/f", parameter("kwargs", { variadic: true }))), []);
});

test("half a character cannot break a path", () => {
  assert.equal(
    fillPath(route("/greet/{name}", parameter("name")), { name: "\ud83d" }).path,
    "/greet/%EF%BF%BD",
  );
});

test("the preview names what is still needed", () => {
  const chat = route("/chat/{room}", parameter("room"), parameter("name"));
  assert.equal(previewed(chat, {}), "/chat/{room}?name={name}");
  assert.equal(previewed(chat, { room: "lobby", name: "Ada" }), "/chat/lobby?name=Ada");
});

test("a hint says type and default", () => {
  assert.equal(hint(parameter("a", { annotation: "int" })), "int");
  assert.equal(
    hint(parameter("a", { annotation: "int", required: false, default: "5" })),
    "int, 5 if empty",
  );
  assert.equal(
    hint(parameter("a", { annotation: null, required: false, default: "None" })),
    "None if empty",
  );
  assert.equal(hint(parameter("a", { annotation: null })), "");
});

test("typed paths get their slash, typed lists their items", () => {
  assert.equal(typedPath(" echo?x=1 "), "/echo?x=1");
  assert.equal(typedPath("/echo"), "/echo");
  assert.deepEqual(typedList("chat.v2, chat.v1  json,"), ["chat.v2", "chat.v1", "json"]);
  assert.deepEqual(typedList("  "), []);
});
