/**
 * The margin of rows, as an editor has one of lines: a dot where handlers pause at such messages,
 * or at the line that sent them. No DOM.
 */

import { escaped } from "../shared/format.js";
import { readFilter } from "./filter.js";

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./rows.js").Item} Item
 * @typedef {{which: string, line: string, said: string}} Breakpoint which messages, in the filter's
 *   words; at which line, "" for any; and both in plain words
 * @typedef {{test: import("./filter.js").Condition, said: string}} Stop
 * @typedef {{seq?: number, line?: string}} Place at messages like a row, or at a line
 */

const BREAKABLE = new Set(["text", "binary"]);

/**
 * Where a breakpoint is set for a row: for what a client sent at messages like it, for what the app
 * sent at the line that sent it. Nowhere for any other row.
 *
 * @param {Row | null | undefined} row
 * @returns {Place | null}
 */
export function breakPlace(row) {
  if (!row || !BREAKABLE.has(row.kind)) return null;
  if (row.sender === "client") return { seq: row.seq };
  return row.sender === "server" && row.where ? { line: row.where } : null;
}

export class Margin {
  constructor() {
    this.offered = false;
    this.known = "";
    this.filters = /** @type {{filter: import("./filter.js").Filter, said: string}[]} */ ([]);
    this.stops = /** @type {Stop[]} */ ([]);
    /** What is said of the lines that have one. @type {Map<string, string>} */
    this.lines = new Map();
  }

  /** Take the breakpoints there are; none can be set where there are no such. */
  take(/** @type {Breakpoint[] | undefined} */ breakpoints) {
    this.offered = breakpoints !== undefined;
    const known = JSON.stringify(breakpoints ?? []);
    if (known !== this.known) {
      this.known = known;
      const all = breakpoints ?? [];
      this.lines = new Map(all.filter(({ line }) => line).map(({ line, said }) => [line, said]));
      this.filters = all
        .filter(({ line }) => !line)
        .map(({ which, said }) => ({ filter: readFilter(which), said }));
    }
    this.stops = this.filters.map(({ filter, said }) => ({ test: filter.matches(), said }));
  }

  /** Where a press on the margin of an item sets a breakpoint; null where it sets none. */
  place(/** @type {Item | undefined} */ item) {
    return this.offered ? breakPlace(item?.row) : null;
  }

  /** What the margin of an item shows: a dot, one to come where the mouse is, or nothing. */
  at(/** @type {Item | undefined} */ item) {
    const place = this.place(item);
    if (!place) return "";
    return this.found(place, item) === undefined ? "mpp-may-break" : "mpp-breaks";
  }

  /** What is said of the breakpoint that stands at a place, if any does. */
  found(/** @type {Place} */ { line }, /** @type {Item | undefined} */ item) {
    if (line) return this.lines.get(line);
    return this.stops.find((stop) => item?.row && stop.test(item.row))?.said;
  }

  /** What a press on the margin of an item does, in words. */
  title(/** @type {Item | undefined} */ item) {
    const place = this.place(item);
    if (!place || !item?.row) return "";
    const found = this.found(place, item);
    if (found !== undefined) return `Breakpoint: ${escaped(found)}. Press to take it away (b)`;
    if (place.line) {
      const [, file, number] = /^(.*):(\d+)$/.exec(place.line) ?? ["", place.line, "?"];
      return `Pause at line ${number} of ${escaped(file)}, which sent this (b)`;
    }
    const { kind, client, path } = item.row;
    const like = `${kind} messages from ${client} at ${path}`;
    return `Pause at ${escaped(like)}, before their handler sends or receives (b)`;
  }
}
