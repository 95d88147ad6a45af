/**
 * What every picture of the traffic does alike: its rows scroll, are made once, and are pressed.
 */

import { element, onResize } from "../shared/dom.js";
import { atBottom, inSight, reveal } from "./window.js";

/**
 * @typedef {import("./rows.js").Item} Item
 *
 * @typedef {object} Scene what a picture shows
 * @property {Item[]} items
 * @property {Record<string, number>} names clients, and the number of each one's colour
 * @property {number} selected the `id` of the selected item, 0 for none
 * @property {Map<number, "self" | "cause" | "effect">} linked how rows hang together with the
 *   selected one, by number
 * @property {boolean} found whether only what a filter found is shown
 * @property {number[]} [flying] numbers of the rows in flight
 * @property {import("./margin.js").Breakpoint[]} [breakpoints] where there can be any
 * @property {{from: number | null, time: number}} times what times are measured from
 * @property {boolean} stands it is as it stood, and comes to no more
 *
 * @typedef {object} Acts what a person does in a picture
 * @property {(item: Item) => void} pick an item
 * @property {() => void} unpick what is picked
 * @property {(item: Item) => void} toggle a broadcast
 * @property {() => void} moved: scrolled, to the end or away from it
 * @property {() => void} turnTime measure times from something else
 * @property {(message: object, asker: import("../shared/line.js").Asker) => void} ask the kernel
 * @property {(text: string) => void} warn
 * @property {(where: {seq?: number, line?: string}) => void} breakAt set a breakpoint, or remove it
 * @property {(seqs: number[]) => void} deliver what is in flight
 */

/** @type {Scene} */
const NOTHING = {
  items: [],
  names: {},
  selected: 0,
  linked: new Map(),
  found: false,
  times: { from: null, time: 0 },
  stands: false,
};

/**
 * The margin where no breakpoints can be set.
 *
 * @type {Pick<import("./margin.js").Margin, "take" | "place" | "at" | "title">}
 */
const BARE = { take: () => {}, place: () => null, at: () => "", title: () => "" };

/** A picture; the table is one, and so is the ladder. */
export class Picture {
  /**
   * @param {Acts} acts
   * @param {import("./look.js").Look} look
   * @param {number} height of a row, in pixels
   * @param {string} className
   * @param {string} role
   */
  constructor(acts, look, height, className, role) {
    this.acts = acts;
    this.scroll = new Scroll(look, height, { draw: () => this.draw(), moved: acts.moved });
    this.scene = NOTHING;
    this.pool = /** @type {HTMLElement[]} */ ([]);
    /** The index of the first row that is drawn. */
    this.first = 0;
    this.id = `mpp-${Math.random().toString(36).slice(2, 8)}`;
    /** Takes the focus, and the keys. */
    this.el = element("div", className);
    this.el.setAttribute("role", role);
    this.el.tabIndex = 0;
    this.scroll.el.setAttribute("role", "rowgroup");
    this.margin = BARE;
    this.scroll.sheet.addEventListener("click", (event) => this.clicked(event));
  }

  /** What stands in the view: with what belongs to the picture round it. @returns {HTMLElement} */
  get frame() {
    return this.el;
  }

  /** Show a scene, and leave what is being read where it is. @param {Scene} scene */
  show(scene) {
    this.scene = scene;
  }

  /** Draw what is in sight. */
  draw() {}

  /** Draw the rows from one to before another: as many as are in sight are in the document. */
  drawRows(/** @type {number} */ first, /** @type {number} */ end) {
    this.turnPool(first);
    while (this.pool.length < end - first) this.pool.push(this.addRow());
    while (this.pool.length > end - first) this.pool.pop()?.remove();
    this.el.removeAttribute("aria-activedescendant");
    for (let index = first; index < end; index += 1) this.fill(this.pool[index - first], index);
  }

  /** Put the rows that are out of sight at the top below the others, which stay as they are. */
  turnPool(/** @type {number} */ first) {
    const by = first - this.first;
    this.first = first;
    if (by <= 0 || by >= this.pool.length) return;
    const gone = this.pool.splice(0, by);
    this.pool.at(-1)?.after(...gone);
    this.pool.push(...gone);
  }

  /** Put one more row into the document. @returns {HTMLElement} */
  addRow() {
    throw new Error("expected a picture that makes rows");
  }

  /** Let a row show what stands at an index. @param {HTMLElement} _row @param {number} _index */
  fill(_row, _index) {}

  /** @param {MouseEvent} _event in the rows */
  clicked(_event) {}

  /** Have an item in sight. @param {number} _id */
  reveal(_id) {}

  /** What scrolls. */
  get scroller() {
    return this.scroll.el;
  }

  /** Stop following. */
  hold() {
    this.scroll.hold();
  }

  /** How many rows a page has. */
  get page() {
    return this.scroll.page;
  }

  /** Whether nobody can see it, as in a tab that is hidden. */
  get away() {
    return this.scroll.away;
  }

  /**
   * What keys do otherwise in this picture.
   * @param {any} _traffic
   * @returns {Record<string, () => void>}
   */
  moves(_traffic) {
    return {};
  }
}

/** A list that scrolls. */
class Scroll {
  /**
   * @param {import("./look.js").Look} look whose `following` and `anchor` it keeps
   * @param {number} height of a row, in pixels
   * @param {{draw: () => void, moved: () => void}} owner draws what is in sight; is told when a
   *   person scrolls
   */
  constructor(look, height, owner) {
    this.look = look;
    this.height = height;
    this.owner = owner;
    this.items = /** @type {Item[]} */ ([]);
    /** The first row that is drawn changes only after so many: what stays need not be painted. */
    this.steady = 1;
    // A tab that is hidden forgets how far it was scrolled.
    this.away = true;
    // How far it was scrolled when that was last noticed; anything else is what a person did since.
    this.known = 0;
    this.el = element("div", "mpp-scroller");
    this.el.tabIndex = -1;
    this.space = element("div", "mpp-space");
    this.sheet = element("div", "mpp-sheet");
    for (const each of [this.space, this.sheet]) each.setAttribute("role", "presentation");
    this.space.append(this.sheet);
    this.el.append(this.space);
    this.el.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // A tab may come back before anything was drawn in it.
    onResize(this.el, () => {
      this.away ||= this.el.clientHeight === 0;
    });
  }

  /** Take other items, and leave what is being read where it is. @param {Item[]} items */
  take(items) {
    // The event of a person's scrolling may still be on its way.
    if (!this.away && this.el.clientHeight && this.el.scrollTop !== this.known) this.noticed();
    this.items = items;
    this.space.style.height = `${items.length * this.height}px`;
    this.away = this.el.clientHeight === 0;
    const { following, anchor } = this.look.now;
    if (following) this.el.scrollTop = items.length * this.height;
    else if (anchor.seq) this.el.scrollTop = this.indexOf(anchor.seq) * this.height + anchor.offset;
    this.known = this.el.scrollTop;
  }

  scrolled() {
    // To be hidden is nobody's wish to scroll.
    if (this.away || !this.el.clientHeight || this.el.scrollTop === this.known) return;
    this.noticed();
    this.owner.draw();
    this.owner.moved();
  }

  /** Note where a person has scrolled to. */
  noticed() {
    const { scrollTop, clientHeight } = this.el;
    this.known = scrollTop;
    const following = atBottom(scrollTop, clientHeight, this.items.length, this.height);
    if (following !== this.look.now.following) this.look.set({ following });
    this.remember();
  }

  /** Stop following, so that what is being read stays. */
  hold() {
    if (this.look.now.following) this.remember();
    this.look.set({ following: false });
  }

  /** Note which row is the topmost, to hold it still while rows come and go above. */
  remember() {
    const index = Math.floor(this.el.scrollTop / this.height);
    const anchor = {
      seq: this.items[index]?.seq ?? 0,
      offset: this.el.scrollTop - index * this.height,
    };
    this.look.set({ anchor });
  }

  /** Scroll as little as needed to have a row in sight. @param {number} index */
  reveal(index) {
    const top = reveal(index, this.el.scrollTop, this.el.clientHeight, this.height);
    if (top !== this.el.scrollTop) this.el.scrollTop = top;
    this.known = this.el.scrollTop;
    this.remember();
    this.owner.draw();
  }

  /** The rows to draw; none while nobody can see them. */
  inSight() {
    this.away ||= this.el.clientHeight === 0;
    const range = this.away
      ? { first: 0, end: 0 }
      : inSight(this.el.scrollTop, this.el.clientHeight, this.items.length, this.height);
    range.first -= range.first % this.steady;
    const moved = `translateY(${range.first * this.height}px)`;
    if (this.sheet.style.transform !== moved) this.sheet.style.transform = moved;
    return range;
  }

  /** Where a row with a number stands, or the first after it. @param {number} seq */
  indexOf(seq) {
    const index = this.items.findIndex((item) => item.type !== "member" && item.seq >= seq);
    return index < 0 ? this.items.length : index;
  }

  /** Rows that fit, less the one that stays in sight when a page is turned. */
  get page() {
    return Math.max(1, Math.floor(this.el.clientHeight / this.height) - 1);
  }
}
