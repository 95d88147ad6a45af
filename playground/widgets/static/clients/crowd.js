/** What stands under the chips when they are many: the rest of them, and those that are over. */

import { button, element } from "../shared/dom.js";
import { Fold } from "../shared/fold.js";
import { grouped } from "../shared/format.js";
import { GONE } from "../shared/line.js";

export class Crowd {
  /**
   * @param {import("../shared/line.js").Line} line
   * @param {HTMLElement} list the chips
   * @param {import("../shared/fields.js").Outcome} outcome
   * @param {() => void} leave moves the focus on
   */
  constructor(line, list, outcome, leave) {
    this.leave = leave;
    this.line = line;
    this.outcome = outcome;
    this.over = 0;
    this.fold = new Fold(list, "clients", () => this.draw());
    this.count = element("span", "mpp-dim mpp-over-count");
    this.againButton = button("Reconnect all", () => this.again(), "mpp-quiet");
    this.againButton.title = "Connect all again that are closed (Shift+R)";
    this.againButton.setAttribute("aria-keyshortcuts", "Shift+R");
    this.dismissButton = button("Dismiss all", () => this.dismiss(), "mpp-quiet");
    this.dismissButton.title = "Take all that are closed from the panel (Shift+Delete)";
    this.dismissButton.setAttribute("aria-keyshortcuts", "Shift+Delete");
    this.el = element("div", "mpp-crowd");
    this.el.append(this.fold.button, this.count, this.againButton, this.dismissButton);
    this.draw();
  }

  /** @param {{over?: number, more: number, more_guests: number}} state */
  show(state) {
    this.over = state.over ?? 0;
    this.fold.lay(state.more + state.more_guests);
  }

  draw() {
    const many = this.over > 1;
    for (const each of [this.count, this.againButton, this.dismissButton]) each.hidden = !many;
    this.count.textContent = `${grouped(this.over)} closed`;
    const hidden = !many && this.fold.button.hidden;
    // Whoever has pressed the last of these goes on from what is beside the chips.
    if (hidden && this.el.contains(document.activeElement)) this.leave();
    this.el.hidden = hidden;
  }

  /** Connect all again that are over. */
  again() {
    if (this.over) this.ask({ kind: "reconnect" });
  }

  /** Take one from the chips, or all that are over. @param {string} [client] */
  dismiss(client) {
    if (client !== undefined) this.ask({ kind: "dismiss", client });
    else if (this.over) this.ask({ kind: "dismiss", all: true });
  }

  ask(/** @type {object} */ message) {
    this.outcome.note("");
    this.line.ask(message, {
      late: (text) => this.outcome.note(text),
      done: (error) => error !== null && error !== GONE && this.outcome.error(error),
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was one of these
   */
  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    const { client } = /** @type {HTMLElement} */ (event.target).dataset;
    if (event.key === "Delete" && event.shiftKey) this.dismiss();
    else if (event.key === "Delete" && client !== undefined) this.dismiss(client);
    else if (event.key === "R") this.again();
    else if (event.key === "+" && !this.fold.button.hidden) this.fold.toggle();
    else return false;
    return true;
  }

  close() {
    this.fold.close();
  }
}
