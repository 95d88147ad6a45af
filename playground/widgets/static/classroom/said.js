/** What the class's board says of a cell, a learner and a sentence. */

/**
 * @typedef {{state: string, sentence: number, text: string, tries: number, revision: number,
 *   for: string, help: boolean}} Cell
 * @typedef {{id: number, number: number, name: string, away: string, pasted: boolean,
 *   cells: (Cell | null)[]}} Learner
 * @typedef {{number: number, exercise: string, text: string, met: number, stuck: number}} Sentence
 * @typedef {{exercises: string[], learners: Learner[], sentences: Sentence[], headline: string,
 *   port: string, names: boolean, page?: string}} ClassState
 */

export const CELL_WORDS = /** @type {Record<string, string>} */ ({
  done: "done",
  open: "open",
  stuck: "stuck",
  failed: "not checked",
});

/** How a cell stands, in a few words. @param {Cell | null} cell */
export function standingOf(cell) {
  if (!cell) return "not tried";
  const parts = [CELL_WORDS[cell.state] ?? cell.state];
  if (cell.state === "stuck") parts[0] = `stuck for ${cell.for}`;
  if (cell.help) parts.push("asks for help");
  return parts.join(", ");
}

/** All that is known of a cell beside its sentence. @param {Cell} cell */
export function detailsOf(cell) {
  const parts = [
    standingOf(cell),
    cell.tries === 1 ? "checked once" : `checked ${cell.tries} times`,
  ];
  if (cell.state === "open" && cell.for) parts.push(`the same sentence for ${cell.for}`);
  if (cell.revision) parts.push(`revision ${cell.revision}`);
  return parts.join(" · ");
}

/**
 * What a learner is called: by name, or as one of many.
 * @param {Learner} learner @param {boolean} named
 */
export function calledBy(learner, named) {
  return named ? learner.name : `Learner ${learner.number}`;
}

/** How many of the class have done an exercise. @param {ClassState} state @param {number} column */
export function doneIn(state, column) {
  return state.learners.filter((each) => each.cells[column]?.state === "done").length;
}

/** Who meets a sentence. @param {ClassState} state @param {Sentence} sentence */
export function thoseWho(state, sentence) {
  return state.learners.filter((each) =>
    each.cells.some((cell) => cell?.sentence === sentence.number),
  );
}

/**
 * What to write where nobody has joined yet.
 * @param {string} port the board's, on its machine
 */
export function howToJoin(port) {
  return `from playground.classroom import join\n\njoin("http://127.0.0.1:${port}", as_="bob")`;
}
