/**
 * What a filter asks of a row. No DOM.
 *
 * It means what `log.filter` means in Python: tests/javascript/filter-cases.json holds both to it. Only
 * the kernel has the whole of long payloads, so what is decided here is what is known until it answers.
 */

import { numberOf, readQuery } from "./query.js";

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./query.js").Part} Part
 * @typedef {(row: Row) => boolean} Condition
 * @typedef {object} Filter
 * @property {boolean} empty nothing is asked for
 * @property {string} query what the kernel is asked
 * @property {string | null} context what rows must hold to stay in sight as context, if any may
 * @property {import("./query.js").Problem[]} problems
 * @property {() => Condition} matches makes the condition for one pass over the rows, in their order
 * @property {(row: Row) => boolean} keeps whether a row that does not match stays in sight as context
 */

// Who, and where: what else is asked for is asked of the row itself, and no other may stay.
const OF_EXCHANGES = ["client", "path"];

/**
 * Read what stands in the filter box.
 * @param {string} typed
 * @param {{typing?: boolean, frames?: boolean}} [how] whether it is still being typed; whether frames are shown unasked
 * @returns {Filter}
 */
export function readFilter(typed, { typing = false, frames = true } = {}) {
  const query = readQuery(typed, typing);
  if (!frames && !asksForFrames(query.parts)) addPart(query, "-kind:frame");
  const context = contextOf(query.parts);
  return {
    empty: !query.parts.length,
    query: query.query,
    context: context?.map((part) => part.text).join(" ") ?? null,
    problems: query.problems,
    matches: () => matcher(query.parts),
    keeps: context === null ? () => false : keeper(context),
  };
}

function asksForFrames(/** @type {Part[]} */ parts) {
  return parts.some((part) => part.field === "kind" && part.values.some((value) => value.toLowerCase() === "frame"));
}

function addPart(/** @type {import("./query.js").Query} */ query, /** @type {string} */ text) {
  query.parts.push(...readQuery(text).parts);
  query.query = `${query.query} ${text}`.trim();
}

/** The parts that bad news must hold to stay in sight; null where a row is asked for by what it is. */
function contextOf(/** @type {Part[]} */ parts) {
  const fields = parts.filter((part) => part.field && part.text !== "-kind:frame");
  return fields.every((part) => OF_EXCHANGES.includes(part.field)) ? fields : null;
}

/** Words hide no swap and no bad news: what belongs to the lab stays, and errors of whom one looks at. */
function keeper(/** @type {Part[]} */ parts) {
  const theirs = matcher(parts);
  return (/** @type {Row} */ row) => row.sender === "lab" || (row.error && theirs(row));
}

/** @returns {Condition} */
function matcher(/** @type {Part[]} */ parts) {
  const words = parts.filter((part) => !part.field).map((part) => turned(wordTest(part), part.negated));
  const fields = parts.filter((part) => part.field);
  // Causes first: theirs is the one condition that must see every row.
  fields.sort((one, other) => Number(other.field === "cause") - Number(one.field === "cause"));
  const conditions = [...groups(fields).flatMap(fieldTests), ...words];
  return (row) => conditions.every((condition) => condition(row));
}

/** Parts for the same field, negated or not, stand together: they are alternatives. @returns {Part[][]} */
function groups(/** @type {Part[]} */ parts) {
  const found = /** @type {Map<string, Part[]>} */ (new Map());
  for (const part of parts) {
    const key = `${part.negated}${part.field}`;
    found.set(key, [...(found.get(key) ?? []), part]);
  }
  return [...found.values()];
}

/** @returns {Condition[]} */
function fieldTests(/** @type {Part[]} */ parts) {
  const [{ field, negated }] = parts;
  const tests = NUMBER_OF[field] ? numberTests(field, parts) : [valueTest(field, parts)];
  return tests.map((test) => turned(test, negated));
}

function turned(/** @type {Condition} */ condition, /** @type {boolean} */ negated) {
  return negated ? (/** @type {Row} */ row) => !condition(row) : condition;
}

const TEXTS = /** @type {Record<string, (row: Row, value: string) => boolean>} */ ({
  client: (row, value) => row.client.toLowerCase() === value,
  dir: (row, value) => row.sender === value,
  kind: (row, value) => row.kind === value,
  path: (row, value) => row.path.toLowerCase().includes(value),
  where: (row, value) => (row.where ?? "").toLowerCase().includes(value),
});
const NUMBER_OF = /** @type {Record<string, (row: Row) => number | null>} */ ({
  size: (row) => row.size,
  code: (row) => row.code,
  rev: (row) => row.revision,
});
const COMPARISONS = /** @type {Record<string, (one: number, other: number) => boolean>} */ ({
  ">": (one, other) => one > other,
  "<": (one, other) => one < other,
  ">=": (one, other) => one >= other,
  "<=": (one, other) => one <= other,
});

/** @returns {Condition} */
function valueTest(/** @type {string} */ field, /** @type {Part[]} */ parts) {
  const values = parts.flatMap((part) => part.values.map((value) => value.toLowerCase()));
  if (field === "cause") return causedBy(new Set(values.map(Number)));
  return (row) => values.some((value) => TEXTS[field](row, value));
}

/** One of those named, or set off by one, however far back. @param {Set<number>} linked @returns {Condition} */
function causedBy(linked) {
  return (row) => {
    const belongs = linked.has(row.seq) || (row.cause !== null && linked.has(row.cause));
    if (belongs) linked.add(row.seq);
    return belongs;
  };
}

/** @returns {Condition[]} */
function numberTests(/** @type {string} */ field, /** @type {Part[]} */ parts) {
  const number = NUMBER_OF[field];
  const compared = parts.filter((part) => COMPARISONS[part.sign]);
  const equal = parts.filter((part) => !COMPARISONS[part.sign]);
  const wanted = new Set(equal.flatMap((part) => part.values.map((value) => numberOf(field, value))));
  const tests = compared.map(({ sign, values }) => {
    const limit = /** @type {number} */ (numberOf(field, values[0]));
    return (/** @type {Row} */ row) => {
      const found = number(row);
      return found !== null && COMPARISONS[sign](found, limit);
    };
  });
  return equal.length ? [(row) => number(row) !== null && wanted.has(number(row)), ...tests] : tests;
}

/** @returns {Condition} */
function wordTest(/** @type {Part} */ { word, regex }) {
  if (regex) return (row) => texts(row).some((text) => regex.test(text));
  const wanted = word.toLowerCase();
  return (row) => texts(row).some((text) => text.toLowerCase().includes(wanted));
}

/** What words are looked for in, each by itself. */
function texts(/** @type {Row} */ row) {
  return [row.text, row.path, row.client, row.where ?? "", row.kind, row.code === null ? "" : String(row.code), row.note ?? "", row.read];
}
