/** The list of rows: however many there are, only those in sight are in the document. */

import { element } from "./dom.js";
import { clock, delta, sized } from "./format.js";
import { hasPayload, holeText, isWide, tone, what, who } from "./rows.js";
import { ROW_HEIGHT, atBottom, inSight, indexOf, reveal } from "./window.js";

const CLIENT_COLOURS = 6;
const TIMES = ["Δt", "since start", "clock"];

/**
 * @typedef {import("./rows.js").Item} Item
 * @typedef {{pick: (index: number) => void, toggle: (index: number) => void, moved: () => void}} Taken what a person does
 */

export class Grid {
  /** @param {Taken} taken */
  constructor(taken) {
    this.taken = taken;
    this.items = /** @type {Item[]} */ ([]);
    this.names = /** @type {Record<string, number>} */ ({});
    this.selected = 0;
    this.linked = new Set();
    this.following = true;
    this.time = 0;
    this.base = 0;
    this.away = false;
    this.pool = /** @type {HTMLElement[]} */ ([]);
    this.anchor = { seq: 0, offset: 0 };
    this.id = `mpp-${Math.random().toString(36).slice(2, 8)}`;
    this.build();
  }

  build() {
    this.el = element("div", "mpp-table");
    this.el.setAttribute("role", "grid");
    this.el.setAttribute("aria-label", "Traffic");
    this.el.tabIndex = 0;
    this.scroller = element("div", "mpp-scroller");
    this.scroller.setAttribute("role", "rowgroup");
    this.scroller.tabIndex = -1;
    this.space = element("div", "mpp-space");
    this.space.setAttribute("role", "presentation");
    this.sheet = element("div", "mpp-sheet");
    this.sheet.setAttribute("role", "presentation");
    this.space.append(this.sheet);
    this.scroller.append(this.space);
    this.el.append(this.makeHead(), this.scroller);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.sheet.addEventListener("click", (event) => this.clicked(event));
  }

  makeHead() {
    const head = element("div", "mpp-row mpp-head");
    head.setAttribute("role", "row");
    for (const [name, className] of [["", "mpp-stripe"], ["#", "mpp-n"], ["Δt", "mpp-t"], ["who → whom", ""], ["what", ""], ["size", "mpp-z"]]) {
      const cell = element("span", className, name);
      if (name) cell.setAttribute("role", "columnheader");
      head.append(cell);
    }
    const time = /** @type {HTMLElement} */ (head.children[2]);
    time.title = "Since the row before, since the start, time of day (t)";
    time.addEventListener("click", () => this.turnTime());
    this.timeHead = time;
    return head;
  }

  /** Show times another way. */
  turnTime() {
    this.time = (this.time + 1) % TIMES.length;
    this.timeHead.textContent = TIMES[this.time];
    this.el.classList.toggle("mpp-clock", this.time > 0);
    this.draw();
  }

  /** Show these items, and leave what is being read where it is. @param {Item[]} items */
  show(items) {
    this.items = items;
    this.base ||= items.find((item) => item.row)?.row?.at ?? 0;
    const newest = items.length ? items[items.length - 1].seq : 0;
    this.el.style.setProperty("--mpp-digits", String(Math.max(3, String(newest).length)));
    this.space.style.height = `${items.length * ROW_HEIGHT}px`;
    this.away = this.scroller.clientHeight === 0;
    if (this.following) this.scroller.scrollTop = items.length * ROW_HEIGHT;
    else if (this.anchor.seq) this.scroller.scrollTop = indexOf(items, this.anchor.seq) * ROW_HEIGHT + this.anchor.offset;
    this.draw();
  }

  scrolled() {
    const { scrollTop, clientHeight } = this.scroller;
    // A tab that is hidden forgets how far it was scrolled: that is nobody's wish.
    if (this.away || !clientHeight) return;
    this.following = atBottom(scrollTop, clientHeight, this.items.length);
    this.remember();
    this.draw();
    this.taken.moved();
  }

  /** Note which row is the topmost, to hold it still while rows come and go above. */
  remember() {
    const index = Math.floor(this.scroller.scrollTop / ROW_HEIGHT);
    this.anchor = { seq: this.items[index]?.seq ?? 0, offset: this.scroller.scrollTop - index * ROW_HEIGHT };
  }

  /** Scroll as little as needed to have a row in sight. @param {number} index */
  reveal(index) {
    const top = reveal(index, this.scroller.scrollTop, this.scroller.clientHeight);
    if (top !== this.scroller.scrollTop) this.scroller.scrollTop = top;
    this.remember();
    this.draw();
  }

  /** Rows that fit. */
  get page() {
    return Math.max(1, Math.floor(this.scroller.clientHeight / ROW_HEIGHT) - 1);
  }

  draw() {
    this.away ||= this.scroller.clientHeight === 0;
    if (this.away) return;
    const { first, end } = inSight(this.scroller.scrollTop, this.scroller.clientHeight, this.items.length);
    while (this.pool.length < end - first) this.pool.push(this.makeRow());
    while (this.pool.length > end - first) this.pool.pop()?.remove();
    this.sheet.style.transform = `translateY(${first * ROW_HEIGHT}px)`;
    this.el.setAttribute("aria-rowcount", String(this.items.length + 1));
    this.el.removeAttribute("aria-activedescendant");
    for (let index = first; index < end; index += 1) this.fill(this.pool[index - first], index);
  }

  makeRow() {
    const row = element("div", "mpp-row");
    row.setAttribute("role", "row");
    for (const className of ["mpp-stripe", "mpp-n", "mpp-t", "mpp-who", "mpp-what", "mpp-z"]) {
      const cell = element("span", className);
      cell.setAttribute("role", className === "mpp-stripe" ? "presentation" : "gridcell");
      row.append(cell);
    }
    this.sheet.append(row);
    return row;
  }

  fill(/** @type {HTMLElement} */ el, /** @type {number} */ index) {
    const item = this.items[index];
    const selected = item.seq === this.selected && (item.type !== "member");
    el.className = this.classes(item, selected);
    el.dataset.index = String(index);
    el.id = `${this.id}-${index}`;
    el.setAttribute("aria-rowindex", String(index + 2));
    el.setAttribute("aria-selected", String(selected));
    if (item.count > 1 && item.type === "row") el.setAttribute("aria-expanded", String(item.opened));
    else el.removeAttribute("aria-expanded");
    if (selected) this.el.setAttribute("aria-activedescendant", el.id);
    const [, number, time, whom, what_, size] = /** @type {HTMLElement[]} */ ([...el.children]);
    number.textContent = item.type === "hole" ? "" : String(item.seq);
    time.textContent = this.timeOf(index);
    whom.hidden = isWide(item);
    whom.replaceChildren(...(isWide(item) ? [] : who(item).map(partOf)));
    what_.replaceChildren(...this.whatOf(item).map(partOf));
    size.textContent = item.row && hasPayload(item.row) ? sized(item.row.size) : "";
  }

  /** @param {Item} item */
  whatOf(item) {
    return item.row ? what(item.row) : [{ text: holeText(item), as: "" }];
  }

  classes(/** @type {Item} */ item, /** @type {boolean} */ selected) {
    const kind = item.row ? tone(item.row) : "hole";
    const broadcast = item.type === "row" && item.count > 1;
    const client = item.row?.client && !broadcast ? `mpp-client-${(this.names[item.row.client] ?? 0) % CLIENT_COLOURS}` : "mpp-client-none";
    const names = ["mpp-row", client, `mpp-from-${item.row?.sender ?? "lab"}`];
    if (kind) names.push(`mpp-${kind}`);
    if (isWide(item)) names.push("mpp-wide", `mpp-${item.row?.kind ?? "hole"}`);
    if (item.type === "member") names.push("mpp-member");
    if (selected) names.push("mpp-selected");
    else if (item.members.some((row) => this.linked.has(row.seq))) names.push("mpp-linked");
    return names.join(" ");
  }

  timeOf(/** @type {number} */ index) {
    const at = this.items[index].row?.at;
    if (at === undefined) return "";
    if (this.time === 2) return clock(at);
    const before = this.time === 1 ? this.base : this.items[index - 1]?.row?.at;
    return before === undefined ? "" : delta(at - before);
  }

  clicked(/** @type {MouseEvent} */ event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest(".mpp-row"));
    if (!row) return;
    const index = Number(row.dataset.index);
    if (target.closest(".mpp-part-more")) this.taken.toggle(index);
    else this.taken.pick(index);
    this.el.focus({ preventScroll: true });
  }
}

function partOf(/** @type {import("./rows.js").Part} */ part) {
  return element("span", part.as === "mono" ? "mpp-part-mono mpp-mono" : `mpp-part-${part.as || "plain"}`, part.text);
}
