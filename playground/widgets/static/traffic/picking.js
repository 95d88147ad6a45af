/** What is selected in a view, and going from row to row. No DOM. */

import { chain, single } from "./rows.js";

/**
 * @typedef {import("./rows.js").Item} Item
 * @typedef {object} View what there is to do when something else is selected
 * @property {() => void} draw
 * @property {(id: number) => void} reveal have an item in sight
 * @property {() => void} hold stop following
 * @property {() => void} unfilter take the filter away
 * @property {() => void} read go to what the selected row holds
 * @property {() => Item | null} kept the item whose pane is open
 * @property {(id: number) => void} tell other views
 * @property {(seq: number) => void} gone: a row that was wanted is not there any more
 */

export class Picking {
  /**
   * @param {import("./look.js").Look} look
   * @param {import("./feed.js").Feed} feed
   * @param {View} view
   */
  constructor(look, feed, view) {
    this.look = look;
    this.feed = feed;
    this.view = view;
    /** What is shown. @type {Item[]} */
    this.items = [];
    /** A row that had to be asked for, to be selected when it comes. */
    this.wanted = 0;
    /** What is selected was selected in another view: what it holds is shown there. */
    this.elsewhere = false;
  }

  get id() {
    return this.look.now.selected;
  }

  /** Where the selected item stands among those that are shown; -1 if it is not. */
  get index() {
    return this.id ? this.items.findIndex((item) => item.id === this.id) : -1;
  }

  /** The selected item, also if the filter hides it. @returns {Item | null} */
  get item() {
    if (!this.id) return null;
    const { index } = this;
    if (index >= 0) return this.items[index];
    const row = this.feed.rowOf(Math.abs(this.id));
    return row ? single(row) : this.view.kept();
  }

  /** How rows hang together with the selected one. */
  get linked() {
    const { item } = this;
    return item
      ? chain(
          this.feed.known,
          item.members.map((row) => row.seq),
        )
      : new Map();
  }

  /** What was selected when the page was left may have to be asked for. */
  restore() {
    const { following, anchor } = this.look.now;
    const wanted = Math.abs(this.id) || (following ? 0 : anchor.seq);
    const { rows, first } = this.feed.store;
    if (wanted >= first && rows.length && wanted < rows[0].seq) this.feed.fillRound(wanted);
    else if (this.id && !this.feed.rowOf(wanted)) this.look.set({ selected: 0 });
  }

  /** Select an item, or ask for the rows that are missing there. @param {Item} item */
  pick(item) {
    if (item.type !== "hole") {
      this.select(item.id);
      return;
    }
    this.view.hold();
    this.feed.fill(item);
  }

  /** Select an item by its id; 0 selects none. @param {number} id */
  select(id) {
    this.elsewhere = false;
    this.view.tell(id);
    this.mark(id);
  }

  /** Show what is selected, here or in another view. @param {number} id */
  mark(id) {
    this.look.set({ selected: id });
    const { index } = this;
    if (index >= 0 && index < this.items.length - 1) this.view.hold();
    this.view.draw();
    if (index >= 0) this.view.reveal(id);
  }

  /** Select a row by its number, or the broadcast it is part of. @param {number} seq */
  go(seq) {
    const found = this.rowWith((row) => row.seq === seq);
    if (found) {
      this.select(found.id);
    } else if (this.look.now.filter) {
      this.view.unfilter();
      this.go(seq);
    } else if (this.wanted !== seq) {
      this.wanted = seq;
      this.view.hold();
      this.feed.fillRound(seq);
    }
  }

  /**
   * The first item with a row that passes.
   * @param {(row: import("./rows.js").Row) => boolean} passes
   */
  rowWith(passes) {
    return this.items.find((item) => item.type === "row" && item.members.some(passes));
  }

  /**
   * Rows that were missing have come: select the one that was wanted; if it still is not there, it
   * is gone.
   */
  arrived() {
    this.view.draw();
    const { wanted } = this;
    if (wanted) this.go(wanted);
    this.wanted = 0;
    if (wanted && !this.rowWith((row) => row.seq === wanted)) this.view.gone(wanted);
    else if (this.index >= 0) this.view.reveal(this.id);
  }

  /** Open a broadcast, or close it. @param {Item} item */
  toggle(item) {
    if (item.count < 2 || item.type !== "row") return;
    const opened = this.look.now.opened.filter((seq) => seq !== item.seq);
    this.look.set({ opened: item.opened ? opened : [...opened, item.seq] });
    this.view.hold();
    this.view.draw();
  }

  /**
   * Close the broadcast that is selected, or go from one of its sends to it.
   * @param {Item | undefined} item
   */
  leaveBroadcast(item) {
    if (item?.opened) this.toggle(item);
    if (item?.type !== "member") return;
    const whole = this.rowWith((row) => row.seq === item.seq);
    if (whole) this.select(whole.id);
  }

  /** Select the item at an index. @param {number} index */
  step(index) {
    if (this.items[index]) this.pick(this.items[index]);
  }

  /** Open a broadcast; else go to what the row holds. @param {Item | undefined} item */
  enter(item) {
    if (!item) return;
    if (item.count > 1 && item.type === "row") this.toggle(item);
    else this.view.read();
  }

  /** Select the previous or next row of the same cause chain. @param {number} way */
  inChain(way) {
    const { item, linked } = this;
    if (!item) return;
    const inIt = this.items.filter(
      (each) => each.type === "row" && each.members.some((row) => linked.has(row.seq)),
    );
    const next = inIt[inIt.findIndex((each) => each.id === item.id) + way];
    if (next) this.select(next.id);
  }
}
