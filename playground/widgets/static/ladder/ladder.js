/** The ladder: the traffic as a sequence diagram. Only the steps in sight are in the document. */

import { colourClass } from "../clients/clients.js";
import { element, onResize, saveFile } from "../shared/dom.js";
import { clock } from "../shared/format.js";
import { linkOf, timeOf } from "../traffic/grid.js";
import { Picture } from "../traffic/picture.js";
import { drawArt, Head, STEADY_STEPS } from "./art.js";
import { flyingIn } from "./flight.js";
import { GUTTER, laneOf, lanesOf } from "./lanes.js";
import { STEP_HEIGHT } from "./layout.js";
import { fansOf, guessesOf, livesOf } from "./links.js";
import { shape } from "./marks.js";
import { Rungs } from "./rungs.js";
import { effectsOf, savedEntries, spoken, stepsOf, whoIsThere } from "./steps.js";

// How near to the edges the server's lane may come: half its head, and to the right the button that
// folds.
const SERVER_EDGE = 40;
const FOLD_BUTTON = 60;

const IN_FLIGHT = ", in flight: drag it to its lane, or press Enter, and it arrives";

/**
 * @typedef {import("../traffic/picture.js").Scene} Scene
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./lanes.js").Lane} Lane
 * @typedef {import("../traffic/rows.js").Item} Item
 */

export class Ladder extends Picture {
  /**
   * @param {import("../traffic/picture.js").Acts} acts
   * @param {import("../traffic/look.js").Look} look
   */
  constructor(acts, look) {
    super(acts, look, STEP_HEIGHT, "mpp-ladder", "grid");
    /** Every step there is, and those of them that are shown. */
    this.all = /** @type {Step[]} */ ([]);
    this.steps = /** @type {Step[]} */ ([]);
    this.scroll.steady = STEADY_STEPS;
    this.across = lanesOf([], 0);
    this.fans = fansOf([]);
    this.guesses = guessesOf([]);
    this.lives = livesOf([], this.across);
    this.caused = effectsOf([]);
    /** Indexes of the steps that hang together with the selected one. */
    this.chain = /** @type {number[]} */ ([]);
    this.width = 0;
    this.left = 0;
    this.unfolded = false;
    this.art = shape("svg", { class: "mpp-ladder-art", "aria-hidden": "true" });
    /** Lanes and threads, and before them the steps. */
    this.lanes = shape("g", {});
    this.threads = shape("g", {});
    this.rungs = new Rungs();
    this.art.append(this.lanes, this.threads, this.rungs.el);
    /** What a row shows, to leave it where that is the same. */
    this.filled = /** @type {WeakMap<HTMLElement, string>} */ (new WeakMap());
    this.sceneNumber = 0;
    this.newest = /** @type {Scene | null} */ (null);
    this.scroll.sheet.append(this.art);
    this.head = new Head({ fold: () => this.fold(), save: () => this.saveSvg() });
    this.el.append(this.head.el, this.scroll.el);
    this.scroll.el.addEventListener("scroll", () => this.movedAside(), { passive: true });
    // The pane beside it comes and goes.
    onResize(this.scroll.el, () => this.draw());
  }

  /** Show a scene, and leave what is being read where it is. @param {Scene} scene */
  show(scene) {
    this.sceneNumber += Number(scene !== this.newest);
    this.scene = this.newest = scene;
    this.all = stepsOf(scene.items, scene.found);
    this.steps = this.shownOf(this.all);
    this.margin.take(scene.stands ? undefined : scene.breakpoints);
    this.caused = effectsOf(this.steps);
    this.el.setAttribute("aria-rowcount", String(this.steps.length + 1));
    this.layOut();
    // A pause stands just before the step that it comes before.
    this.scroll.take(
      /** @type {any} */ (
        this.steps.map(({ seq, shape }) => ({
          type: "row",
          seq: shape === "pause" ? seq - 0.5 : seq,
        }))
      ),
    );
    this.draw();
  }

  /** Which of all steps are shown. @param {Step[]} all */
  shownOf(all) {
    return all;
  }

  /**
   * Change how a step is drawn.
   * @param {SVGElement} _made
   * @param {Step} _step
   * @param {import("./layout.js").Placed} _placed
   */
  freshen(_made, _step, _placed) {}

  /** Find out who has a lane and where, and what hangs together. */
  layOut() {
    this.width = this.scroll.el.clientWidth;
    const clients = whoIsThere(this.all, this.scene.names);
    this.across = lanesOf(clients, this.width, this.unfolded);
    this.fans = fansOf(this.steps);
    this.guesses = guessesOf(this.steps);
    this.lives = livesOf(this.steps, this.across);
    this.chain = this.steps.flatMap((step, index) => (this.isLinked(step) ? [index] : []));
    this.scroll.space.style.width = this.across.width > this.width ? `${this.across.width}px` : "";
    this.el.classList.toggle("mpp-unfolded", this.unfolded);
    this.head.foldAgain.hidden = !this.unfolded;
    this.head.save.disabled = !this.steps.length;
    this.el.setAttribute(
      "aria-label",
      `Ladder between ${this.across.lanes.map((lane) => lane.name).join(", ")}`,
    );
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
      done: (error, text) =>
        error
          ? this.acts.warn(`The ladder could not be drawn: ${error}`)
          : saveFile(text, "ladder.svg", "image/svg+xml"),
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
    return Math.max(
      lowest,
      Math.min(this.across.server.x, this.left + this.width - SERVER_EDGE - FOLD_BUTTON),
    );
  }

  /** @param {Lane} lane */
  xOf(lane) {
    return lane.role === "server" ? this.server : lane.x;
  }

  colourOf(/** @type {string[]} */ clients) {
    return clients.length === 1 ? colourClass(this.scene.names[clients[0]]) : "mpp-client-none";
  }

  // The rows: what is pressed, marked as selected, and read aloud.

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
    const selected = this.isSelected(step);
    el.id = `${this.id}-${index}`;
    if (selected) this.el.setAttribute("aria-activedescendant", el.id);
    const classes = this.classes(step, selected);
    const shown = `${this.sceneNumber} ${index} ${step.shape} ${this.causedBy(step)} ${classes}`;
    if (this.filled.get(el) === shown) return;
    this.filled.set(el, shown);
    const [number, time] = /** @type {HTMLElement[]} */ ([...el.children]);
    el.className = classes;
    el.dataset.index = String(index);
    el.setAttribute("aria-rowindex", String(index + 2));
    el.setAttribute("aria-selected", String(selected));
    number.textContent = step.item?.row && step.shape !== "band" ? String(step.seq) : "";
    number.setAttribute("aria-label", this.sayRow(step));
    time.textContent = this.timeOf(step);
    el.title = step.item?.row ? `${clock(step.at)}  ${this.sayRow(step)}` : "";
    number.title = step.item ? this.margin.title(step.item) : "";
  }

  classes(/** @type {Step} */ step, /** @type {boolean} */ selected) {
    const names = ["mpp-step", `mpp-step-${step.shape}`, `mpp-step-${step.kind}`];
    const margin = step.item && this.margin.at(step.item);
    if (margin) names.push(margin);
    if (flyingIn(step, this.scene.flying).length) names.push("mpp-step-flying");
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

  /**
   * Whether a step shows an item: itself, or the broadcast that it is one send of.
   * @param {Step} step
   * @param {number} id
   */
  isFor(step, id) {
    return step.item !== null && id !== 0 && (step.item.id === id || step.members.includes(-id));
  }

  sayRow(/** @type {Step} */ step) {
    const number = step.members.length ? `#${step.seq} ` : "";
    const said = `${number}${spoken(step, this.causedBy(step))}`;
    const stops = step.item && this.margin.at(step.item) === "mpp-breaks" ? ", breakpoint" : "";
    return `${said}${stops}${flyingIn(step, this.scene.flying).length ? IN_FLIGHT : ""}`;
  }

  /** How many messages a step set off. */
  causedBy(/** @type {Step} */ step) {
    return step.members.reduce((sum, seq) => sum + (this.caused.get(seq) ?? 0), 0);
  }

  timeOf(/** @type {Step} */ step) {
    const index = step.item ? this.scene.items.indexOf(step.item) : -1;
    return index < 0 ? "" : timeOf(this.scene, index);
  }

  clicked(/** @type {MouseEvent} */ event) {
    const row = /** @type {HTMLElement | null} */ (
      /** @type {HTMLElement} */ (event.target).closest(".mpp-step")
    );
    const item = row && this.steps[Number(row.dataset.index)]?.item;
    const margin = /** @type {HTMLElement} */ (event.target).closest(".mpp-step-n");
    const place = item && margin && this.margin.place(item);
    if (place) this.acts.breakAt(place);
    else if (item) this.acts.pick(item);
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
    else if (x > left + this.width - GUTTER - SERVER_EDGE)
      this.scroll.el.scrollLeft = x - this.width + SERVER_EDGE;
  }

  /**
   * What keys do here that they do otherwise in a table.
   * @param {{picking: {pick: (item: Item) => void, inChain: (way: number) => void},
   *   follow: () => void, detail: {focus: () => void}}} traffic
   * @returns {Record<string, () => void>}
   */
  moves(traffic) {
    const shown = this.steps.filter((step) => step.item);
    const index = shown.findIndex((step) => this.isSelected(step));
    const last = shown.length - 1;
    const from = index < 0 ? last + 1 : index;
    const to = (/** @type {number} */ target) => {
      const item = shown[Math.max(0, Math.min(last, target))]?.item;
      if (item) traffic.picking.pick(item);
    };
    return {
      ArrowUp: () => to(from - 1),
      ArrowDown: () => to(index < 0 ? last : index + 1),
      PageUp: () => to(from - this.page),
      PageDown: () => to(from + this.page),
      Home: () => to(0),
      End: () => {
        to(last);
        traffic.follow();
      },
      Enter: () => {
        const flying = index < 0 ? [] : flyingIn(shown[index], this.scene.flying);
        if (flying.length) this.acts.deliver(flying);
        else if (index >= 0) traffic.detail.focus();
      },
      ArrowLeft: () => traffic.picking.inChain(-1),
      ArrowRight: () => traffic.picking.inChain(1),
    };
  }
}
