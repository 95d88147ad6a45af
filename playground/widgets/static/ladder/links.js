/**
 * What hangs together in a ladder: threads from cause to effect, and stretches of a connection. No
 * DOM.
 */

/**
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./lanes.js").Lanes} Lanes
 *
 * One thread, from a step to those it set off, as indexes; it stands `out` pixels from the server's
 * lane.
 * @typedef {{cause: number, effects: number[], out: number}} Fan
 *
 * A stretch in which a lane's client had a connection open, as indexes of steps; null where it
 * began before the first, or goes on after the last.
 * @typedef {{lane: number, first: number | null, last: number | null}} Life
 */

// A thread longer than this many steps says nothing to the eye; choosing the step shows its chain.
const REACH = 24;
// How far threads that run side by side stand out from the server's lane, in pixels.
const OUTS = [7, 11, 15];

const THREADED = new Set(["text", "binary", "close", "exception"]);

/**
 * The threads from what caused to what it caused, by where they begin.
 * @param {Step[]} steps
 * @returns {Fan[]}
 */
export function fansOf(steps) {
  const indexOfSeq = new Map(
    steps.flatMap((step, index) =>
      step.members.map((seq) => /** @type {[number, number]} */ ([seq, index])),
    ),
  );
  const caused = /** @type {Map<number, number[]>} */ (new Map());
  steps.forEach((step, index) => {
    const cause = step.cause === null ? undefined : indexOfSeq.get(step.cause);
    if (!THREADED.has(step.kind) || cause === undefined || steps[cause].shape !== "arrow") return;
    const soFar = caused.get(cause) ?? [];
    caused.set(cause, soFar);
    const far = index - (soFar.at(-1) ?? cause);
    if (far > 0 && far <= REACH) soFar.push(index);
  });
  return sideBySide(
    [...caused].filter(([, effects]) => effects.length).sort(([one], [other]) => one - other),
  );
}

/**
 * A thread, to be dotted, from each message to a server elsewhere to the next from there: no wire
 * says what another program answers.
 * @param {Step[]} steps
 * @returns {Fan[]}
 */
export function guessesOf(steps) {
  const asked = new Map(steps.map((step, index) => [step.seq, index]));
  const found = /** @type {[number, number[]][]} */ ([]);
  steps.forEach((step, index) => {
    const before = step.after === null ? undefined : asked.get(step.after);
    if (before !== undefined && index - before <= REACH) found.push([before, [index]]);
  });
  return sideBySide(found.sort(([one], [other]) => one - other));
}

/**
 * Let threads that run at the same height stand out by different widths, while there are.
 * @returns {Fan[]}
 */
function sideBySide(/** @type {[number, number[]][]} */ caused) {
  const ends = OUTS.map(() => -1);
  return caused.map(([cause, effects]) => {
    const free = ends.findIndex((end) => end <= cause);
    const taken = free < 0 ? ends.indexOf(Math.min(...ends)) : free;
    ends[taken] = Math.max(ends[taken], /** @type {number} */ (effects.at(-1)));
    return { cause, effects, out: OUTS[taken] };
  });
}

/**
 * When the clients with a lane of their own had a connection open, as the steps show.
 * @param {Step[]} steps
 * @param {Lanes} across
 * @returns {Life[]}
 */
export function livesOf(steps, across) {
  const open = /** @type {Map<number, {first: number | null, alive: number}>} */ (new Map());
  const seen = new Set();
  const made = /** @type {Life[]} */ ([]);
  steps.forEach((step, index) => {
    for (const name of step.clients) {
      const lane = across.places.get(name);
      if (lane === undefined || across.lanes[lane].role !== "client") continue;
      const life = open.get(lane) ?? { first: index, alive: 0 };
      if (step.kind === "close" || step.kind === "refuse") {
        if (life.alive === 1 || !seen.has(lane))
          made.push({ lane, first: life.alive ? life.first : null, last: index });
        life.alive -= 1;
      } else if (step.kind === "open") life.alive += 1;
      // It was opened before the first step there is, or where a filter hides it.
      else if (!life.alive && OPEN.has(step.kind))
        Object.assign(life, { first: seen.has(lane) ? index : null, alive: 1 });
      seen.add(lane);
      if (life.alive > 0) open.set(lane, life);
      else open.delete(lane);
    }
  });
  for (const [lane, { first }] of open) made.push({ lane, first, last: null });
  return made.sort(
    (one, other) => one.lane - other.lane || (one.first ?? -1) - (other.first ?? -1),
  );
}

const OPEN = new Set(["accept", "text", "binary"]);
