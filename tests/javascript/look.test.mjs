import assert from "node:assert/strict";
import test from "node:test";

import { Look, readSetup } from "../../playground/widgets/static/traffic/look.js";

function model(saved) {
  return {
    traits: { look: saved },
    saves: 0,
    get(name) {
      return this.traits[name];
    },
    set(name, value) {
      this.traits[name] = value;
    },
    save_changes() {
      this.saves += 1;
    },
  };
}

test("a fresh view follows and shows all", () => {
  const { now } = new Look(model({}));
  assert.deepEqual([now.filter, now.selected, now.frozen, now.following], ["", 0, false, true]);
});

test("what was saved is there again; nonsense is not", () => {
  assert.equal(readSetup({ filter: "kind:text", selected: -7 }).selected, -7);
  assert.equal(readSetup({ filter: 3, following: "yes" }).filter, "");
  assert.equal(readSetup(null).following, true);
});

test("changes are saved once, a while later, and at the end", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const kept = model({});
  const look = new Look(kept);
  look.set({ filter: "a" });
  look.set({ filter: "ab" });
  assert.equal(kept.saves, 0);
  t.mock.timers.tick(300);
  assert.deepEqual([kept.saves, kept.traits.look.filter], [1, "ab"]);
  look.set({ frozen: true });
  look.close();
  assert.deepEqual([kept.saves, kept.traits.look.frozen], [2, true]);
  look.close();
  assert.equal(kept.saves, 2);
});
