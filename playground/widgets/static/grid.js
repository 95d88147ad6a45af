/** The table: one of the pictures of the traffic. However many rows there are, only those in sight are in the document. */

import { fillCells, linkOf, makeCells } from "./cells.js";
import { button, element } from "./dom.js";
import { Scroll } from "./scroll.js";
import { ROW_HEIGHT } from "./window.js";

const NO_THREAD = { first: 0, last: -1 };

/**
 * @typedef {import("./cells.js").Scene} Scene
 * @typedef {import("./rows.js").Item} Item
 *
 * What every picture has: the table has it, and so has the ladder.
 * @typedef {object} Picture
 * @property {HTMLElement} el takes the focus, and the keys
 * @property {(scene: Scene) => void} show
 * @property {(id: number) => void} reveal have an item in sight
 * @property {() => void} hold stop following
 * @property {number} page how many items a page has
 * @property {boolean} away nobody can see it, as in a tab that is hidden
 * @property {(traffic: any) => Record<string, () => void>} [moves] what keys do otherwise in this one
 *
 * @typedef {object} Acts what a person does in a picture
 * @property {(item: Item) => void} pick an item
 * @property {(item: Item) => void} toggle a broadcast
 * @property {() => void} moved: scrolled, to the end or away from it
 * @property {() => void} turnTime measure times from something else
 */

export class Grid {
  /** @param {Acts} acts @param {import("./look.js").Look} look */
  constructor(acts, look) {
    this.acts = acts;
    this.scroll = new Scroll(look, ROW_HEIGHT, { draw: () => this.draw(), moved: acts.moved });
    /** @type {Scene} */
    this.scene = { items: [], names: {}, selected: 0, linked: new Map(), found: false, times: { from: null, time: 0 } };
    this.thread = NO_THREAD;
    this.pool = /** @type {HTMLElement[]} */ ([]);
    this.id = `mpp-${Math.random().toString(36).slice(2, 8)}`;
    this.el = element("div", "mpp-table");
    this.el.setAttribute("role", "treegrid");
    this.el.setAttribute("aria-label", "Traffic");
    this.el.setAttribute("aria-colcount", "5");
    this.el.tabIndex = 0;
    this.scroll.el.setAttribute("role", "rowgroup");
    this.el.append(this.makeHead(), this.scroll.el);
    this.scroll.sheet.addEventListener("click", (event) => this.clicked(event));
  }

  makeHead() {
    const head = element("div", "mpp-row mpp-head");
    head.setAttribute("role", "row");
    head.setAttribute("aria-rowindex", "1");
    this.timeHead = button("Δt", this.acts.turnTime, "mpp-time-head");
    for (const [name, className] of [["", "mpp-stripe"], ["", "mpp-link-mark"], ["#", "mpp-n"], ["", "mpp-t"], ["who → whom", "mpp-who"], ["what", "mpp-what"], ["size", "mpp-z"]]) {
      const cell = element("span", className, name);
      if (className === "mpp-t") cell.append(this.timeHead);
      cell.setAttribute(name || className === "mpp-t" ? "role" : "aria-hidden", name || className === "mpp-t" ? "columnheader" : "true");
      head.append(cell);
    }
    return head;
  }

  /** Show a scene, and leave what is being read where it is. @param {Scene} scene */
  show(scene) {
    this.scene = scene;
    const { items } = scene;
    const newest = items.length ? items[items.length - 1].seq : 0;
    this.el.style.setProperty("--mpp-digits", String(Math.max(3, String(newest).length)));
    this.el.setAttribute("aria-rowcount", String(items.length + 1));
    this.thread = scene.linked.size > 1 ? threadOf(scene) : NO_THREAD;
    this.showTimes();
    this.scroll.take(items);
    this.draw();
  }

  /** Say in the head what times are measured from. */
  showTimes() {
    const { time } = this.scene.times;
    const { selected } = this.scene;
    const from = selected ? `since #${Math.abs(selected)}` : "since first";
    this.timeHead.textContent = ["Δt", from, "clock"][time];
    this.timeHead.title = `${["Seconds since the row above", "Seconds since the selected row, or the first", "Time of day"][time]}; press for another (t)`;
    this.el.classList.toggle("mpp-clock", time > 0);
  }

  draw() {
    const { first, end } = this.scroll.inSight();
    if (this.scroll.away) return;
    while (this.pool.length < end - first) this.pool.push(this.addRow());
    while (this.pool.length > end - first) this.pool.pop()?.remove();
    this.el.removeAttribute("aria-activedescendant");
    for (let index = first; index < end; index += 1) this.fill(this.pool[index - first], index);
  }

  addRow() {
    const row = makeCells();
    this.scroll.sheet.append(row);
    return row;
  }

  fill(/** @type {HTMLElement} */ el, /** @type {number} */ index) {
    fillCells(el, this.scene, index, this.thread);
    el.id = `${this.id}-${index}`;
    if (this.scene.items[index].id === this.scene.selected) this.el.setAttribute("aria-activedescendant", el.id);
  }

  /** Have an item in sight. @param {number} id */
  reveal(id) {
    const index = this.scene.items.findIndex((item) => item.id === id);
    if (index >= 0) this.scroll.reveal(index);
  }

  /** Stop following. */
  hold() {
    this.scroll.hold();
  }

  /** Rows that a page has. */
  get page() {
    return this.scroll.page;
  }

  /** Whether nobody can see the table, as in a tab that is hidden. */
  get away() {
    return this.scroll.away;
  }

  clicked(/** @type {MouseEvent} */ event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest(".mpp-row"));
    if (!row) return;
    const item = this.scene.items[Number(row.dataset.index)];
    if (target.closest(".mpp-part-more")) this.acts.toggle(item);
    else this.acts.pick(item);
    this.el.focus({ preventScroll: true });
  }
}

/** From which item to which the chain of the selected row goes. @param {Scene} scene */
function threadOf(scene) {
  let [first, last] = [-1, -1];
  scene.items.forEach((item, index) => {
    if (!linkOf(item, scene)) return;
    if (first < 0) first = index;
    last = index;
  });
  return first < last ? { first, last } : NO_THREAD;
}
