/**
 * What a ladder draws as SVG: each step's arrow, mark or band. What came over a wire is only ever
 * set as text.
 */

import { airAt } from "./flight.js";
import { CHAR, CHIP_CHAR, CHIP_EDGES, columns, LINE, STEP_HEIGHT, widthOf } from "./layout.js";

/**
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./layout.js").Placed} Placed
 */

const SVG = "http://www.w3.org/2000/svg";
const IN_MONO = new Set(["text", "binary", "body", "event", "response", "print", "state"]);

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 * @returns {SVGElement}
 */
export function shape(tag, attributes, text = "") {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text) made.textContent = text;
  return made;
}

/**
 * Draw a step.
 * @param {Step} step
 * @param {Placed} placed
 * @param {number} top where the step begins
 * @param {string} colour the class that sets `--mpp-client` to the colour of the one client it is
 *   about
 * @param {number} pitch how far lanes stand apart
 * @returns {SVGElement}
 */
export function drawStep(step, placed, top, colour, pitch) {
  const group = shape("g", { class: `mpp-rung ${toneOf(step)} ${colour}` });
  if (step.shape === "pause")
    group.append(wordsAt(placed.x, top + 18, placed.label, "middle", "mpp-rung-pause"));
  else if (step.shape === "band") drawBand(group, placed, top);
  else if (step.shape === "mark") drawMark(group, step, placed, top + LINE);
  else if (step.kind === "link") drawOnTheWay(group, step, placed, top + LINE, pitch);
  else drawArrow(group, step, placed, top + LINE);
  return group;
}

function toneOf(/** @type {Step} */ step) {
  const sent = step.sender === "client" ? "mpp-rung-client" : "mpp-rung-server";
  return `${sent} mpp-rung-${step.kind}${step.tone ? ` mpp-rung-is-${step.tone}` : ""}`;
}

/** A band covers the lanes: what is before it and what is after are apart. */
function drawBand(
  /** @type {SVGElement} */ group,
  /** @type {Placed} */ placed,
  /** @type {number} */ top,
) {
  group.append(
    shape("rect", {
      class: "mpp-rung-ground",
      x: -1,
      y: top + 2,
      width: "110%",
      height: STEP_HEIGHT - 4,
    }),
    wordsAt(placed.x, top + 17, placed.label, "middle", "mpp-rung-band"),
  );
}

function drawMark(
  /** @type {SVGElement} */ group,
  /** @type {Step} */ step,
  /** @type {Placed} */ placed,
  /** @type {number} */ y,
) {
  group.append(
    shape("circle", {
      class: "mpp-rung-fill",
      cx: placed.start,
      cy: y - 4,
      r: step.tone === "error" ? 4 : 2.5,
    }),
  );
  if (step.tone === "error") group.append(groundOf(placed, y - LINE));
  drawWords(group, step, placed, y);
}

/** What the words of an error lie on: in pieces between them, lanes would look like dashes. */
function groundOf(/** @type {Placed} */ placed, /** @type {number} */ top) {
  const width = widthOf(placed.chip, placed.label) + 8;
  const x = placed.anchor === "end" ? placed.x - width + 4 : placed.x - 4;
  const height = STEP_HEIGHT - 2;
  return shape("rect", { class: "mpp-rung-ground", x, y: top + 1, width, height });
}

function drawArrow(
  /** @type {SVGElement} */ group,
  /** @type {Step} */ step,
  /** @type {Placed} */ placed,
  /** @type {number} */ y,
) {
  const all = [placed.start, ...placed.ends];
  group.append(
    shape("path", { class: "mpp-rung-line", d: `M${Math.min(...all)} ${y}H${Math.max(...all)}` }),
  );
  const ends = step.kind === "close" || step.kind === "refuse";
  if (!ends || step.sender === "client") group.append(arrowHeads(step, placed, y));
  if (ends) {
    const x = step.sender === "client" ? placed.start : placed.ends[0];
    group.append(
      shape("path", {
        class: "mpp-rung-cross",
        d: `M${x - 4} ${y - 4}l8 8M${x - 4} ${y + 4}l8 -8`,
      }),
    );
  } else if (step.sender === "server") {
    group.append(
      shape("circle", {
        class: step.spontaneous ? "mpp-rung-ring" : "mpp-rung-fill",
        cx: placed.start,
        cy: y,
        r: 2.5,
      }),
    );
  }
  drawWords(group, step, placed, y - 8);
  if (placed.shared > 1)
    group.append(
      wordsAt(Math.max(...placed.ends) + 7, y + 4, `×${placed.shared}`, "start", "mpp-rung-count"),
    );
}

/** What became of a message on its way: held in mid-air, lost there, or going on from there. */
function drawOnTheWay(
  /** @type {SVGElement} */ group,
  /** @type {Step} */ step,
  /** @type {Placed} */ placed,
  /** @type {number} */ y,
  /** @type {number} */ pitch,
) {
  const [end] = placed.ends;
  const middle = airAt(placed.start, end, pitch);
  const how = step.label.split(" ")[0].replace(":", "");
  const [from, to] = how === "delivered" ? [middle, end] : [placed.start, middle];
  const line = `M${Math.min(from, to)} ${y}H${Math.max(from, to)}`;
  group.append(shape("path", { class: "mpp-rung-line mpp-rung-way", d: line }));
  if (how === "delivered") group.append(arrowHeads(step, placed, y));
  group.append(
    how === "lost"
      ? shape("path", {
          class: "mpp-rung-cross",
          d: `M${middle - 4} ${y - 4}l8 8M${middle - 4} ${y + 4}l8 -8`,
        })
      : shape("path", { class: "mpp-rung-gate", d: `M${middle} ${y - 5}v10` }),
  );
  drawWords(group, step, placed, y - 8);
}

/** All heads of an arrow as one path: open for a connection's beginning and end, filled else. */
function arrowHeads(
  /** @type {Step} */ step,
  /** @type {Placed} */ placed,
  /** @type {number} */ y,
) {
  const open = step.tone === "life" || step.kind === "close";
  const d = placed.ends.map((end) => {
    const way = end > placed.start ? 1 : -1;
    return open
      ? `M${end - way * 7} ${y - 4}L${end - way} ${y}L${end - way * 7} ${y + 4}`
      : `M${end} ${y}l${-way * 9} -4.5v9z`;
  });
  return shape("path", { class: open ? "mpp-rung-open" : "mpp-rung-fill", d: d.join("") });
}

function drawWords(
  /** @type {SVGElement} */ group,
  /** @type {Step} */ step,
  /** @type {Placed} */ placed,
  /** @type {number} */ y,
) {
  const font = `mpp-rung-words${IN_MONO.has(step.kind) ? " mpp-rung-mono" : ""}`;
  if (!placed.chip) {
    group.append(wordsAt(placed.x, y, placed.label, placed.anchor, font));
    return;
  }
  const wide = widthOf(placed.chip, placed.label);
  const left = placed.x - { start: 0, middle: Math.floor(wide / 2), end: wide }[placed.anchor];
  const chip = columns(placed.chip) * CHIP_CHAR + CHIP_EDGES - 6;
  group.append(
    shape("rect", { class: "mpp-rung-chip", x: left, y: y - 11, width: chip, height: 14, rx: 7 }),
    wordsAt(left + chip / 2, y - 0.5, placed.chip, "middle", "mpp-rung-chip-words"),
    wordsAt(left + chip + 6, y, placed.label, "start", font),
  );
}

function wordsAt(
  /** @type {number} */ x,
  /** @type {number} */ y,
  /** @type {string} */ text,
  /** @type {string} */ anchor,
  /** @type {string} */ className,
) {
  return shape("text", { class: className, x, y, "text-anchor": anchor }, text);
}

/**
 * The path of a thread that leaves a lane at `top` and comes back to it at `ends`.
 * @param {number} x of the lane
 * @param {number} top
 * @param {number[]} ends from the top
 * @param {number} out how far it stands out, to the left if negative
 */
export function threadPath(x, top, ends, out) {
  const far = x + out;
  const way = out > 0 ? 1 : -1;
  const turns = ends.map(
    (end) => `M${far} ${end - 5}Q${far} ${end} ${far - way * 5} ${end}H${x + way * 3}`,
  );
  const down = /** @type {number} */ (ends.at(-1)) - 5;
  return `M${x} ${top}H${far - way * 5}Q${far} ${top} ${far} ${top + 5}V${down}${turns.join("")}`;
}

/**
 * The lines of a lane: solid but where nothing happened for a while.
 * @param {number} x
 * @param {{from: number, to: number, broken: boolean}[]} stretches from the top
 * @param {boolean} broken which of them
 */
export function lanePath(x, stretches, broken) {
  return stretches
    .filter((each) => each.broken === broken)
    .map(({ from, to }) => `M${x} ${from}V${to}`)
    .join("");
}

/** How wide a name is, as its lane's head. @param {string} name @param {number} pitch */
export function headWidth(name, pitch) {
  return Math.min(Math.floor(pitch) - 6, Math.max(52, columns(name) * CHAR + 24));
}

/**
 * Where lanes are broken among the steps in sight.
 * @param {Step[]} steps
 * @param {number} first
 * @param {number} end
 * @param {number} bottom
 */
export function stretchesOf(steps, first, end, bottom) {
  const made = [{ from: 0, to: bottom, broken: false }];
  for (let index = first; index < end; index += 1) {
    if (steps[index].shape !== "pause") continue;
    const top = (index - first) * STEP_HEIGHT;
    const last = made[made.length - 1];
    last.to = top + 5;
    made.push(
      { from: top + 6, to: top + STEP_HEIGHT - 4, broken: true },
      { from: top + STEP_HEIGHT - 3, to: bottom, broken: false },
    );
  }
  return made;
}
