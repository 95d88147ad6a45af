/** What may be written next in the filter box. No DOM. */

import { asValue, EXAMPLES, FIELDS, KINDS, SENDERS } from "./query.js";

// A load test may have thousands of clients; the box is no list of them.
const MOST_COMPLETIONS = 12;
const ABOVE = ["size"];

const HINTS = /** @type {Record<string, string>} */ ({
  client: "whose",
  dir: "who sent it",
  kind: "what it is",
  path: "where",
  where: "from which line",
  size: "bytes",
  code: "close code or status",
  rev: "of the code",
  cause: "what a row set off",
  shape: "unlike those before",
});

/**
 * @typedef {{label: string, hint: string, text: string, caret: number}} Completion `text` is what
 *   stands in the box then
 * @typedef {{clients: string[], selected: number}} Known what values there are
 */

/**
 * @param {string} typed
 * @param {number} caret where in it
 * @param {Known} known
 * @returns {Completion[]}
 */
export function completions(typed, caret, known) {
  const before = typed.slice(0, caret);
  const from = before.search(/\S*$/);
  const token = before.slice(from);
  const put = (/** @type {string} */ label, /** @type {string} */ text, hint = "") => ({
    label,
    hint,
    text: before.slice(0, from) + text + typed.slice(caret),
    caret: from + text.length,
  });
  const value = /^(-?)([a-z]+):(.*)$/i.exec(token);
  if (value) return values(value, known).map(([label, text]) => put(label, `${text} `));
  const [, minus, begun] = /** @type {RegExpExecArray} */ (/^(-?)(.*)$/.exec(token));
  const fitting = FIELDS.filter(
    (field) => field.startsWith(begun.toLowerCase()) && field !== begun,
  );
  return fitting.map((field) =>
    put(
      `${field}${signOf(field)}`,
      `${minus}${field}${signOf(field)}`,
      `${HINTS[field]}: ${/** @type {any} */ (EXAMPLES)[field]}`,
    ),
  );
}

function signOf(/** @type {string} */ field) {
  return ABOVE.includes(field) ? ">" : ":";
}

/** The values of a field that begin as what is typed. @returns {[string, string][]} */
function values(/** @type {RegExpExecArray} */ [, minus, field, rest], /** @type {Known} */ known) {
  const choices = {
    kind: KINDS,
    dir: SENDERS,
    client: known.clients,
    shape: ["new"],
    cause: known.selected ? [String(known.selected)] : [],
  }[field.toLowerCase()];
  const [, done, begun] = /** @type {RegExpExecArray} */ (/^(.*,)?(.*)$/.exec(rest));
  const fitting = (choices ?? []).filter(
    (each) => each.toLowerCase().startsWith(begun.toLowerCase()) && each !== begun,
  );
  return fitting
    .slice(0, MOST_COMPLETIONS)
    .map((each) => [each, `${minus}${field}:${done ?? ""}${asValue(each)}`]);
}
