/**
 * One view's end of a traffic face: it keeps up with the kernel, and holds what is to be shown.
 *
 * All rows are held in `store`. While a filter is set the kernel looks through all it has, and what
 * it finds is held in `found`; until it answers, and while it is busy, the rows held here are
 * filtered here. No DOM.
 */

import { grouped } from "../shared/format.js";
import { Line } from "../shared/line.js";
import { readFilter } from "./filter.js";
import { hiddenUnasked, shownBy } from "./shown.js";
import { Store } from "./store.js";

const MORE_ROWS = 1000;
const ASK_AGAIN = 2000;
// A view that stands hears no beat, which would say that its kernel is there.
const TRIES = 5;

// Whoever types fast means the whole word.
const PAUSE = 150;

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./rows.js").Item} Item
 * @typedef {object} Ears
 * @property {() => void} changed there is something new to draw
 * @property {(message: any) => void} came rows came, asked for or not
 * @property {() => void} filled rows came that were missing
 * @property {(message: any, buffers: DataView[]) => void} detail what a row holds
 * @property {(alive: boolean) => void} alive
 * @property {(text: string) => void} trouble
 */

export class Feed extends Line {
  /** @param {any} model @param {import("./look.js").Look} look @param {Ears} ears */
  constructor(model, look, ears) {
    super(model, { state: () => {}, alive: ears.alive, trouble: ears.trouble });
    this.look = look;
    this.said = ears;
    this.store = new Store();
    this.totals = {
      entries: 0,
      bytes: 0,
      first: 1,
      last: 0,
      dropped: 0,
      unrecorded: 0,
      recording: true,
      frames: 0,
      checks: 0,
      holds: false,
      flying: /** @type {number[]} */ ([]),
      breakpoints: /** @type {import("./margin.js").Breakpoint[] | undefined} */ (undefined),
    };
    /** @type {Record<string, number>} */
    this.names = {};
    this.filter = readFilter("");
    this.search = {
      id: 0,
      store: /** @type {Store | null} */ (null),
      count: 0,
      looked: 0,
      problem: "",
      doubt: "",
    };
    this.asked = 0;
    this.finding = /** @type {any} */ (undefined);
    this.live = false;
    this.hides = { frames: false, checks: false };
    this.stood = this.stands !== null;
    this.trying = /** @type {any} */ (undefined);
  }

  /**
   * What it stands with, as a later cell shows the log too; null while it follows.
   * @returns {{last: number, before: string, gone?: boolean} | null}
   */
  get stands() {
    const said = this.model.get("stands");
    return said?.last === undefined ? null : said;
  }

  /** It stands from now on, or follows again. */
  turnedOver() {
    const { stands, stood } = this;
    this.stood = stands !== null;
    // What has gone in the kernel since stays here.
    if (stands && stood) return;
    if (stands) this.store.endAt(stands.last);
    this.hello();
    this.find();
    this.said.changed();
  }

  open() {
    this.filter = readFilter(this.look.now.filter);
    super.open();
    this.find();
  }

  /** Say hello again where it may have been lost, and no beat tells. */
  tryAgain(tries = TRIES) {
    clearTimeout(this.trying);
    if (!this.stood || !tries) return;
    this.trying = setTimeout(() => this.store.asking && this.hello(tries - 1), ASK_AGAIN);
  }

  /** The rows that are shown: those that were found, once that is known. */
  get shown() {
    return this.ready ? /** @type {Store} */ (this.search.store) : this.store;
  }

  /** Whether the kernel has looked through all it has for what the filter asks. */
  get ready() {
    return this.search.store !== null && !this.search.store.asking;
  }

  /** Whether nothing was heard of the kernel yet. */
  get unheard() {
    return !this.live;
  }

  /** The items to show. @returns {import("./shown.js").Shown} */
  items() {
    return shownBy(this);
  }

  /** How far the kernel has looked for what the filter asks; "" when it is done. */
  get looking() {
    const { looked, store } = this.search;
    if (this.ready || !store || !looked) return "";
    return `looked through ${grouped(looked)} of ${grouped(this.totals.entries)}`;
  }

  /** What of the filter cannot be read, in sentences. */
  get problems() {
    const said = this.filter.problems.map(({ text }) => `${text} It is looked for as text.`);
    if (this.search.problem)
      said.push(`The kernel cannot read this filter: ${this.search.problem}`);
    const doubt = this.ready ? this.search.doubt : this.filter.doubt();
    return doubt ? [...said, doubt] : said;
  }

  /** Whether new rows should wait in the kernel. @param {Store} store */
  holds(store) {
    const { frozen, following } = this.look.now;
    return frozen || (store === this.shown && !following && store.full);
  }

  // What the kernel tells.

  /** @param {any} message @param {DataView[]} buffers */
  heard(message, buffers) {
    if (message.view && message.view !== this.view) return;
    if (message.kind === "rows") this.took(message);
    else if (message.kind === "found") this.foundOut(message);
    else if (message.kind === "detail" || message.kind === "whole")
      this.said.detail(message, buffers);
    else super.heard(message);
  }

  took(/** @type {any} */ message) {
    if (this.stood && !message.view) return;
    this.live = true;
    Object.assign(this.names, message.names);
    this.totals = message.totals ?? this.totals;
    this.answered ||= this.answers(message);
    const mine = message.found?.[this.view];
    this.takeInto(this.store, message, this.answers(message));
    if (mine) this.foundOut(mine);
    this.said.came(message);
    const { frames, checks } = hiddenUnasked(this);
    if (frames !== this.hides.frames || checks !== this.hides.checks) this.refilter();
    this.said.changed();
    if (message.fill) this.said.filled();
  }

  /** A view that has not been answered takes what is told to all that were just shown. */
  answers(/** @type {any} */ message) {
    return Boolean(message.view) || Boolean(message.welcome && this.store.asking);
  }

  /** What the kernel found, or how far it has looked, or why it cannot. */
  foundOut(/** @type {any} */ message) {
    const { search } = this;
    if (message.search !== search.id || !search.store) return;
    if (message.problem) {
      this.search = { ...search, store: null, problem: message.problem };
    } else {
      search.looked = message.looked;
      search.doubt = message.doubt ? `${message.doubt}.` : "";
      search.count = message.count;
      Object.assign(this.names, message.names);
      if (message.rows)
        this.takeInto(search.store, message, Boolean(message.view || message.begins));
    }
    this.said.changed();
    if (message.fill) this.said.filled();
  }

  takeInto(/** @type {Store} */ store, /** @type {any} */ message, /** @type {boolean} */ answer) {
    if (!store.take(message, answer, this.holds(store))) this.askFor(store);
    else if (store.asking && performance.now() - this.asked > ASK_AGAIN) this.askFor(store);
    if (message.fill) store.trimNewest();
    else if (store !== this.shown || this.look.now.following) store.trimOldest();
  }

  /** @param {boolean} alive */
  turned(alive) {
    // Its rows are here, and nobody beats for them.
    if (this.stood) return;
    super.turned(alive);
    if (alive) this.find();
  }

  // What is asked of the kernel.

  hello(tries = TRIES) {
    this.asked = performance.now();
    this.store.asking = true;
    this.say({ kind: "hello", since: this.store.seen });
    this.tryAgain(tries);
  }

  /** Ask for what has come since. */
  askFor(/** @type {Store} */ store) {
    this.asked = performance.now();
    store.asking = true;
    this.say({ kind: "since", cursor: store.seen, ...this.searchOf(store) });
  }

  searchOf(/** @type {Store} */ store) {
    return store === this.search.store ? { search: this.search.id } : {};
  }

  /** Ask for what waits in the kernel. */
  catchUp() {
    for (const store of [this.store, this.search.store])
      if (store?.behind && !store.asking) this.askFor(store);
  }

  /** Ask for rows that are not here: the newest thousand of a hole. @param {Item} item */
  fill(item) {
    const upto = item.from + item.count - 1;
    this.say({
      kind: "since",
      cursor: Math.max(item.from - 1, upto - MORE_ROWS),
      upto,
      ...this.searchOf(this.shown),
    });
  }

  /** Ask for the rows round a number. @param {number} seq */
  fillRound(seq) {
    this.say({
      kind: "since",
      cursor: Math.max(0, seq - MORE_ROWS / 2),
      upto: seq + MORE_ROWS / 2,
    });
  }

  /**
   * Read the filter anew, as what is typed or how it is meant has changed.
   * @param {boolean} [typing]
   */
  refilter(typing = false) {
    this.hides = hiddenUnasked(this);
    const before = this.filter.query;
    this.filter = readFilter(this.look.now.filter, {
      typing,
      frames: !this.hides.frames,
      checks: !this.hides.checks,
    });
    if (this.filter.query === before) return;
    this.search = { ...this.search, id: this.search.id + 1, store: null, problem: "", doubt: "" };
    clearTimeout(this.finding);
    this.finding = setTimeout(() => this.find(), typing ? PAUSE : 0);
  }

  /** Have the kernel look for what the filter asks. */
  find() {
    const { empty, query, context } = this.filter;
    if (empty && !this.search.id) return;
    this.search = {
      id: this.search.id + 1,
      store: empty ? null : new Store(),
      count: 0,
      looked: 0,
      problem: "",
      doubt: "",
    };
    this.say({ kind: "find", search: this.search.id, query: empty ? "" : query, context });
  }

  close() {
    clearTimeout(this.finding);
    clearTimeout(this.trying);
    super.close();
  }

  /** The row with a number, wherever it is held. @param {number} seq */
  rowOf(seq) {
    return [this.store, this.search.store]
      .flatMap((store) => store?.rows ?? [])
      .find((row) => row.seq === seq);
  }

  /** All rows held here, by number. */
  get known() {
    if (!this.ready) return this.store.rows;
    const rows = new Map([...this.shown.rows, ...this.store.rows].map((row) => [row.seq, row]));
    return [...rows.values()].sort((one, other) => one.seq - other.seq);
  }
}
