/**
 * The margin of rows, as an editor has one of lines: a dot where handlers pause at such messages.
 * No DOM.
 */

import { escaped } from "../shared/format.js";
import { readFilter } from "./filter.js";

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./rows.js").Item} Item
 * @typedef {{which: string, line: string, said: string}} Breakpoint which messages, in the filter's
 *   words; at which line, "" for any; and both in plain words
 * @typedef {{test: import("./filter.js").Condition, said: string}} Stop
 */

const BREAKABLE = new Set(["text", "binary"]);

/** Whether a breakpoint can be for messages like a row: breakpoints are for what clients send. */
function mayBreak(/** @type {Row | null | undefined} */ row) {
  return row?.sender === "client" && BREAKABLE.has(row.kind);
}

export class Margin {
  constructor() {
    this.offered = false;
    this.known = "";
    this.filters = /** @type {{filter: import("./filter.js").Filter, said: string}[]} */ ([]);
    this.stops = /** @type {Stop[]} */ ([]);
  }

  /** Take the breakpoints there are; none can be set where there are no such. */
  take(/** @type {Breakpoint[] | undefined} */ breakpoints) {
    this.offered = breakpoints !== undefined;
    const known = JSON.stringify(breakpoints ?? []);
    if (known !== this.known) {
      this.known = known;
      this.filters = (breakpoints ?? [])
        .filter((each) => !each.line)
        .map(({ which, said }) => ({ filter: readFilter(which), said }));
    }
    this.stops = this.filters.map(({ filter, said }) => ({ test: filter.matches(), said }));
  }

  /** What the margin of an item shows: a dot, one to come where the mouse is, or nothing. */
  at(/** @type {Item | undefined} */ item) {
    const row = item?.row;
    if (!this.offered || !row || !mayBreak(row)) return "";
    return this.stops.some((stop) => stop.test(row)) ? "mpp-breaks" : "mpp-may-break";
  }

  /** What a press on the margin of an item does, in words. */
  title(/** @type {Item | undefined} */ item) {
    const row = item?.row;
    if (!row || !this.at(item)) return "";
    const found = this.stops.find((stop) => stop.test(row));
    if (found) return `Breakpoint: ${escaped(found.said)}. Press to take it away (b)`;
    const { kind, client, path } = row;
    const like = `${kind} messages from ${client} at ${path}`;
    return `Pause at ${escaped(like)}, before their handler sends or receives (b)`;
  }
}
