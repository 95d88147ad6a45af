/** The picture of a ladder: names above its lanes, what caused what, and the steps in sight. */

import { button, element } from "../shared/dom.js";
import { GUTTER } from "./lanes.js";
import { LINE, STEP_HEIGHT } from "./layout.js";
import { headWidth, lanePath, shape, stretchesOf, threadPath } from "./marks.js";

// Lanes are drawn for so many steps at a time, so that most stay as they are when one more comes.
export const STEADY_STEPS = 8;

// How far the thread of the chosen chain stands out from the server's lane, to the left.
const CHAIN = -10;

/**
 * @typedef {import("./ladder.js").Ladder} Ladder
 * @typedef {{first: number, end: number}} Range the steps in sight
 */

/**
 * Draw what is in sight: what hangs on where all steps are anew, and of the steps the new ones.
 * @param {Ladder} ladder
 * @param {number} first
 * @param {number} end
 * @param {number} seen how many pixels are in sight from the top
 */
export function drawArt(ladder, first, end, seen) {
  const { art, across, left, width } = ladder;
  ladder.rungs.draw(ladder, first, end);
  if (!ladder.steps.length) {
    ladder.lanes.replaceChildren();
    ladder.threads.replaceChildren();
    return;
  }
  const range = { first, end };
  const height = Math.max(
    Math.ceil((end - first) / STEADY_STEPS) * STEADY_STEPS * STEP_HEIGHT,
    seen,
  );
  art.setAttribute("width", String(Math.max(width, across.width)));
  art.setAttribute("height", String(height));
  // What is scrolled away to the left must not show through the rows' numbers.
  art.style.clipPath = left ? `inset(0 0 0 ${left + GUTTER - 8}px)` : "";
  putAnew(ladder.lanes, lanesArt(ladder, range, height));
  putAnew(ladder.threads, threadsArt(ladder, range));
}

/** Put shapes into a group, unless the same are there already. */
function putAnew(/** @type {SVGElement} */ group, /** @type {SVGElement[]} */ shapes) {
  const same =
    shapes.length === group.childElementCount &&
    shapes.every((each, index) => each.isEqualNode(group.children[index]));
  if (!same) group.replaceChildren(...shapes);
}

function lanesArt(
  /** @type {Ladder} */ ladder,
  /** @type {Range} */ range,
  /** @type {number} */ height,
) {
  const { lanes } = ladder.across;
  const stretches = stretchesOf(ladder.steps, range.first, range.end, height);
  const made = lanes.map((lane) =>
    shape("path", { class: "mpp-lane", d: lanePath(ladder.xOf(lane), stretches, false) }),
  );
  const broken = lanes
    .filter((lane) => lane.role !== "server")
    .map((lane) => lanePath(lane.x, stretches, true))
    .join("");
  if (broken) made.push(shape("path", { class: "mpp-lane-broken", d: broken }));
  return [...made, ...livesArt(ladder, range, stretches)];
}

function livesArt(
  /** @type {Ladder} */ ladder,
  /** @type {Range} */ { first, end },
  /** @type {{from: number, to: number, broken: boolean}[]} */ stretches,
) {
  const seen = ladder.lives.filter(
    (life) => (life.first ?? 0) < end && (life.last ?? Infinity) >= first,
  );
  return seen.map((life) => {
    const lane = ladder.across.lanes[life.lane];
    const top = life.first === null ? -Infinity : (life.first - first) * STEP_HEIGHT + LINE;
    const bottom = life.last === null ? Infinity : (life.last - first) * STEP_HEIGHT + LINE;
    const clipped = stretches
      .map((each) => ({ ...each, from: Math.max(each.from, top), to: Math.min(each.to, bottom) }))
      .filter((each) => each.from < each.to);
    return shape("path", {
      class: `mpp-life ${ladder.colourOf(lane.clients)}`,
      d: lanePath(lane.x, clipped, false),
    });
  });
}

function threadsArt(/** @type {Ladder} */ ladder, /** @type {Range} */ { first, end }) {
  const height = (/** @type {number} */ index) => (index - first) * STEP_HEIGHT + LINE;
  const path = (
    /** @type {number} */ top,
    /** @type {number[]} */ ends,
    /** @type {number} */ out,
  ) => threadPath(ladder.server, height(top), ends.map(height), out);
  const seen = (/** @type {import("./links.js").Fan[]} */ fans, /** @type {string} */ look) =>
    fans
      .filter((fan) => fan.cause < end && /** @type {number} */ (fan.effects.at(-1)) >= first)
      .map((fan) => shape("path", { class: look, d: path(fan.cause, fan.effects, fan.out) }));
  const guessed = seen(ladder.guesses, "mpp-thread mpp-thread-guess");
  const made = [...seen(ladder.fans, "mpp-thread"), ...guessed];
  const [cause, ...effects] = ladder.chain;
  if (effects.length)
    made.push(
      shape("path", { class: "mpp-thread mpp-thread-chosen", d: path(cause, effects, CHAIN) }),
    );
  return made;
}

export class Head {
  /** @param {{fold: () => void, save: () => void}} acts */
  constructor(acts) {
    this.acts = acts;
    this.drawn = "";
    this.names = element("div", "mpp-lane-heads");
    this.names.setAttribute("role", "presentation");
    this.save = button("SVG ↓", acts.save, "mpp-quiet mpp-save-svg");
    this.save.title = "Save this ladder as a picture (SVG)";
    this.save.setAttribute("aria-label", "Save as SVG");
    this.foldAgain = button("Fold", acts.fold, "mpp-fold");
    this.foldAgain.title = "Put all but eight clients into one lane again";
    this.el = element("div", "mpp-ladder-head");
    this.el.setAttribute("role", "row");
    this.el.append(this.names, this.save, this.foldAgain);
  }

  /** Put each name above its lane. @param {import("./ladder.js").Ladder} ladder */
  draw(ladder) {
    const heads = (ladder.steps.length ? ladder.across.lanes : []).map((lane) => ({
      lane,
      colour: ladder.colourOf(lane.clients),
      x: ladder.xOf(lane) - ladder.left,
      wide: headWidth(lane.name, ladder.across.pitch),
    }));
    const drawn = heads
      .map(({ lane, colour, x, wide }) => `${lane.name} ${colour} ${x} ${wide}`)
      .join("|");
    // A button that is made anew loses the focus, and a press that is under way.
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    // What is scrolled away to the left must not show through the button there.
    this.names.style.clipPath = ladder.left ? `inset(0 0 0 ${GUTTER - 8}px)` : "";
    this.names.replaceChildren(...heads.map((head) => this.name(head)));
  }

  name(
    /** @type {{lane: import("./lanes.js").Lane, colour: string, x: number, wide: number}} */ {
      lane,
      colour,
      x,
      wide,
    },
  ) {
    const others = lane.role === "others";
    const made = others ? button(lane.name, this.acts.fold) : element("span", "", lane.name);
    made.className = `mpp-lane-head mpp-lane-${lane.role} ${colour}`;
    made.setAttribute("role", "columnheader");
    made.title = others ? `${lane.clients.join(", ")}: press for a lane each` : lane.name;
    made.style.width = `${wide}px`;
    made.style.left = `${x - wide / 2}px`;
    return made;
  }
}
