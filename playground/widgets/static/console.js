/** The console: the clients of a lab, and the line that sends from them; together or apart. */

import { Chips } from "./chips.js";
import { onChoose } from "./chosen.js";
import { Compose } from "./compose.js";
import { element, keepKeys } from "./dom.js";
import { GONE } from "./heartbeat.js";
import { Line } from "./line.js";

class Console {
  /** @param {any} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.line = new Line(model, {
      state: (state) => this.show(state),
      alive: (alive) => this.turned(alive),
      trouble: (text) => this.say(`Something went wrong in the kernel: ${text}`),
    });
    const part = model.get("part");
    this.chips = part === "compose" ? null : new Chips(this.line);
    this.compose = part === "clients" ? null : new Compose(this.line);
    this.root = this.build();
    el.append(this.root);
    this.unchoose = onChoose(this.root, (client, write) => this.choose(client, write));
    this.chosen = () => this.choose(model.get("chosen"), false);
    model.on("change:chosen", this.chosen);
    if (model.get("chosen")) this.chosen();
  }

  build() {
    const root = element("div", "mpp-face mpp-console");
    keepKeys(root);
    this.banner = element("div", "mpp-banner mpp-bad mpp-gone");
    this.banner.setAttribute("role", "alert");
    this.banner.hidden = true;
    root.append(this.banner, ...[this.chips, this.compose].filter((each) => each !== null).map((each) => each.el));
    return root;
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

  turned(/** @type {boolean} */ alive) {
    this.root.classList.toggle("mpp-deaf", !alive);
    this.root.inert = !alive;
    this.say(alive ? "" : GONE);
  }

  say(/** @type {string} */ text) {
    this.banner.textContent = text;
    this.banner.hidden = !text;
  }

  close() {
    this.unchoose();
    this.model.off("change:chosen", this.chosen);
    this.line.close();
    this.root.remove();
  }
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const face = new Console(model, el);
    face.line.open();
    return () => face.close();
  },
};
