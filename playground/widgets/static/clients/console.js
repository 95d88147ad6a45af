/** The console: the clients of a lab, and the line that sends from them; together or apart. */

import { onChoose } from "../shared/selected.js";
import { rendering, StateFace } from "../shared/stateface.js";
import { Chips } from "./chips.js";
import { Compose } from "./compose.js";

class Console extends StateFace {
  /** @param {any} model */
  constructor(model) {
    super(model, "mpp-console");
    this.model = model;
    const part = model.get("part");
    this.chips = part === "compose" ? null : new Chips(this.line);
    this.compose = part === "clients" ? null : new Compose(this.line);
    this.root.append(this.banner);
    for (const each of [this.chips, this.compose]) if (each) this.root.append(each.el);
    this.unchoose = onChoose(this.root, (client, write) => this.choose(client, write));
    this.chosen = () => this.choose(model.get("chosen"), false);
    model.on("change:chosen", this.chosen);
    if (model.get("chosen")) this.chosen();
  }

  /** @param {any} state */
  show(state) {
    this.chips?.show(state);
    this.compose?.show(state);
  }

  choose(/** @type {string} */ client, /** @type {boolean} */ write) {
    this.chips?.choose(client);
    this.compose?.choose(client, write);
  }

  close() {
    this.unchoose();
    this.chips?.close();
    this.model.off("change:chosen", this.chosen);
    super.close();
  }
}

export default rendering(Console);
