/**
 * The grammar of the filter box: a text into parts, what is wrong in it, and what may be written
 * next. No DOM.
 */

import { Allowance, Finder } from "./regex.js";
import { RegexProblem } from "./regex-grammar.js";

/**
 * @typedef {object} Part
 * @property {string} text as it was written
 * @property {boolean} negated a minus stands before it
 * @property {string} field "size", or "" for words
 * @property {string} sign ">"
 * @property {string[]} values the alternatives, without quotes
 * @property {string} word what is looked for, if it is no field
 * @property {Finder | null} regex
 *
 * @typedef {{part: string, text: string}} Problem the part that cannot be read, and why in a
 *   sentence
 * @typedef {{parts: Part[], problems: Problem[], query: string, allowance: Allowance}} Query
 *   `query` is what the kernel can read; `allowance` is for one pass over the rows
 */

export const KINDS = [
  "open",
  "accept",
  "refuse",
  "text",
  "binary",
  "close",
  "request",
  "response",
  "body",
  "event",
  "exception",
  "print",
  "state",
  "frame",
  "link",
  "pause",
  "swap",
  "lab",
];
export const SENDERS = ["client", "server", "lab"];

/** The fields, each with what stands in an example. */
export const EXAMPLES = {
  client: "client:alice",
  dir: "dir:server",
  kind: "kind:text,binary",
  path: "path:/chat",
  where: "where:In[5]",
  size: "size>100",
  code: "code:1011",
  rev: "rev:3",
  cause: "cause:12",
  shape: "shape:new",
};
export const FIELDS = Object.keys(EXAMPLES);
/** How many values a filter may look for; `MOST_PARTS` of filter.py says the same. */
export const MOST_PARTS = 100;
// So much is said of a part that is one too many.
const MOST_SAID = 80;
const CHOICES = /** @type {Record<string, string[]>} */ ({
  dir: SENDERS,
  kind: KINDS,
  shape: ["new"],
});
const NUMBERS = ["size", "code", "rev"];

const QUOTED = String.raw`"(?:\\.|[^"\\])*"`;
const PART = new RegExp(
  String.raw`(?<!\S)(?<minus>-?)(?:/(?<regex>(?:\\.|[^/\\])+)/(?<flag>i?)` +
    String.raw`|"(?<quoted>(?:\\.|[^"\\])+)"` +
    String.raw`|(?<field>[A-Za-z]+)(?<sign>>=|<=|[:=><])(?<value>(?:${QUOTED}|[^\s"])*)` +
    String.raw`|(?<word>\S+))(?!\S)`,
  "gs",
);
const ALTERNATIVE = new RegExp(`(?:${QUOTED}|[^,"])+`, "gs");
// Quoted words, or a quoted value, whose second quote is still to come.
const UNCLOSED = /(?<!\S)-?(?:[a-z]+:[^\s"]*)?"(?:\\.|[^"\\])*$/i;
const SIZE = /^(\d+(?:\.\d+)?)([kM]?)$/i;
const UNITS = /** @type {Record<string, number>} */ ({ "": 1, k: 1e3, m: 1e6 });

/**
 * Read what stands in the filter box. A part that cannot be read is looked for as text, and is a
 * problem.
 * @param {string} typed
 * @param {boolean} [typing] whether the last part is still being written: while it is unfinished it
 *   asks for nothing
 * @returns {Query}
 */
export function readQuery(typed, typing = false) {
  const allowance = new Allowance();
  const query = /** @type {Query} */ ({ parts: [], problems: [], query: "", allowance });
  const said = [];
  const text = typing ? typed.replace(UNCLOSED, "") : typed;
  let values = 0;
  for (const match of text.matchAll(PART)) {
    const ends = match.index + match[0].length === typed.length;
    if (typing && ends && isUnfinished(match)) continue;
    const { part, problem } = readPart(match, allowance);
    values += valuesOf(part);
    if (values > MOST_PARTS) {
      query.problems.push(oneTooMany(match[0].slice(0, MOST_SAID)));
      break;
    }
    query.parts.push(part);
    if (problem) query.problems.push({ part: match[0], text: problem });
    said.push(problem ? `${part.negated ? "-" : ""}${quote(part.word)}` : match[0]);
  }
  query.query = said.join(" ");
  return query;
}

/** How many values a part looks for in each row; there are few for a `dir` or a `kind`. */
function valuesOf(/** @type {Part} */ { field, values }) {
  return field ? (CHOICES[field] ? 0 : values.length) : 1;
}

/** @returns {Problem} the filter ends before the part */
function oneTooMany(/** @type {string} */ part) {
  const text =
    `A filter takes ${MOST_PARTS} words and values, and ${quoted(part)} is one more: ` +
    "what begins there is not looked for.";
  return { part, text };
}

/** @returns {{part: Part, problem: string}} */
function readPart(/** @type {RegExpMatchArray} */ match, /** @type {Allowance} */ allowance) {
  const groups = /** @type {Record<string, string>} */ (match.groups);
  const bare = match[0].slice(groups.minus.length);
  const part = {
    text: match[0],
    negated: groups.minus === "-",
    field: "",
    sign: "",
    values: [],
    word: bare,
    regex: null,
  };
  if (groups.regex) {
    const { regex, problem } = readRegex(groups.regex, groups.flag, allowance);
    return { part: { ...part, regex }, problem: problem && `${quoted(part.text)} ${problem}.` };
  }
  if (groups.quoted) return { part: { ...part, word: unquoted(bare) }, problem: "" };
  if (!groups.field || isWord(groups)) return { part, problem: "" };
  return readField(part, groups);
}

function readField(/** @type {Part} */ part, /** @type {Record<string, string>} */ groups) {
  const field = groups.field.toLowerCase();
  const values = [...groups.value.matchAll(ALTERNATIVE)].map(([value]) => unquoted(value));
  const problem = fieldProblem(field, groups.sign, groups.value, values);
  return { part: problem ? part : { ...part, field, sign: groups.sign, values }, problem };
}

/** Why a field cannot be read, in a sentence; "" if it can. */
function fieldProblem(
  /** @type {string} */ field,
  /** @type {string} */ sign,
  /** @type {string} */ value,
  /** @type {string[]} */ values,
) {
  if (!FIELDS.includes(field)) return unknownField(field);
  const compares = sign !== ":" && sign !== "=";
  const example = /** @type {Record<string, string>} */ (EXAMPLES)[field];
  if (compares && !NUMBERS.includes(field))
    return `${field} takes no ${quoted(sign)}: write ${field}:${value || "…"}.`;
  if (!values.length) return `${field}${sign} needs a value, as in ${example}.`;
  for (const each of CHOICES[field] ? values : []) {
    if (!CHOICES[field].includes(each.toLowerCase())) return unknownChoice(field, each);
  }
  if (!NUMBERS.includes(field) && field !== "cause") return "";
  if (compares && values.length > 1)
    return `${field}${sign} takes one number: write each comparison as a part of its own.`;
  return values.every((each) => numberOf(field, each) !== null)
    ? ""
    : `${field}${sign} needs a number, as in ${example}.`;
}

function unknownField(/** @type {string} */ field) {
  const near = nearest(field, FIELDS);
  const meant = near ? `; did you mean ${near}:?` : `: there are ${FIELDS.join(", ")}.`;
  return `There is no field ${quoted(`${field}:`)}${meant}`;
}

function unknownChoice(/** @type {string} */ field, /** @type {string} */ value) {
  const near = nearest(value.toLowerCase(), CHOICES[field]);
  const known = CHOICES[field].join(", ");
  const meant = near ? `; did you mean ${field}:${near}?` : `: there are ${known}.`;
  return `There is no ${field} ${quoted(value)}${meant}`;
}

/** A value as a number; null if it is none. @param {string} field @param {string} value */
export function numberOf(field, value) {
  if (field !== "size") return /^\d+$/.test(value) ? Number(value) : null;
  const found = SIZE.exec(value);
  return found ? Number(found[1]) * UNITS[found[2].toLowerCase()] : null;
}

/** Whether what looks like a field is text: `alice:`, an address, `x=1`. */
function isWord(/** @type {Record<string, string>} */ { field, sign, value }) {
  if (FIELDS.includes(field.toLowerCase())) return false;
  return sign !== ":" || !value || value.startsWith("//");
}

/**
 * Whether a part is the beginning of something that can be read: `client:`, `kind:te`, `-`,
 * `size>`.
 */
function isUnfinished(/** @type {RegExpMatchArray} */ match) {
  const { field, sign, value } = /** @type {Record<string, string>} */ (match.groups);
  if (match[0] === "-") return true;
  if (!field || !FIELDS.includes(field.toLowerCase()) || !sign) return false;
  const last = value.split(",").at(-1)?.toLowerCase() ?? "";
  if (!last || last.startsWith('"')) return true;
  const choices = CHOICES[field.toLowerCase()];
  return Boolean(
    choices && !choices.includes(last) && choices.some((each) => each.startsWith(last)),
  );
}

function unquoted(/** @type {string} */ text) {
  const inner =
    text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  return inner.replace(/\\(.)/gs, "$1");
}

function quote(/** @type {string} */ text) {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Write a value so that a filter reads it as one. @param {string} value */
export function asValue(value) {
  return /[\s",\\]/.test(value) ? quote(value) : value;
}

function quoted(/** @type {string} */ text) {
  return `“${text}”`;
}

/**
 * What somebody may have meant; "" if nothing is near.
 * @param {string} typed
 * @param {string[]} known
 */
export function nearest(typed, known) {
  const ranked = known
    .map((each) => ({ each, far: distance(typed, each) }))
    .sort((one, other) => one.far - other.far);
  return ranked[0].far <= Math.max(1, Math.floor(typed.length / 3)) ? ranked[0].each : "";
}

/** How many letters must be changed, added, taken away or swapped with the next. */
function distance(/** @type {string} */ one, /** @type {string} */ other) {
  const table = Array.from({ length: one.length + 1 }, (_, i) =>
    Array.from({ length: other.length + 1 }, (_, j) => (i || j ? Math.max(i, j) : 0)),
  );
  for (let i = 1; i <= one.length; i += 1) {
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      table[i][j] = Math.min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + same);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[one.length][other.length];
}

/**
 * Read a regular expression.
 * @param {string} source between the slashes
 * @param {string} flag "i" or ""
 * @param {Allowance} allowance
 * @returns {{regex: Finder | null, problem: string}} the problem continues a sentence that names it
 */
function readRegex(source, flag, allowance) {
  try {
    return { regex: new Finder(source, flag === "i", allowance), problem: "" };
  } catch (error) {
    if (!(error instanceof RegexProblem)) throw error;
    const problem = error.lacking
      ? `has ${error.message}, which no filter looks for`
      : `is no regular expression: ${error.message}`;
    return { regex: null, problem };
  }
}
