/** Clearing the log, with a way back for a moment. */

import { button } from "../shared/dom.js";
import { counted } from "../shared/format.js";

// How long it may be taken back, in milliseconds; the kernel holds the rows for a little longer.
const UNDO_FOR = 10_000;

export class Clearing {
  /**
   * @param {import("./feed.js").Feed} feed
   * @param {import("./chrome.js").Chrome} chrome
   * @param {import("./aloud.js").Aloud} aloud
   */
  constructor(feed, chrome, aloud) {
    this.feed = feed;
    this.chrome = chrome;
    this.aloud = aloud;
    this.offered = false;
    this.timer = /** @type {any} */ (undefined);
  }

  /** Let every row go, here and in the kernel. */
  clear() {
    if (this.feed.stood) return;
    this.ask("clear", (count) => this.offer(count));
  }

  /** Offer to have the rows back. @param {number} count */
  offer(count) {
    this.stop();
    if (!count) return;
    const undo = button("Undo", () => this.undo());
    undo.title = "Put the rows back (u)";
    undo.setAttribute("aria-keyshortcuts", "u");
    this.said = `Cleared ${counted(count, "row", "rows")}.`;
    this.chrome.warn(this.said, undo);
    this.offered = true;
    this.timer = setTimeout(() => this.withdraw(), UNDO_FOR);
  }

  /** Take the offer away, where nothing else is said by now. */
  withdraw() {
    this.stop();
    if (this.chrome.says(this.said)) this.chrome.warn("");
  }

  /** Put the rows back. */
  undo() {
    if (!this.offered) return;
    this.withdraw();
    this.ask("unclear", (count) => {
      this.feed.find();
      this.aloud.say(`${counted(count, "row is", "rows are")} back`);
    });
  }

  ask(/** @type {string} */ kind, /** @type {(count: number) => void} */ then) {
    this.feed.ask(
      { kind },
      {
        late: (text) => text && this.chrome.warn(text),
        done: (error, count) => (error === null ? then(count) : this.chrome.warn(error)),
      },
    );
  }

  stop() {
    clearTimeout(this.timer);
    this.offered = false;
  }
}
