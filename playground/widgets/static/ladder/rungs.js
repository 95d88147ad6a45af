/**
 * The steps in sight, each drawn once: one that is still in sight and looks as before is left in
 * the document. A browser takes long to lay words out anew.
 */

import { inMidAir } from "./flight.js";
import { GUTTER } from "./lanes.js";
import { placeStep, STEP_HEIGHT } from "./layout.js";
import { drawStep, shape } from "./marks.js";

/**
 * @typedef {import("./ladder.js").Ladder} Ladder
 * @typedef {import("./steps.js").Step} Step
 * @typedef {{look: string, made: SVGElement}} Rung
 */

export class Rungs {
  constructor() {
    this.el = shape("g", {});
    /** Those in the document. @type {Map<string, Rung>} */
    this.drawn = new Map();
  }

  /** Draw the steps from one to before another. */
  draw(/** @type {Ladder} */ ladder, /** @type {number} */ first, /** @type {number} */ end) {
    // Each stands where it does among all steps, so that it stays there when others scroll away.
    this.el.setAttribute("transform", `translate(0 ${-first * STEP_HEIGHT})`);
    const { left, width, server } = ladder;
    const across = [left, width, server, ...ladder.across.lanes.map(({ x }) => x)].join(" ");
    const wanted = new Map();
    for (let index = first; index < Math.min(end, ladder.steps.length); index += 1) {
      const step = ladder.steps[index];
      wanted.set(`${step.shape} ${step.seq}`, this.rung(ladder, step, index, across));
    }
    this.put(wanted);
  }

  /** @returns {Rung} */
  rung(
    /** @type {Ladder} */ ladder,
    /** @type {Step} */ step,
    /** @type {number} */ index,
    /** @type {string} */ across,
  ) {
    const colour = ladder.colourOf(step.clients.slice(0, 1));
    const chosen = ladder.isSelected(step) ? "selected" : ladder.isLinked(step) ? "linked" : "";
    const { members, label, chip, tone } = step;
    const { flying = [] } = ladder.scene;
    const up = flying.length ? members.filter((seq) => flying.includes(seq)).join() : "";
    const look = [index, chosen, colour, members.length, tone, chip, label, across, up].join(" ");
    const known = this.drawn.get(`${step.shape} ${step.seq}`);
    return known?.look === look ? known : { look, made: stepArt(ladder, step, index, chosen) };
  }

  /** Have these in the document, in their order, and no others. */
  put(/** @type {Map<string, Rung>} */ wanted) {
    for (const [key, rung] of this.drawn) if (wanted.get(key) !== rung) rung.made.remove();
    this.drawn = wanted;
    let next = this.el.firstChild;
    for (const { made } of wanted.values()) {
      if (made === next) next = next.nextSibling;
      else this.el.insertBefore(made, next);
    }
  }
}

function stepArt(
  /** @type {Ladder} */ ladder,
  /** @type {Step} */ step,
  /** @type {number} */ index,
  /** @type {string} */ chosen,
) {
  const { across, left, width, server } = ladder;
  const there = placeStep(step, across, left + GUTTER, left + width, server);
  const { placed, inFlight } = inMidAir(step, there, ladder.scene.flying ?? [], across.pitch);
  const colour = ladder.colourOf(step.clients.slice(0, 1));
  const made = drawStep(step, placed, index * STEP_HEIGHT, colour, across.pitch);
  made.classList.toggle("mpp-rung-flying", inFlight);
  if (chosen) made.classList.add(`mpp-rung-${chosen}`);
  ladder.freshen(made, step, placed);
  return made;
}
