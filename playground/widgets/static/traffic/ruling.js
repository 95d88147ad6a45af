/** What keys and buttons of the traffic do about messages in flight and handlers that pause. */

import { breakPlace } from "./margin.js";

/** @typedef {import("./view.js").Traffic} Traffic */

export class Ruling {
  /** @param {Traffic} traffic */
  constructor(traffic) {
    this.traffic = traffic;
  }

  /** Hold every message in flight, or release them. */
  holdAll() {
    this.ask({ kind: "hold", on: !this.traffic.feed.totals.holds });
  }

  /** Set a breakpoint for what the selected row shows, or remove it. */
  breakHere() {
    const row = this.traffic.picking.item?.row;
    if (row) this.breakAt(breakPlace(row) ?? { seq: row.seq });
    else
      this.traffic.chrome.warn(
        "Select the row of a message first: a breakpoint is for such messages.",
      );
  }

  /** Set a breakpoint for messages like a row, or at a line; or remove it. */
  breakAt(/** @type {import("./margin.js").Place} */ where) {
    this.ask({ kind: "break", ...where });
  }

  /** Have messages in flight arrive; what was sent before them on their lines arrives first. */
  deliver(/** @type {number[]} */ seqs) {
    this.ask({ kind: "deliver", seqs });
  }

  /** The numbers of an item's rows that are in flight. */
  flyingOf(/** @type {import("./rows.js").Item} */ item) {
    const flying = /** @type {number[]} */ (this.traffic.feed.totals.flying ?? []);
    return item.members.map((row) => row.seq).filter((seq) => flying.includes(seq));
  }

  /** Have the kernel do it, and say what came of it. */
  ask(/** @type {object} */ message) {
    const { feed, chrome, aloud } = this.traffic;
    feed.ask(message, {
      late: (/** @type {string} */ text) => chrome.warn(text),
      done: (/** @type {string | null} */ error, /** @type {string | null} */ said) => {
        if (error) chrome.warn(error);
        else if (said) aloud.say(said);
      },
    });
  }
}
