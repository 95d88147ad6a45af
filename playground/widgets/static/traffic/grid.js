/**
 * The table: one of the pictures of the traffic. However many rows there are, only those in sight
 * are in the document.
 */

import { colourClass } from "../clients/clients.js";
import { button, element } from "../shared/dom.js";
import { clock, delta, sized } from "../shared/format.js";
import { Picture } from "./picture.js";
import { hasPayload, holeText, isWide, what, who } from "./rows.js";
import { ROW_HEIGHT } from "./window.js";

const TIMES_SAID = [
  "Seconds since the row above",
  "Seconds since the selected row, or the first",
  "Time of day",
];
const IN_MARGIN = ".mpp-stripe, .mpp-link-mark, .mpp-n";
const NO_THREAD = { first: 0, last: -1 };

/**
 * @typedef {import("./picture.js").Scene} Scene
 * @typedef {import("./rows.js").Item} Item
 */

export class Grid extends Picture {
  /** @param {import("./picture.js").Acts} acts @param {import("./look.js").Look} look */
  constructor(acts, look) {
    super(acts, look, ROW_HEIGHT, "mpp-table", "treegrid");
    this.thread = NO_THREAD;
    this.el.setAttribute("aria-label", "Traffic");
    this.el.setAttribute("aria-colcount", "5");
    this.el.append(this.makeHead(), this.scroll.el);
    this.el.addEventListener("mouseover", (event) => sayWhole(event.target));
  }

  makeHead() {
    const head = element("div", "mpp-row mpp-head");
    head.setAttribute("role", "row");
    head.setAttribute("aria-rowindex", "1");
    /** @type {HTMLButtonElement} */
    this.timeHead = button("Δt", this.acts.turnTime, "mpp-time-head");
    for (const [name, className] of [
      ["", "mpp-stripe"],
      ["", "mpp-link-mark"],
      ["#", "mpp-n"],
      ["", "mpp-t"],
      ["who → whom", "mpp-who"],
      ["what", "mpp-what"],
      ["size", "mpp-z"],
    ]) {
      const cell = element("span", className, name);
      if (className === "mpp-t") cell.append(this.timeHead);
      cell.setAttribute(
        name || className === "mpp-t" ? "role" : "aria-hidden",
        name || className === "mpp-t" ? "columnheader" : "true",
      );
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
    this.margin.take(scene.stands ? undefined : scene.breakpoints);
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
    this.timeHead.title = `${TIMES_SAID[time]}; press for another (t)`;
    this.el.classList.toggle("mpp-clock", time > 0);
  }

  draw() {
    const { first, end } = this.scroll.inSight();
    if (this.scroll.away) return;
    this.drawRows(first, end);
  }

  addRow() {
    const row = makeCells();
    this.scroll.sheet.append(row);
    return row;
  }

  fill(/** @type {HTMLElement} */ el, /** @type {number} */ index) {
    fillCells(el, this.scene, index, this.thread);
    this.fillMargin(el, this.scene.items[index]);
    el.id = `${this.id}-${index}`;
    if (this.scene.items[index].id === this.scene.selected)
      this.el.setAttribute("aria-activedescendant", el.id);
  }

  fillMargin(/** @type {HTMLElement} */ el, /** @type {Item} */ item) {
    const shown = this.margin.at(item);
    const number = /** @type {HTMLElement} */ (el.children[2]);
    if (shown) el.classList.add(shown);
    number.title = shown && this.margin.title(item);
    if (shown === "mpp-breaks") number.setAttribute("aria-label", `${item.seq}, breakpoint`);
    else number.removeAttribute("aria-label");
  }

  /** Have an item in sight. @param {number} id */
  reveal(id) {
    const index = this.scene.items.findIndex((item) => item.id === id);
    if (index >= 0) this.scroll.reveal(index);
  }

  clicked(/** @type {MouseEvent} */ event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest(".mpp-row"));
    if (!row) return;
    const item = this.scene.items[Number(row.dataset.index)];
    const place = target.closest(IN_MARGIN) && this.margin.place(item);
    if (place) this.acts.breakAt(place);
    else if (target.closest(".mpp-part-more")) this.acts.toggle(item);
    else this.acts.pick(item);
    this.el.focus({ preventScroll: true });
  }
}

/** What has no room in its cell is said to whoever points there. */
function sayWhole(/** @type {any} */ target) {
  const cell = target.closest(".mpp-who, .mpp-what");
  if (!cell) return;
  const isCut = [cell, ...cell.children].some((each) => each.scrollWidth > each.clientWidth + 1);
  cell.title = isCut ? cell.textContent : "";
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

// Rows that say what became of a message: held, delivered, lost; paused, dropped, replaced.
const BECAME = new Set(["link", "pause"]);

const CELLS = ["mpp-stripe", "mpp-link-mark", "mpp-n", "mpp-t", "mpp-who", "mpp-what", "mpp-z"];

/** An empty row. */
export function makeCells() {
  const row = element("div", "mpp-row");
  row.setAttribute("role", "row");
  for (const name of CELLS) {
    const cell = element("span", name);
    const mute = name === "mpp-stripe" || name === "mpp-link-mark";
    if (mute) cell.setAttribute("aria-hidden", "true");
    else cell.setAttribute("role", "gridcell");
    row.append(cell);
  }
  return row;
}

/**
 * Let a row show an item.
 * @param {HTMLElement} el
 * @param {Scene} scene
 * @param {number} index
 * @param {{first: number, last: number}} thread from where to where the chain's thread goes
 */
export function fillCells(el, scene, index, thread) {
  const item = scene.items[index];
  const selected = item.id === scene.selected;
  el.className = classes(item, scene, index, thread);
  el.dataset.index = String(index);
  el.setAttribute("aria-rowindex", String(index + 2));
  el.setAttribute("aria-selected", String(selected));
  el.setAttribute("aria-level", item.type === "member" ? "2" : "1");
  if (item.count > 1 && item.type === "row") el.setAttribute("aria-expanded", String(item.opened));
  else el.removeAttribute("aria-expanded");
  const [, , number, time, whom, what_, size] = /** @type {HTMLElement[]} */ ([...el.children]);
  number.textContent = item.type === "hole" ? "" : String(item.seq);
  time.textContent = timeOf(scene, index);
  whom.hidden = isWide(item);
  whom.replaceChildren(...(isWide(item) ? [] : who(item).map(partOf)));
  what_.replaceChildren(
    ...(item.row
      ? what(item.row).map(partOf)
      : [element("span", "mpp-part-plain", holeText(item, scene.found))]),
    ...upIn(item, scene),
  );
  size.textContent = item.row && hasPayload(item.row) ? sized(item.row.size) : "";
}

/** What says that messages of an item are in flight. */
function upIn(/** @type {Item} */ item, /** @type {Scene} */ { flying = [] }) {
  const up = flying.length && item.type !== "hole" ? item.members.map((row) => row.seq) : [];
  const count = up.filter((seq) => flying.includes(seq)).length;
  const said = up.length > 1 ? `${count} in flight` : "in flight";
  return count ? [element("span", "mpp-part-chip mpp-part-flying", said)] : [];
}

/**
 * How an item is linked with the selected one; "" if it is not.
 * @param {Item} item
 * @param {Scene} scene
 */
export function linkOf(item, scene) {
  if (item.type === "hole") return "";
  for (const row of item.members) {
    const link = scene.linked.get(row.seq);
    if (link) return link;
  }
  return "";
}

function classes(
  /** @type {Item} */ item,
  /** @type {Scene} */ scene,
  /** @type {number} */ index,
  /** @type {{first: number, last: number}} */ thread,
) {
  const kind = item.row ? rowTone(item.row) : "hole";
  const broadcast = item.type === "row" && item.count > 1;
  const client =
    item.row?.client && !broadcast ? colourClass(scene.names[item.row.client]) : "mpp-client-none";
  const names = ["mpp-row", client, `mpp-from-${item.row?.sender ?? "lab"}`];
  if (kind) names.push(`mpp-${kind}`);
  if (isWide(item)) names.push("mpp-wide", `mpp-${item.row?.kind ?? "hole"}`);
  if (item.row && BECAME.has(item.row.kind) && item.row.note && !isWide(item))
    names.push("mpp-became", `mpp-became-${item.row.note}`);
  if (item.type === "member") names.push("mpp-member");
  const link = linkOf(item, scene);
  if (link) names.push("mpp-linked", `mpp-linked-${link}`);
  if (index > thread.first && index <= thread.last) names.push("mpp-thread-above");
  if (index >= thread.first && index < thread.last) names.push("mpp-thread-below");
  if (item.id === scene.selected) names.push("mpp-selected");
  return names.join(" ");
}

/** How a connection begins and ends is as quiet as what comes along. */
function rowTone(/** @type {import("./row.js").Row} */ { tone }) {
  return tone === "life" ? "quiet" : tone;
}

/**
 * The time of a row: since the one above, since the selected one, or of day.
 * @param {Scene} scene
 * @param {number} index
 */
export function timeOf(scene, index) {
  const at = scene.items[index].row?.at;
  if (at === undefined) return "";
  if (scene.times.time === 2) return clock(at);
  if (scene.times.time === 1) return scene.times.from === null ? "" : signed(at - scene.times.from);
  const before = scene.items[index - 1]?.row?.at;
  return before === undefined ? "" : delta(at - before);
}

function signed(/** @type {number} */ seconds) {
  return seconds < 0 ? delta(-seconds).replace("+", "−") : delta(seconds);
}

function partOf(/** @type {import("./rows.js").Part} */ part) {
  return element(
    "span",
    part.as === "mono" ? "mpp-part-mono mpp-mono" : `mpp-part-${part.as || "plain"}`,
    part.text,
  );
}
