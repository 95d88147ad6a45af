/** The traffic table: what the kernel tells, what a person does, and what is drawn then. */

import { Aloud } from "./aloud.js";
import { Chrome } from "./chrome.js";
import { Detail } from "./detail.js";
import { filtered, parseFilter } from "./filter.js";
import { Grid } from "./grid.js";
import { watchKernel } from "./heartbeat.js";
import { keys } from "./keys.js";
import { chain, fold } from "./rows.js";
import { Store } from "./store.js";
import { indexOf } from "./window.js";

const OLDER_ROWS = 1000;
const ASK_AGAIN = 2000;

class Table {
  /** @param {any} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.view = Math.random().toString(36).slice(2);
    this.store = new Store();
    this.opened = new Set();
    this.filter = parseFilter("");
    this.frozen = false;
    this.mark = 0;
    this.asked = 0;
    this.pending = 0;
    this.wanted = 0;
    this.aloud = new Aloud();
    this.grid = new Grid({ pick: (index) => this.pick(index), toggle: (index) => this.toggle(index), moved: () => this.moved() });
    this.detail = new Detail({ ask: (seq) => this.say({ kind: "detail", seq }), go: (seq) => this.go(seq), shut: () => this.shut() });
    this.chrome = new Chrome(this.acts(), this.grid.el, this.detail.el, this.aloud.el);
    this.box = this.chrome.box;
    this.listen();
    el.append(this.chrome.root);
  }

  /** What the buttons and the filter box do. */
  acts() {
    return {
      freeze: () => this.freeze(),
      record: () => this.say({ kind: "record", on: !this.store.totals.recording }),
      clear: () => this.say({ kind: "clear" }),
      follow: () => this.follow(),
      refilter: () => this.refilter(),
      leaveBox: () => this.leaveBox(),
    };
  }

  listen() {
    this.grid.el.addEventListener("keydown", (event) => this.key(event));
    this.detail.el.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.shut();
    });
  }

  // What the kernel tells.

  say(/** @type {object} */ message) {
    this.model.send({ ...message, view: this.view });
  }

  hear(/** @type {any} */ message, /** @type {DataView[]} */ buffers) {
    if (message.view && message.view !== this.view) return;
    if (message.kind === "rows") this.take(message);
    else if (message.kind === "detail") this.detail.receive(message, buffers);
    else if (message.kind === "beat" && this.grid.away) this.redraw();
    else if (message.kind === "trouble") this.chrome.warn(`Something went wrong in the kernel: ${message.text}`);
  }

  take(/** @type {any} */ message) {
    const hold = this.frozen || (!this.grid.following && this.store.full);
    if (!this.store.take(message, Boolean(message.view), hold)) this.ask();
    else if (this.store.asking && performance.now() - this.asked > ASK_AGAIN) this.ask();
    if (message.fill) this.store.trimNewest();
    else if (this.grid.following) this.store.trimOldest();
    this.aloud.hear(message);
    this.redraw();
    if (message.fill && this.wanted) this.arrive();
  }

  ask() {
    this.asked = performance.now();
    this.store.asking = true;
    this.say({ kind: "since", cursor: this.store.seen });
  }

  hello() {
    this.asked = performance.now();
    this.store.asking = true;
    this.say({ kind: "hello", since: this.store.seen });
  }

  alive(/** @type {boolean} */ alive) {
    this.chrome.alive(alive);
    if (alive) this.hello();
  }

  // Drawing: at most once a frame, however much comes.

  redraw() {
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      this.draw();
    });
  }

  draw() {
    const { store, grid } = this;
    const { items, hidden } = filtered(fold(store.rows, store.totals.first, this.opened), this.filter);
    grid.names = store.names;
    grid.linked = grid.selected ? chain(store.rows, grid.selected) : new Set();
    grid.show(items);
    this.chrome.filtered(this.filter.literal, hidden, !items.length && !store.asking);
    this.status();
  }

  /** Say what the log holds, what is switched on, and how much is new. */
  status() {
    const { totals, behind } = this.store;
    if (this.grid.following && !this.frozen && !behind) this.mark = totals.last;
    this.chrome.status(totals, this.frozen, Math.max(0, totals.last - this.mark));
  }

  // What a person does.

  /** The table was scrolled: at the bottom again, it follows again. */
  moved() {
    if (this.grid.following && this.store.behind && !this.frozen && !this.store.asking) this.ask();
    this.status();
  }

  follow() {
    this.frozen = false;
    this.grid.following = true;
    if (this.store.behind) this.ask();
    this.redraw();
  }

  freeze() {
    this.frozen = !this.frozen;
    if (!this.frozen && this.store.behind) this.ask();
    this.redraw();
  }

  refilter() {
    this.filter = parseFilter(this.box.value);
    this.draw();
    const index = this.selectedIndex();
    if (index >= 0) this.grid.reveal(index);
  }

  leaveBox() {
    if (this.box.value) {
      this.box.value = "";
      this.refilter();
    } else this.grid.el.focus();
  }

  selectedIndex() {
    const { items, selected } = this.grid;
    const index = indexOf(items, selected);
    return selected && items[index]?.seq === selected ? index : -1;
  }

  pick(/** @type {number} */ index) {
    const item = this.grid.items[index];
    if (item?.type === "hole") this.show(item);
    else if (item) this.select(item.seq);
  }

  /** Ask for rows that are not here: the newest thousand of a hole. @param {import("./rows.js").Item} item */
  show(item) {
    const upto = item.seq + item.count - 1;
    this.grid.following = false;
    this.grid.remember();
    this.say({ kind: "since", cursor: Math.max(item.seq - 1, upto - OLDER_ROWS), upto });
  }

  select(/** @type {number} */ seq) {
    this.grid.selected = seq;
    const index = this.selectedIndex();
    const item = index < 0 ? null : this.grid.items[index];
    if (index >= 0 && index < this.grid.items.length - 1) this.hold();
    this.detail.show(item);
    this.chrome.main.classList.toggle("mpp-with-detail", item !== null);
    this.draw();
    if (index >= 0) this.grid.reveal(index);
  }

  /** Close the pane, and go back to the rows. */
  shut() {
    this.select(0);
    this.grid.el.focus();
  }

  /** Stop following, so that what is being read stays. */
  hold() {
    if (this.grid.following) this.grid.remember();
    this.grid.following = false;
  }

  /** Select a row by its number, or the broadcast it is part of. @param {number} seq */
  go(seq) {
    const found = this.grid.items.find((item) => item.type === "row" && item.members.some((row) => row.seq === seq));
    if (found) this.select(found.seq);
    else if (this.box.value) {
      this.box.value = "";
      this.refilter();
      this.go(seq);
    } else if (this.wanted !== seq) {
      this.wanted = seq;
      this.hold();
      this.say({ kind: "since", cursor: Math.max(0, seq - OLDER_ROWS / 2), upto: seq + OLDER_ROWS / 2 });
    }
  }

  /** Select the row that had to be asked for; if it still is not there, it is gone. */
  arrive() {
    this.draw();
    this.go(this.wanted);
    this.wanted = 0;
  }

  toggle(/** @type {number} */ index) {
    const item = this.grid.items[index];
    if (!item || item.count < 2 || item.type !== "row") return;
    if (!this.opened.delete(item.seq)) this.opened.add(item.seq);
    this.hold();
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys(this)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** Select the row at an index, or the next one that can be selected. */
  step(/** @type {number} */ index, /** @type {number} */ way) {
    const { items } = this.grid;
    let at = index;
    while (items[at]?.type === "member") at += way;
    const item = items[at];
    if (item?.type === "hole") this.show(item);
    else if (item) this.select(item.seq);
  }

  enter(/** @type {number} */ index) {
    const item = this.grid.items[index];
    if (!item) return;
    if (item.count > 1) this.toggle(index);
    else this.detail.focus();
  }

  /** Select the previous or next row of the same cause chain. */
  inChain(/** @type {number} */ way) {
    const { items, linked, selected } = this.grid;
    const inIt = items.filter((item) => item.type === "row" && item.members.some((row) => linked.has(row.seq)));
    const index = inIt.findIndex((item) => item.seq === selected);
    if (inIt[index + way]) this.select(inIt[index + way].seq);
  }
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const table = new Table(model, el);
    const hear = (/** @type {any} */ message, /** @type {DataView[]} */ buffers) => table.hear(message, buffers);
    model.on("msg:custom", hear);
    const resized = new ResizeObserver(() => table.redraw());
    resized.observe(table.grid.el);
    const unwatch = watchKernel(model, (alive) => table.alive(alive));
    table.hello();
    return () => {
      table.say({ kind: "bye" });
      unwatch();
      resized.disconnect();
      model.off("msg:custom", hear);
      cancelAnimationFrame(table.pending);
      table.aloud.stop();
      table.chrome.root.remove();
    };
  },
};
