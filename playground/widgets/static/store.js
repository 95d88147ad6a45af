/** The rows that this view holds: a part of the kernel's log, and what it knows of the rest. No DOM. */

import { toRow } from "./rows.js";

// Rows that are kept here; the kernel has the others, and is asked for them when they are wanted.
export const KEEP = 5000;

export class Store {
  constructor(keep = KEEP) {
    this.keep = keep;
    /** @type {import("./rows.js").Row[]} */
    this.rows = [];
    /** @type {Record<string, number>} */
    this.names = {};
    this.totals = { entries: 0, bytes: 0, first: 1, last: 0, dropped: 0, unrecorded: 0, recording: true, rate: 0 };
    /** Up to here the kernel has told us everything it had. */
    this.seen = 0;
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
    Object.assign(this.names, message.names);
    this.totals = message.totals;
    this.forget(message.totals.first);
    if (message.fill) {
      this.merge(message);
      return true;
    }
    if (answer) this.asking = this.behind = false;
    else if (hold || this.behind) this.behind ||= message.last > this.seen;
    if (this.behind || this.asking) return true;
    if (message.after > this.seen) return !(this.asking = true);
    this.append(message);
    return true;
  }

  /** @param {any} message */
  append(message) {
    for (const wire of message.rows) {
      if (wire[0] > this.seen) this.rows.push(toRow(wire, message.exchanges));
    }
    this.seen = Math.max(this.seen, message.last);
  }

  /** Put rows where they were missing. @param {any} message */
  merge(message) {
    const known = new Set(this.rows.map((row) => row.seq));
    const news = message.rows.filter((/** @type {any[]} */ wire) => !known.has(wire[0]));
    this.rows.push(...news.map((/** @type {any[]} */ wire) => toRow(wire, message.exchanges)));
    this.rows.sort((one, other) => one.seq - other.seq);
  }

  /** Drop what the kernel no longer has. @param {number} first */
  forget(first) {
    if (this.rows.length && this.rows[0].seq < first) this.rows = this.rows.filter((row) => row.seq >= first);
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
    this.seen = this.rows[this.keep - 1].seq;
    this.behind = true;
  }

  /** The newest number this view holds. */
  get newest() {
    return this.rows.length ? this.rows[this.rows.length - 1].seq : this.totals.first - 1;
  }
}
