/** The ladder: the traffic as a sequence diagram. Only the steps in sight are in the document. */

import { linkOf, timeOf } from "./cells.js";
import { colourClass } from "./clients.js";
import { element } from "./dom.js";
import { clock } from "./format.js";
import { drawArt } from "./ladder_art.js";
import { Head } from "./ladder_head.js";
import { GUTTER, laneOf, lanesOf } from "./ladder_lanes.js";
import { STEP_HEIGHT } from "./ladder_layout.js";
import { fansOf, livesOf } from "./ladder_links.js";
import { shape } from "./ladder_marks.js";
import { savedEntries, saveFile } from "./ladder_saving.js";
import { effectsOf, spoken, stepsOf, whoIsThere } from "./ladder_steps.js";
import { Scroll } from "./scroll.js";

// How near to the edges the server's lane may come: half its head, and to the right the button that folds.
const SERVER_EDGE = 40;
const FOLD_BUTTON = 60;

/**
 * @typedef {import("./cells.js").Scene} Scene
 * @typedef {import("./ladder_steps.js").Step} Step
 * @typedef {import("./ladder_lanes.js").Lane} Lane
 * @typedef {import("./rows.js").Item} Item
 * @typedef {import("./grid.js").Acts & {ask: (message: object, asker: import("./line.js").Asker) => void, warn: (text: string) => void}} Acts
 */

export class Ladder {
  /** @param {Acts} acts @param {import("./look.js").Look} look */
  constructor(acts, look) {
    this.acts = acts;
    this.scroll = new Scroll(look, STEP_HEIGHT, { draw: () => this.draw(), moved: acts.moved });
    /** @type {Scene} */
    this.scene = { items: [], names: {}, selected: 0, linked: new Map(), found: false, times: { from: null, time: 0 } };
    this.steps = /** @type {Step[]} */ ([]);
    this.across = lanesOf([], 0);
    this.fans = fansOf([]);
    this.lives = livesOf([], this.across);
    this.caused = effectsOf([]);
    /** Indexes of the steps that hang together with the selected one. */
    this.chain = /** @type {number[]} */ ([]);
    this.width = 0;
    this.left = 0;
    this.unfolded = false;
    this.pool = /** @type {HTMLElement[]} */ ([]);
    this.id = `mpp-${Math.random().toString(36).slice(2, 8)}`;
    this.art = shape("svg", { class: "mpp-ladder-art", "aria-hidden": "true" });
    this.el = element("div", "mpp-ladder");
    this.el.setAttribute("role", "grid");
    this.el.tabIndex = 0;
    this.scroll.el.setAttribute("role", "rowgroup");
    this.scroll.sheet.append(this.art);
    this.head = new Head({ fold: () => this.fold(), save: () => this.saveSvg() });
    this.el.append(this.head.el, this.scroll.el);
    this.scroll.sheet.addEventListener("click", (event) => this.clicked(event));
    this.scroll.el.addEventListener("scroll", () => this.movedAside(), { passive: true });
    // The pane beside it comes and goes.
    new ResizeObserver(() => this.draw()).observe(this.scroll.el);
  }

  /** Show a scene, and leave what is being read where it is. @param {Scene} scene */
  show(scene) {
    this.scene = scene;
    this.steps = stepsOf(scene.items, scene.found);
    this.caused = effectsOf(this.steps);
    this.el.setAttribute("aria-rowcount", String(this.steps.length + 1));
    this.layOut();
    // A pause stands just before the step that it comes before.
    this.scroll.take(/** @type {any} */ (this.steps.map(({ seq, shape }) => ({ type: "row", seq: shape === "pause" ? seq - 0.5 : seq }))));
    this.draw();
  }

  /** Find out who has a lane and where, and what hangs together. */
  layOut() {
    this.width = this.scroll.el.clientWidth;
    const clients = whoIsThere(this.steps, this.scene.names);
    this.across = lanesOf(clients, this.width, this.unfolded);
    this.fans = fansOf(this.steps);
    this.lives = livesOf(this.steps, this.across);
    this.chain = this.steps.flatMap((step, index) => (this.isLinked(step) ? [index] : []));
    this.scroll.space.style.width = this.across.width > this.width ? `${this.across.width}px` : "";
    this.el.classList.toggle("mpp-unfolded", this.unfolded);
    this.head.foldAgain.hidden = !this.unfolded;
    this.head.save.disabled = !this.steps.length;
    this.el.setAttribute("aria-label", `Ladder between ${this.across.lanes.map((lane) => lane.name).join(", ")}`);
  }

  fold() {
    this.unfolded = !this.unfolded;
    this.layOut();
    this.scroll.el.scrollLeft = this.across.server.x - this.width / 2;
    this.draw();
  }

  draw() {
    const { first, end } = this.scroll.inSight();
    if (this.scroll.away) return;
    if (this.width !== this.scroll.el.clientWidth) this.layOut();
    // Asked once, before anything is changed: the browser lays out anew for each question after.
    const { scrollLeft, clientHeight } = this.scroll.el;
    this.left = scrollLeft;
    this.head.draw(this);
    this.drawRows(first, end);
    drawArt(this, first, end, clientHeight);
  }

  /** Have the kernel draw what is shown, and the browser save it. */
  saveSvg() {
    const message = { kind: "svg", entries: savedEntries(this.steps), width: this.width };
    this.acts.ask(message, {
      late: (text) => this.acts.warn(text),
      done: (error, text) => (error ? this.acts.warn(`The ladder could not be drawn: ${error}`) : saveFile(text, "ladder.svg", "image/svg+xml")),
    });
  }

  /** The lanes were scrolled: the server's stays in sight. */
  movedAside() {
    if (this.scroll.el.scrollLeft !== this.left) this.draw();
  }

  /** Where the server's lane stands: in its place, or as near to it as is in sight. */
  get server() {
    if (this.across.width <= this.width) return this.across.server.x;
    const lowest = this.left + GUTTER + SERVER_EDGE;
    return Math.max(lowest, Math.min(this.across.server.x, this.left + this.width - SERVER_EDGE - FOLD_BUTTON));
  }

  /** @param {Lane} lane */
  xOf(lane) {
    return lane.role === "server" ? this.server : lane.x;
  }

  colourOf(/** @type {string[]} */ clients) {
    return clients.length === 1 ? colourClass(this.scene.names[clients[0]]) : "mpp-client-none";
  }

  // The rows: what is pressed, marked as selected, and read aloud.

  drawRows(/** @type {number} */ first, /** @type {number} */ end) {
    while (this.pool.length < end - first) this.pool.push(this.addRow());
    while (this.pool.length > end - first) this.pool.pop()?.remove();
    this.el.removeAttribute("aria-activedescendant");
    for (let index = first; index < end; index += 1) this.fill(this.pool[index - first], index);
  }

  addRow() {
    const row = element("div", "mpp-step");
    row.setAttribute("role", "row");
    const number = element("span", "mpp-step-n");
    const time = element("span", "mpp-step-t");
    for (const cell of [number, time]) cell.setAttribute("role", "gridcell");
    time.setAttribute("aria-hidden", "true");
    row.append(number, time);
    this.scroll.sheet.insertBefore(row, this.art);
    return row;
  }

  fill(/** @type {HTMLElement} */ el, /** @type {number} */ index) {
    const step = this.steps[index];
    const [number, time] = /** @type {HTMLElement[]} */ ([...el.children]);
    const selected = this.isSelected(step);
    el.className = this.classes(step, selected);
    el.id = `${this.id}-${index}`;
    el.dataset.index = String(index);
    el.setAttribute("aria-rowindex", String(index + 2));
    el.setAttribute("aria-selected", String(selected));
    number.textContent = step.item?.row && step.shape !== "band" ? String(step.seq) : "";
    number.setAttribute("aria-label", this.sayRow(step));
    time.textContent = this.timeOf(step);
    el.title = step.item?.row ? `${clock(step.at)}  ${this.sayRow(step)}` : "";
    if (selected) this.el.setAttribute("aria-activedescendant", el.id);
  }

  classes(/** @type {Step} */ step, /** @type {boolean} */ selected) {
    const names = ["mpp-step", `mpp-step-${step.shape}`, `mpp-step-${step.kind}`];
    if (selected) names.push("mpp-selected");
    else if (this.isLinked(step)) names.push("mpp-linked");
    return names.join(" ");
  }

  isLinked(/** @type {Step} */ step) {
    return step.item !== null && linkOf(step.item, this.scene) !== "";
  }

  isSelected(/** @type {Step} */ step) {
    return this.isFor(step, this.scene.selected);
  }

  /** Whether a step shows an item: itself, or the broadcast that it is one send of. @param {Step} step @param {number} id */
  isFor(step, id) {
    return step.item !== null && id !== 0 && (step.item.id === id || step.members.includes(-id));
  }

  sayRow(/** @type {Step} */ step) {
    const caused = step.members.reduce((sum, seq) => sum + (this.caused.get(seq) ?? 0), 0);
    return `${step.members.length ? `#${step.seq} ` : ""}${spoken(step, caused)}`;
  }

  timeOf(/** @type {Step} */ step) {
    const index = step.item ? this.scene.items.indexOf(step.item) : -1;
    return index < 0 ? "" : timeOf(this.scene, index);
  }

  clicked(/** @type {MouseEvent} */ event) {
    const row = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest(".mpp-step"));
    const item = row && this.steps[Number(row.dataset.index)]?.item;
    if (item) this.acts.pick(item);
    this.el.focus({ preventScroll: true });
  }

  // What a view asks of a picture.

  /** Have an item in sight. @param {number} id */
  reveal(id) {
    const found = this.steps.findIndex((step) => this.isFor(step, id));
    if (found < 0) return;
    this.scroll.reveal(found);
    this.revealLane(this.steps[found]);
  }

  /** Have the client's lane in sight too, where there are more than fit. @param {Step} step */
  revealLane(step) {
    if (step.clients.length !== 1 || this.across.width <= this.width) return;
    const { x } = laneOf(this.across, step.clients[0]);
    const left = this.scroll.el.scrollLeft + GUTTER;
    if (x < left) this.scroll.el.scrollLeft = x - GUTTER - SERVER_EDGE;
    else if (x > left + this.width - GUTTER - SERVER_EDGE) this.scroll.el.scrollLeft = x - this.width + SERVER_EDGE;
  }

  /**
   * What keys do here that they do otherwise in a table.
   * @param {{pick: (item: Item) => void, follow: () => void, inChain: (way: number) => void, detail: {focus: () => void}}} traffic
   * @returns {Record<string, () => void>}
   */
  moves(traffic) {
    const shown = this.steps.filter((step) => step.item);
    const index = shown.findIndex((step) => this.isSelected(step));
    const last = shown.length - 1;
    const from = index < 0 ? last + 1 : index;
    const to = (/** @type {number} */ target) => {
      const item = shown[Math.max(0, Math.min(last, target))]?.item;
      if (item) traffic.pick(item);
    };
    return {
      ArrowUp: () => to(from - 1),
      ArrowDown: () => to(index < 0 ? last : index + 1),
      PageUp: () => to(from - this.page),
      PageDown: () => to(from + this.page),
      Home: () => to(0),
      End: () => (to(last), traffic.follow()),
      Enter: () => (index < 0 ? undefined : traffic.detail.focus()),
      ArrowLeft: () => traffic.inChain(-1),
      ArrowRight: () => traffic.inChain(1),
    };
  }

  /** Stop following. */
  hold() {
    this.scroll.hold();
  }

  /** Steps that a page has. */
  get page() {
    return this.scroll.page;
  }

  /** Whether nobody can see the ladder, as in a tab that is hidden. */
  get away() {
    return this.scroll.away;
  }
}
