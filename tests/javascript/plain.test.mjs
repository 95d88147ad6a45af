import assert from "node:assert/strict";
import test from "node:test";

import { packed, unpacked } from "../../playground/widgets/static/plain/framed.js";
import { PlainModel } from "../../playground/widgets/static/plain/model.js";

const bytes = (text) => new TextEncoder().encode(text);

test("a message without bytes is text", () => {
  assert.equal(packed({ model: 1 }), '{"model":1}');
  assert.deepEqual(unpacked('{"model":1}'), { message: { model: 1 }, buffers: [] });
});

test("a message with bytes is as the lab packs it, and comes back", () => {
  // tests/playground/plain/test_framed.py has the same.
  const wire = bytes('\0\0\0\x1b{"model":1,"sizes":[2,0,1]}abc');
  assert.deepEqual(packed({ model: 1 }, [bytes("ab"), bytes(""), bytes("c").buffer]), wire);
  const { message, buffers } = unpacked(wire.buffer);
  assert.deepEqual(message, { model: 1 });
  const texts = buffers.map((view) => new TextDecoder().decode(view));
  assert.deepEqual(texts, ["ab", "", "c"]);
});

/** A model whose line can be cut. */
function made(traits = {}) {
  const line = { whole: true, said: [] };
  const model = new PlainModel(3, traits, (message) => {
    if (line.whole) line.said.push(message);
    return line.whole;
  });
  return { line, model };
}

test("what a face sends is for its model", () => {
  const { line, model } = made();
  model.send({ kind: "hello" });
  assert.deepEqual(line.said, [{ model: 3, method: "custom", content: { kind: "hello" } }]);
});

test("a face is told that the line is cut", () => {
  const { line, model } = made();
  line.whole = false;
  assert.throws(() => model.send({ kind: "hello" }), /expected a line/);
});

test("what was set while the line was cut is told with the next", () => {
  const { line, model } = made({ look: {} });
  line.whole = false;
  model.set("look", { a: 1 });
  model.save_changes();
  line.whole = true;
  model.set("chosen", "ann");
  model.save_changes();
  model.save_changes();
  assert.deepEqual(line.said, [
    { model: 3, method: "update", state: { look: { a: 1 }, chosen: "ann" } },
  ]);
});

test("a face hears messages, and of values that are others", () => {
  const { model } = made({ chosen: "ann", look: { a: 1 } });
  const heard = [];
  model.on("msg:custom", (content, buffers) => heard.push([content.kind, buffers.length]));
  model.on("change:chosen", () => heard.push(model.get("chosen")));
  model.on("change:look", () => heard.push("look"));
  model.heard({ method: "custom", content: { kind: "rows" } }, [1]);
  model.heard({ method: "update", state: { chosen: "bob", look: { a: 1 } } }, []);
  model.heard({ method: "echo_update", state: { chosen: "bob" } }, []);
  assert.deepEqual(heard, [["rows", 1], "bob"]);
});

test("who listens no more hears nothing, also in the midst of a message", () => {
  const { model } = made();
  const heard = [];
  const second = () => heard.push("second");
  const first = () => {
    heard.push("first");
    model.off("msg:custom", first);
  };
  model.on("msg:custom", first);
  model.on("msg:custom", second);
  model.heard({ method: "custom", content: {} }, []);
  model.heard({ method: "custom", content: {} }, []);
  assert.deepEqual(heard, ["first", "second", "second"]);
});
