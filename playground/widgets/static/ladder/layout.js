/**
 * A ladder's layout: where each step and its words stand, as plain numbers. As
 * `exports/ladder/layout.py`. No DOM.
 */

import { escaped } from "../shared/format.js";
import { laneOf } from "./lanes.js";

/**
 * @typedef {import("./lanes.js").Lanes} Lanes
 * @typedef {import("./lanes.js").Lane} Lane
 * @typedef {import("./steps.js").Step} Step
 *
 * Where words begin, stand in the middle of, or end; the chip before them, and as many as have
 * room.
 * @typedef {{x: number, anchor: "start" | "middle" | "end", chip: string, label: string}} Words
 *
 * Where a step stands: where its arrow begins and where its heads point, from left to right, and
 * how many of a broadcast's receivers are in the shared lane.
 * @typedef {Words & {start: number, ends: number[], shared: number}} Placed
 */

// Pixels. A step's words stand above its arrow, which is `LINE` below the step's top.
export const STEP_HEIGHT = 26;
export const LINE = 19;

// A monospaced character at 11.5 px; the widest of the usual fonts.
export const CHAR = 7;
// A chip's are smaller; besides them it has sides, and a space after it.
export const CHIP_CHAR = 6;
export const CHIP_EDGES = 18;
// Columns of a name in a chip.
const CHIP_NAME = 12;

// Room at an arrow's ends: at the server's for the threads, at the client's for the head.
const SERVER_END = 20;
const CLIENT_END = 9;
const SIDE = 6;

/**
 * Where a step stands.
 * @param {Step} step
 * @param {Lanes} across
 * @param {number} left @param {number} right between which its words must stay
 * @param {number} [middle] where the server's lane stands, if it has been moved into sight
 * @returns {Placed}
 */
export function placeStep(step, across, left, right, middle = across.server.x) {
  const nowhere = { start: middle, ends: [], shared: 0 };
  if (step.shape === "band" || step.shape === "pause") {
    const x = step.shape === "pause" ? middle : Math.floor((left + right) / 2);
    return { ...nowhere, x, anchor: "middle", ...fitting("", step.label, right - left - 2 * SIDE) };
  }
  const met = new Map(
    step.clients.map((name) => laneOf(across, name)).map((lane) => [lane.x, lane]),
  );
  const chip = chipOf(step, met, left, right);
  if (step.shape === "mark")
    return { ...nowhere, ...beside(chip, step.label, middle, left, right) };
  const ends = [...met.keys()].sort((one, other) => one - other);
  if (step.sender === "client") {
    return {
      start: ends[0],
      ends: [middle],
      shared: 0,
      ...along(chip, step.label, middle, ends[0], left, right),
    };
  }
  const far = ends.reduce((one, other) =>
    Math.abs(other - middle) >= Math.abs(one - middle) ? other : one,
  );
  return {
    start: middle,
    ends,
    shared: sharing(step, across),
    ...along(chip, step.label, middle, far, left, right),
  };
}

/**
 * Put a mark's words where there is clearly more room; they may not touch a thread.
 * @returns {Words}
 */
function beside(
  /** @type {string} */ chip,
  /** @type {string} */ label,
  /** @type {number} */ middle,
  /** @type {number} */ left,
  /** @type {number} */ right,
) {
  const room = right - middle - SERVER_END - SIDE;
  const other = middle - left - SERVER_END - SIDE;
  if (room * 4 >= other * 3 || widthOf(chip, label) <= room) {
    return { x: middle + SERVER_END, anchor: "start", ...fitting(chip, label, room) };
  }
  return { x: middle - SERVER_END, anchor: "end", ...fitting(chip, label, other) };
}

/**
 * Put an arrow's words in the middle of what is seen of it, or have them go from the server on
 * outwards: no other step is at the same height, so they may go on past the client's lane, or stand
 * on the server's other side where they have no room at all.
 * @returns {Words}
 */
function along(
  /** @type {string} */ chip,
  /** @type {string} */ label,
  /** @type {number} */ middle,
  /** @type {number} */ end,
  /** @type {number} */ left,
  /** @type {number} */ right,
) {
  let way = end > middle ? 1 : -1;
  const inner = middle + way * SERVER_END;
  const outer = Math.max(left + SIDE, Math.min(right - SIDE, end - way * CLIENT_END));
  if (widthOf(chip, label) <= way * (outer - inner)) {
    return { x: Math.floor((inner + outer) / 2), anchor: "middle", chip, label };
  }
  const roomTo = (/** @type {number} */ side) =>
    (side > 0 ? right - SIDE - middle : middle - left - SIDE) - SERVER_END;
  if (widthOf(chip, label) > roomTo(way) && roomTo(-way) > 2 * roomTo(way)) way = -way;
  return {
    x: middle + way * SERVER_END,
    anchor: way > 0 ? "start" : "end",
    ...fitting(chip, label, roomTo(way)),
  };
}

function sharing(/** @type {Step} */ step, /** @type {Lanes} */ across) {
  const others = across.lanes.findIndex((lane) => lane.role === "others");
  return others < 0 ? 0 : step.clients.filter((name) => across.places.get(name) === others).length;
}

/** What to say before the words: the client where no lane in sight says it. */
function chipOf(
  /** @type {Step} */ step,
  /** @type {Map<number, Lane>} */ met,
  /** @type {number} */ left,
  /** @type {number} */ right,
) {
  const { role, x } = [...met.values()][0];
  const unsaid = role === "others" || x < left || x > right;
  return [
    step.clients.length === 1 && unsaid && shortened(escaped(step.clients[0]), CHIP_NAME),
    step.chip,
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * How many pixels words take, with the chip before them.
 * @param {string} chip
 * @param {string} label
 */
export function widthOf(chip, label) {
  return (chip ? columns(chip) * CHIP_CHAR + CHIP_EDGES : 0) + columns(label) * CHAR;
}

/** As much of a chip and a label as fits into so many pixels. */
function fitting(
  /** @type {string} */ chip,
  /** @type {string} */ label,
  /** @type {number} */ room,
) {
  const short = shortened(chip, Math.floor((room - CHIP_EDGES) / CHIP_CHAR));
  return { chip: short, label: shortened(label, Math.floor((room - widthOf(short, "")) / CHAR)) };
}

// Characters that take two columns (Unicode's East Asian Wide, and emoji), in ranges.
const TWO_COLUMNS = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

/** @param {string} char one character */
function columnsOf(char) {
  const code = char.codePointAt(0) ?? 0;
  return code >= TWO_COLUMNS[0][0] &&
    TWO_COLUMNS.some(([first, last]) => first <= code && code <= last)
    ? 2
    : 1;
}

/** How many columns a text takes. @param {string} text */
export function columns(text) {
  let count = 0;
  for (const char of text) count += columnsOf(char);
  return count;
}

/**
 * A text, or as much of it as fits into so many columns with an ellipsis.
 * @param {string} text
 * @param {number} room
 */
export function shortened(text, room) {
  if (columns(text) <= room) return text;
  if (room < 1) return "";
  let kept = "";
  let used = 0;
  for (const char of text) {
    used += columnsOf(char);
    if (used > room - 1) break;
    kept += char;
  }
  return `${kept}…`;
}
