/**
 * The rows that a view holds: a part of what the kernel has, and what it knows of the rest. No DOM.
 *
 * Rows stand in the order of their places: in the whole log a row's place is its number, among the
 * finds of a filter it is the how-manieth match it is.
 */

import { toRow } from "./row.js";

// Rows that are kept here; the kernel has the others, and is asked for them when they are wanted.
export const KEEP = 5000;

export class Store {
  constructor(keep = KEEP) {
    this.keep = keep;
    /** @type {import("./rows.js").Row[]} */
    this.rows = [];
    /** The oldest place that the kernel still has, and the newest. */
    this.first = 1;
    this.last = 0;
    /** Up to here the kernel has told us everything it had. */
    this.seen = 0;
    /** Up to here a person has had the chance to see it. */
    this.read = 0;
    /** Rows are left in the kernel: the view is frozen, or full and somebody is reading. */
    this.behind = false;
    /** An answer is awaited. */
    this.asking = true;
  }

  /**
   * Take in what the kernel sent.
   * @param {any} message of kind "rows"
   * @param {boolean} answer whether this view asked for it
   * @param {boolean} hold whether new rows should wait in the kernel
   * @returns {boolean} false if something between was missed, and must be asked for
   */
  take(message, answer, hold) {
    this.last = Math.max(this.last, message.last);
    this.forget(message.first);
    if (message.fill) {
      this.merge(message);
      return true;
    }
    if (answer) this.asking = this.behind = false;
    else if (hold || this.behind) this.behind ||= message.last > this.seen;
    // A kernel that runs a cell hears nothing, but what is live comes all the same: begin with
    // that.
    if (this.asking && !this.seen && !this.behind) this.begin(message.after);
    else if (this.behind || this.asking) return true;
    if (!answer && message.after > this.seen) {
      this.asking = true;
      return false;
    }
    this.merge(message);
    this.seen = Math.max(this.seen, message.last);
    return true;
  }

  /** Begin with what comes after a place; what was before it is missing. @param {number} after */
  begin(after) {
    this.seen = after;
    this.asking = false;
  }

  /** Hold nothing beyond a place: the view stands there. @param {number} last */
  endAt(last) {
    this.rows = this.rows.filter((row) => row.place <= last);
    this.last = Math.min(this.last, last);
    this.seen = Math.min(this.seen, last);
    this.behind = false;
  }

  /** Put rows where they were missing. @param {any} message */
  merge(message) {
    const news = rowsOf(message);
    const newest = this.rows.at(-1)?.place ?? 0;
    if (!news.length || news[0].place > newest) {
      this.rows.push(...news);
      return;
    }
    const known = new Set(this.rows.map((row) => row.place));
    this.rows.push(...news.filter((row) => !known.has(row.place)));
    this.rows.sort((one, other) => one.place - other.place);
  }

  /** Drop what the kernel no longer has. @param {number} first */
  forget(first) {
    this.first = first;
    if (this.rows.length && this.rows[0].place < first)
      this.rows = this.rows.filter((row) => row.place >= first);
  }

  /** Whether there is no room for more without losing the oldest. */
  get full() {
    return this.rows.length >= this.keep;
  }

  /** Let the oldest rows go, as the newest are being followed. */
  trimOldest() {
    if (this.rows.length > this.keep) this.rows.splice(0, this.rows.length - this.keep);
  }

  /** Let the newest rows go, as old ones are being read. */
  trimNewest() {
    if (this.rows.length <= this.keep) return;
    this.rows.length = this.keep;
    this.seen = this.rows[this.keep - 1].place;
    this.behind = true;
  }

  /** How many rows have come that nobody had the chance to see. */
  get news() {
    return Math.max(0, this.last - Math.max(this.read, this.first - 1));
  }
}

/** @returns {import("./row.js").Row[]} */
function rowsOf(/** @type {any} */ message) {
  return message.rows.map((/** @type {any} */ sent, /** @type {number} */ index) =>
    toRow(sent, message.exchanges, message.places?.[index]),
  );
}
