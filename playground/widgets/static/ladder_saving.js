/** Saving a ladder as a file. The kernel draws it: it has all of what is shown only in part here. */

// More rows than this make a picture that nobody reads.
const MOST_STEPS = 1000;

/**
 * Numbers as stretches without gaps: [1, 2, 3, 7] is [[1, 3], [7, 7]].
 * @param {number[]} seqs
 * @returns {[number, number][]}
 */
export function stretchesOfNumbers(seqs) {
  const made = /** @type {[number, number][]} */ ([]);
  for (const seq of [...new Set(seqs)].sort((one, other) => one - other)) {
    const last = made.at(-1);
    if (last && seq === last[1] + 1) last[1] = seq;
    else made.push([seq, seq]);
  }
  return made;
}

/**
 * The entries of the newest steps, as stretches of numbers.
 * @param {import("./ladder_steps.js").Step[]} steps
 */
export function savedEntries(steps) {
  return stretchesOfNumbers(steps.filter((step) => step.members.length).slice(-MOST_STEPS).flatMap((step) => step.members));
}

/** Have the browser save a text as a file. @param {string} text @param {string} name @param {string} type */
export function saveFile(text, name, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
