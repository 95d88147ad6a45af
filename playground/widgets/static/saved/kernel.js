/** What stands in for a kernel in a saved page: it answers a view from the rows in it. No DOM. */

import { hexOf } from "../shared/format.js";
import { readFilter } from "../traffic/filter.js";
import { toRow } from "../traffic/row.js";

const BEAT = 2000;
const SAVED = "This is a record of what happened: nothing in it can be sent, cleared or changed.";

/**
 * @typedef {object} Held what `saved/contents.py` packs
 * @property {any[]} rows
 * @property {Record<string, [string, string, string]>} exchanges
 * @property {Record<string, number>} names
 * @property {any} totals
 * @property {any[]} details by row
 * @property {number} earlier how many entries were left out
 * @property {import("../code/places.js").SourceSheet[]} sheets
 * @property {Record<string, string>} words
 * @property {boolean} story
 */

/** A model as anywidget has one; nobody is behind it. */
export class SavedKernel {
  /** @param {Held} held @param {Record<string, any>} traits */
  constructor(held, traits) {
    this.held = held;
    /** @type {Record<string, any>} */
    this.traits = { saved: true, ...traits };
    this.timer = /** @type {any} */ (undefined);
    this.places = new Map(held.rows.map((row, index) => [row.seq, index]));
    /** @type {Set<Function>} */
    this.ears = new Set();
    this.whole = /** @type {import("../traffic/row.js").Row[] | null} */ (null);
  }

  get(/** @type {string} */ name) {
    return this.traits[name];
  }

  set(/** @type {string} */ name, /** @type {any} */ value) {
    this.traits[name] = value;
  }

  save_changes() {}

  /** Traits stay as they are here, so nothing else is ever told. */
  on(/** @type {string} */ event, /** @type {Function} */ heard) {
    if (event !== "msg:custom") return;
    this.ears.add(heard);
    this.timer ??= setInterval(() => this.tell({ kind: "beat" }), BEAT);
  }

  off(/** @type {string} */ _, /** @type {Function} */ heard) {
    this.ears.delete(heard);
    if (this.ears.size) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  tell(/** @type {any} */ message, /** @type {DataView[]} */ buffers = []) {
    for (const heard of [...this.ears]) heard(message, buffers);
  }

  /** Hear what a view says; the answer comes after this turn, as a kernel's does. */
  send(/** @type {any} */ message) {
    const answers = /** @type {Record<string, () => void>} */ ({
      hello: () => this.all(message),
      since: () => this.all(message),
      find: () => this.find(message),
      detail: () => this.detail(message),
    });
    queueMicrotask(() => {
      if (answers[message.kind]) answers[message.kind]();
      else if (message.id) this.refuse(message);
    });
  }

  all(/** @type {any} */ { view }) {
    const { rows, exchanges, names, totals } = this.held;
    this.tell({ kind: "rows", ...this.placed(rows), exchanges, names, totals, view });
  }

  /** Rows with their places: where entries are missing between them, nobody has those. */
  placed(/** @type {any[]} */ rows) {
    return {
      rows,
      places: rows.map((_, index) => index + 1),
      first: 1,
      after: 0,
      last: rows.length,
    };
  }

  find(/** @type {any} */ { view, search, query }) {
    if (!query) return;
    const filter = readFilter(query);
    const matches = filter.matches();
    const found = this.rows().flatMap((row, index) =>
      matches(row) || filter.keeps(row) ? [this.held.rows[index]] : [],
    );
    const { exchanges, names } = this.held;
    this.tell({
      kind: "found",
      search,
      looked: this.held.rows.length,
      count: found.length,
      ...this.placed(found),
      exchanges,
      names,
      begins: true,
      doubt: filter.doubt().replace(/\.$/, ""),
      view,
    });
  }

  /** The rows with all of their payloads, to look for what a filter asks. */
  rows() {
    this.whole ??= this.held.rows.map((sent, index) => {
      const { text, base64 } = this.held.details[index];
      const full = base64 ? hexOf(unpackedBytes(base64)) : (text ?? sent.text);
      return toRow(
        { ...sent, text: full, size: sent.size ?? sent.text?.length, cut: 0 },
        this.held.exchanges,
      );
    });
    return this.whole;
  }

  detail(/** @type {any} */ { view, seq }) {
    const index = this.places.get(seq);
    if (index === undefined) {
      this.tell({ kind: "detail", seq, gone: true, view });
      return;
    }
    const told = this.held.details[index];
    const bytes = told.base64 ? [new DataView(unpackedBytes(told.base64).buffer)] : [];
    this.tell({ ...BLANK, ...told, kind: "detail", view }, bytes);
  }

  refuse(/** @type {any} */ { view, id }) {
    this.tell({ kind: "reply", id, view, error: SAVED, result: null });
  }
}

// What is not there is not packed.
const BLANK = {
  text: null,
  note: null,
  path: "",
  packets: [],
  decoded: null,
  headers: [],
  again: null,
  command: null,
  causes: [],
  to: null,
  effects: [],
  printed: "",
};

function unpackedBytes(/** @type {string} */ base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
