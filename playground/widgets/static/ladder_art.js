/** The picture of a ladder: its lanes, what caused what, and the steps in sight. */

import { GUTTER } from "./ladder_lanes.js";
import { LINE, STEP_HEIGHT, placeStep } from "./ladder_layout.js";
import { drawStep, lanePath, shape, stretchesOf, threadPath } from "./ladder_marks.js";

// How far the thread of the chosen chain stands out from the server's lane, to the left.
const CHAIN = -10;

/**
 * @typedef {import("./ladder.js").Ladder} Ladder
 * @typedef {{first: number, end: number}} Range the steps in sight
 */

/**
 * Draw the steps in sight anew: they are few, and all that is drawn hangs on where they are.
 * @param {Ladder} ladder
 * @param {number} first
 * @param {number} end
 * @param {number} seen how many pixels are in sight from the top
 */
export function drawArt(ladder, first, end, seen) {
  const { art, across, left, width } = ladder;
  art.replaceChildren();
  if (!ladder.steps.length) return;
  const range = { first, end };
  const height = Math.max((end - first) * STEP_HEIGHT, seen);
  art.setAttribute("width", String(Math.max(width, across.width)));
  art.setAttribute("height", String(height));
  // What is scrolled away to the left must not show through the rows' numbers.
  art.style.clipPath = left ? `inset(0 0 0 ${left + GUTTER - 8}px)` : "";
  const steps = ladder.steps.slice(first, end).map((step, index) => stepArt(ladder, step, index * STEP_HEIGHT));
  art.replaceChildren(...lanesArt(ladder, range, height), ...threadsArt(ladder, range), ...steps);
}

function stepArt(/** @type {Ladder} */ ladder, /** @type {import("./ladder_steps.js").Step} */ step, /** @type {number} */ top) {
  const placed = placeStep(step, ladder.across, ladder.left + GUTTER, ladder.left + ladder.width, ladder.server);
  const made = drawStep(step, placed, top, ladder.colourOf(step.clients.slice(0, 1)));
  if (ladder.isSelected(step)) made.classList.add("mpp-rung-selected");
  else if (ladder.isLinked(step)) made.classList.add("mpp-rung-linked");
  return made;
}

function lanesArt(/** @type {Ladder} */ ladder, /** @type {Range} */ range, /** @type {number} */ height) {
  const { lanes } = ladder.across;
  const stretches = stretchesOf(ladder.steps, range.first, range.end, height);
  const made = lanes.map((lane) => shape("path", { class: "mpp-lane", d: lanePath(ladder.xOf(lane), stretches, false) }));
  const broken = lanes.filter((lane) => lane.role !== "server").map((lane) => lanePath(lane.x, stretches, true)).join("");
  if (broken) made.push(shape("path", { class: "mpp-lane-broken", d: broken }));
  return [...made, ...livesArt(ladder, range, stretches)];
}

function livesArt(/** @type {Ladder} */ ladder, /** @type {Range} */ { first, end }, /** @type {{from: number, to: number, broken: boolean}[]} */ stretches) {
  const seen = ladder.lives.filter((life) => (life.first ?? 0) < end && (life.last ?? Infinity) >= first);
  return seen.map((life) => {
    const lane = ladder.across.lanes[life.lane];
    const top = life.first === null ? -Infinity : (life.first - first) * STEP_HEIGHT + LINE;
    const bottom = life.last === null ? Infinity : (life.last - first) * STEP_HEIGHT + LINE;
    const clipped = stretches
      .map((each) => ({ ...each, from: Math.max(each.from, top), to: Math.min(each.to, bottom) }))
      .filter((each) => each.from < each.to);
    return shape("path", { class: `mpp-life ${ladder.colourOf(lane.clients)}`, d: lanePath(lane.x, clipped, false) });
  });
}

function threadsArt(/** @type {Ladder} */ ladder, /** @type {Range} */ { first, end }) {
  const height = (/** @type {number} */ index) => (index - first) * STEP_HEIGHT + LINE;
  const path = (/** @type {number} */ top, /** @type {number[]} */ ends, /** @type {number} */ out) =>
    threadPath(ladder.server, height(top), ends.map(height), out);
  const seen = ladder.fans.filter((fan) => fan.cause < end && /** @type {number} */ (fan.effects.at(-1)) >= first);
  const made = seen.map((fan) => shape("path", { class: "mpp-thread", d: path(fan.cause, fan.effects, fan.out) }));
  const [cause, ...effects] = ladder.chain;
  if (effects.length) made.push(shape("path", { class: "mpp-thread mpp-thread-chosen", d: path(cause, effects, CHAIN) }));
  return made;
}
