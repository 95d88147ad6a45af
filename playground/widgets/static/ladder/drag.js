/** Dragging a message in flight, by its arrow that ends in mid-air, to the lane that it is for. */

import { flyingIn } from "./flight.js";
import { GUTTER, laneOf } from "./lanes.js";
import { LINE, placeStep, STEP_HEIGHT } from "./layout.js";
import { shape } from "./marks.js";

/**
 * @typedef {import("./steps.js").Step} Step
 * @typedef {{x: number, seqs: number[]}} Target where a lane stands, and what arrives there
 */

// A press that moves less is a click; and so near to its lane an arrow has come.
const LEAST = 4;
const NEAR = 30;

/**
 * The lanes at which messages of a step that are in flight would arrive.
 * @param {Step} step
 * @param {number[]} flying numbers of the rows in flight
 * @param {(client: string) => number} laneAt where a client's lane stands
 * @param {number} server where the server's does
 * @returns {Target[]}
 */
export function targetsOf(step, flying, laneAt, server) {
  const found = /** @type {Map<number, number[]>} */ (new Map());
  for (const [index, seq] of step.members.entries()) {
    if (!flying.includes(seq)) continue;
    const x = step.sender === "client" ? server : laneAt(step.clients[index]);
    found.set(x, [...(found.get(x) ?? []), seq]);
  }
  return [...found].map(([x, seqs]) => ({ x, seqs }));
}

/** The lane that something has been dragged to, if any. */
export function reached(/** @type {Target[]} */ targets, /** @type {number} */ x) {
  return targets.find((each) => Math.abs(each.x - x) <= NEAR);
}

export class Drag {
  /** @param {import("./ladder.js").Ladder} ladder */
  constructor(ladder) {
    this.ladder = ladder;
    this.step = /** @type {Step | undefined} */ (undefined);
    this.moved = false;
    this.from = { x: 0, y: 0 };
    this.art = shape("g", { class: "mpp-drag" });
    const { sheet } = ladder.scroll;
    sheet.addEventListener("pointerdown", (event) => this.begin(event));
    sheet.addEventListener("pointermove", (event) => this.move(event));
    sheet.addEventListener("pointerup", (event) => this.drop(event));
    sheet.addEventListener("pointercancel", () => this.end());
    // What was dragged is not pressed too.
    sheet.addEventListener("click", (event) => this.swallow(event), { capture: true });
  }

  begin(/** @type {PointerEvent} */ event) {
    this.moved = false;
    const row = /** @type {HTMLElement | null} */ (
      /** @type {HTMLElement} */ (event.target).closest(".mpp-step")
    );
    const step = row ? this.ladder.steps[Number(row.dataset.index)] : undefined;
    if (event.button !== 0 || !step || !this.targets(step).length) return;
    this.step = step;
    this.from = { x: event.clientX, y: event.clientY };
  }

  targets(/** @type {Step} */ step) {
    const { ladder } = this;
    return targetsOf(
      step,
      flyingIn(step, ladder.scene.flying),
      (client) => ladder.xOf(laneOf(ladder.across, client)),
      ladder.server,
    );
  }

  move(/** @type {PointerEvent} */ event) {
    if (!this.step) return;
    const { x, y } = this.from;
    if (!this.moved && Math.hypot(event.clientX - x, event.clientY - y) < LEAST) return;
    if (!this.moved) this.ladder.scroll.sheet.setPointerCapture(event.pointerId);
    this.moved = true;
    this.draw(this.step, this.at(event));
  }

  /** Where the pointer is among the lanes. */
  at(/** @type {PointerEvent} */ event) {
    const { left, top } = this.ladder.art.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  draw(/** @type {Step} */ step, /** @type {{x: number, y: number}} */ to) {
    const { ladder } = this;
    const { across, left, width, server, first } = ladder;
    const { start } = placeStep(step, across, left + GUTTER, left + width, server);
    const y = (ladder.steps.indexOf(step) - first) * STEP_HEIGHT + LINE;
    const targets = this.targets(step);
    const there = reached(targets, to.x);
    const way = to.x > start ? 1 : -1;
    this.art.setAttribute(
      "class",
      `mpp-drag ${ladder.colourOf(step.clients.slice(0, 1))}${there ? " mpp-drag-there" : ""}`,
    );
    this.art.replaceChildren(
      ...targets.map((each) =>
        shape("path", {
          class: each === there ? "mpp-drag-lane mpp-drag-near" : "mpp-drag-lane",
          d: `M${each.x} 0V${ladder.art.getAttribute("height") ?? 0}`,
        }),
      ),
      shape("path", { class: "mpp-drag-line", d: `M${start} ${y}L${to.x} ${to.y}` }),
      shape("path", { class: "mpp-drag-head", d: `M${to.x} ${to.y}l${-way * 11} -5.5v11z` }),
    );
    if (this.art.parentNode !== ladder.art) ladder.art.append(this.art);
  }

  drop(/** @type {PointerEvent} */ event) {
    const { step, moved } = this;
    this.end();
    this.moved = moved;
    const there = step && moved && reached(this.targets(step), this.at(event).x);
    if (there) this.ladder.acts.deliver(there.seqs);
  }

  end() {
    this.step = undefined;
    this.moved = false;
    this.art.remove();
  }

  swallow(/** @type {MouseEvent} */ event) {
    if (this.moved) event.stopPropagation();
    this.moved = false;
  }
}
