import assert from "node:assert/strict";
import { test } from "node:test";
import { roomFor } from "../../playground/widgets/static/page/room.js";

test("strips stand one below the other, below what the traffic says itself", () => {
  assert.deepEqual(roomFor(0, []), { given: 0, tops: [] });
  assert.deepEqual(roomFor(0, [33, 0]), { given: 33, tops: [0, 33] });
  assert.deepEqual(roomFor(30, [66, 120]), { given: 216, tops: [30, 96] });
});
