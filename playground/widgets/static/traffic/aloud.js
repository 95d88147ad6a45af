/** What a screen reader says of new rows: a short line, now and then. The list itself is silent. */

import { element } from "../shared/dom.js";
import { counted } from "../shared/format.js";

const EVERY = 2000;

export class Aloud {
  constructor() {
    this.el = element("span", "mpp-aloud");
    this.el.setAttribute("role", "status");
    this.rows = 0;
    this.events = /** @type {string[]} */ ([]);
    this.last = 0;
    this.heard = 0;
    this.timer = /** @type {any} */ (undefined);
  }

  /** Count what came unasked. @param {any} message of kind "rows" */
  hear(message) {
    const before = this.heard;
    this.heard = Math.max(this.heard, message.last);
    if (message.view || !message.rows.length || message.last <= before) return;
    this.rows += message.last - Math.max(before, message.after);
    for (const { kind, exchange, said, text } of message.rows) {
      // The first two words, such as "closed 1000", are enough to hear.
      if (kind === "close")
        this.events.push(
          `${message.exchanges[exchange]?.[1] ?? ""} ${said.split(" ", 2).join(" ")}`,
        );
      if (kind === "exception") this.events.push(text ?? "");
    }
    this.events = this.events.slice(-2);
    this.soon();
  }

  /** Say something else. @param {string} text */
  say(text) {
    if (this.events.at(-1) !== text) this.events = [...this.events, text].slice(-2);
    this.soon();
  }

  soon() {
    this.timer ??= setTimeout(
      () => this.speak(),
      Math.max(50, this.last + EVERY - performance.now()),
    );
  }

  speak() {
    this.timer = undefined;
    this.last = performance.now();
    const rows = this.rows ? [counted(this.rows, "new row", "new rows")] : [];
    this.el.textContent = [...rows, ...this.events].join(", ");
    this.rows = 0;
    this.events = [];
  }

  stop() {
    clearTimeout(this.timer);
  }
}
