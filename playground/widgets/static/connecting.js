/** The form that connects a client to any path. */

import { choose } from "./chosen.js";
import { button, element } from "./dom.js";
import { Field, formOf, Outcome, setBusy } from "./fields.js";
import { GONE } from "./heartbeat.js";
import { freeName } from "./names.js";
import { typedList, typedPath } from "./paths.js";

export class ConnectForm {
  /**
   * @param {import("./line.js").Line} line
   * @param {{taken: () => string[], paths: () => string[], leave: () => void}} around
   */
  constructor(line, around) {
    this.line = line;
    this.around = around;
    this.el = formOf("Connect a client", () => this.submit(), around.leave);
    this.el.append(...this.build());
    this.suggest();
  }

  build() {
    this.path = new Field("path", { mono: true, required: true, hint: "/echo" });
    this.client = new Field("client's name");
    this.subprotocols = new Field("subprotocols", { hint: "none" });
    this.paths = element("datalist");
    this.paths.id = `mpp-paths-${this.line.view}`;
    this.path.input.setAttribute("list", this.paths.id);
    this.path.el.classList.add("mpp-field-path");
    this.outcome = new Outcome();
    this.go = button("Connect", () => {}, "mpp-on");
    this.go.type = "submit";
    const row = element("div", "mpp-fields");
    row.append(this.path.el, this.client.el, this.subprotocols.el, this.paths);
    const foot = element("div", "mpp-form-foot");
    foot.append(this.go, button("Cancel", this.around.leave, "mpp-quiet"));
    return [row, foot, this.outcome.el];
  }

  /** Suggest a name and paths, as things are now. */
  suggest() {
    this.client.input.placeholder = freeName(this.around.taken());
    this.paths.replaceChildren(...this.around.paths().map((path) => {
      const option = /** @type {HTMLOptionElement} */ (element("option"));
      option.value = path;
      return option;
    }));
    this.path.input.placeholder = this.around.paths()[0] ?? "/";
  }

  focus() {
    this.path.input.focus();
  }

  submit() {
    const typed = this.path.value.trim();
    const hole = /\{(.+?)…?\}/.exec(typed)?.[1];
    if (!typed) this.path.problem("Say which path to connect to, such as /echo.");
    else if (hole) this.path.problem(`Write a value in place of {${hole}}.`);
    if (!typed || hole) return this.focus();
    const client = this.client.value.trim() || this.client.input.placeholder;
    this.connect({ client, path: typedPath(typed), subprotocols: typedList(this.subprotocols.value) });
  }

  connect(/** @type {object} */ wish) {
    this.outcome.note("");
    this.busy(true);
    this.line.ask({ kind: "connect", ...wish }, {
      late: (text) => this.outcome.note(text),
      done: (error, name) => {
        this.busy(false);
        if (error === null) this.connected(name);
        else if (error !== GONE) this.outcome.error(error);
      },
    });
  }

  connected(/** @type {string} */ name) {
    const el = /** @type {HTMLElement} */ (this.el.closest(".mpp-face") ?? this.el);
    this.around.leave();
    choose(el, name, true);
  }

  busy(/** @type {boolean} */ busy) {
    this.go.disabled = busy;
    setBusy(this.go, busy);
  }
}
