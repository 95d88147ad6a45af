/** Messages in flight: their arrows end in mid-air until they arrive. No DOM. */

/**
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./layout.js").Placed} Placed
 */

/** The numbers of a step's messages that are in flight. */
export function flyingIn(/** @type {Step} */ step, flying = /** @type {number[]} */ ([])) {
  if (step.shape !== "arrow" || !flying.length) return [];
  return step.members.filter((seq) => flying.includes(seq));
}

/**
 * Where an arrow ends in mid-air: half a lane before the one that it is for, so that it ends at no
 * other's.
 * @param {number} start
 * @param {number} end
 * @param {number} pitch how far lanes stand apart
 */
export function airAt(start, end, pitch) {
  const far = end - start;
  return Math.round(end - (Math.sign(far) * Math.min(Math.abs(far), pitch)) / 2);
}

/**
 * Where a step's arrow ends now, and whether any of its messages is in flight.
 * @param {Step} step
 * @param {Placed} placed
 * @param {number[]} flying numbers of the rows in flight
 * @param {number} pitch how far lanes stand apart
 * @returns {{placed: Placed, inFlight: boolean}}
 */
export function inMidAir(step, placed, flying, pitch) {
  const up = step.members.map((seq) => flying.includes(seq));
  if (step.shape !== "arrow" || !up.includes(true)) return { placed, inFlight: false };
  const each = placed.ends.length === up.length;
  const ends = placed.ends.map((end, index) =>
    (each ? up[index] : up.every(Boolean)) ? airAt(placed.start, end, pitch) : end,
  );
  return { placed: { ...placed, ends }, inFlight: true };
}
