/** A list that scrolls, with only the rows in sight in the document; it follows while at the bottom. */

import { element } from "./dom.js";
import { atBottom, inSight, reveal } from "./window.js";

/**
 * @typedef {import("./rows.js").Item} Item
 */

export class Scroll {
  /**
   * @param {import("./look.js").Look} look whose `following` and `anchor` it keeps
   * @param {number} height of a row, in pixels
   * @param {{draw: () => void, moved: () => void}} owner draws what is in sight; is told when a person scrolls
   */
  constructor(look, height, owner) {
    this.look = look;
    this.height = height;
    this.owner = owner;
    this.items = /** @type {Item[]} */ ([]);
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
    new ResizeObserver(() => { this.away ||= this.el.clientHeight === 0; }).observe(this.el);
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
    const anchor = { seq: this.items[index]?.seq ?? 0, offset: this.el.scrollTop - index * this.height };
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
    this.sheet.style.transform = `translateY(${range.first * this.height}px)`;
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
