/**
 * What a filter asks of a row; query.js takes its text apart. No DOM.
 *
 * It means what `log.filter` means in Python: tests/javascript/filter-cases.json holds both to it.
 * Only the kernel has the whole of long payloads, so what is decided here is what is known until it
 * answers.
 */

import { numberOf, readQuery } from "./query.js";
import { MOST_WORK, TooLong } from "./regex.js";

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./query.js").Part} Part
 * @typedef {(row: Row) => boolean} Condition
 * @typedef {object} Filter
 * @property {boolean} empty nothing is asked for
 * @property {string} query what the kernel is asked
 * @property {string | null} context what rows must hold to stay in sight as context, if any may
 * @property {import("./query.js").Problem[]} problems
 * @property {() => Condition} matches makes the condition for one pass over the rows, in their
 *   order
 * @property {() => string} doubt what of the last pass took too long, in a sentence; else ""
 * @property {(rows: Row[]) => number} kept how many of some rows stay though they do not match
 * @property {(row: Row) => boolean} keeps whether a row that does not match stays in sight as
 *   context
 */

// `CHECK` of apart.py says the same.
const CHECK = "check";

// Who, and where: what else is asked for is asked of the row itself, and no other may stay.
const OF_EXCHANGES = ["client", "path"];

/**
 * Read what stands in the filter box.
 * @param {string} typed
 * @param {{typing?: boolean, frames?: boolean, checks?: boolean}} [how] whether it is still being
 *   typed; whether frames, and what checks played, are shown unasked
 * @returns {Filter}
 */
export function readFilter(typed, { typing = false, frames = true, checks = true } = {}) {
  const query = readQuery(typed, typing);
  if (!frames && !asksForFrames(query.parts)) addPart(query, "-kind:frame");
  if (!checks && !asksForChecks(query.parts)) addPart(query, `-client:${CHECK} -client:${CHECK}-*`);
  const context = contextOf(query.parts);
  const undecided = /** @type {Map<string, number>} */ (new Map());
  return {
    empty: !query.parts.length,
    query: query.query,
    context: context?.map((part) => part.text).join(" ") ?? null,
    problems: query.problems,
    matches: () => {
      undecided.clear();
      query.allowance.steps = MOST_WORK;
      return matcher(query.parts, undecided);
    },
    doubt: () => doubtOf(undecided),
    keeps: context === null ? () => false : keeper(context),
    kept: context === null || !typed.trim() ? () => 0 : keptCounter(query.parts, context),
  };
}

function asksForFrames(/** @type {Part[]} */ parts) {
  return parts.some(
    (part) => part.field === "kind" && part.values.some((value) => value.toLowerCase() === "frame"),
  );
}

/** Whether somebody looks for a check: by a client's name, or by a word. */
function asksForChecks(/** @type {Part[]} */ parts) {
  return parts.some(
    ({ field, negated, values, word, regex }) =>
      !negated &&
      (field === "client" ? values : field || regex ? [] : [word]).some((value) =>
        value.toLowerCase().startsWith(CHECK),
      ),
  );
}

/** Whether a client is a check's, by its name. @param {string} client */
export function isOfCheck(client) {
  const name = client.toLowerCase();
  return name === CHECK || name.startsWith(`${CHECK}-`);
}

function addPart(/** @type {import("./query.js").Query} */ query, /** @type {string} */ text) {
  query.parts.push(...readQuery(text).parts);
  query.query = `${query.query} ${text}`.trim();
}

/**
 * The parts that bad news must hold to stay in sight; null where a row is asked for by what it is.
 */
function contextOf(/** @type {Part[]} */ parts) {
  const fields = parts.filter((part) => part.field && part.text !== "-kind:frame");
  return fields.every((part) => OF_EXCHANGES.includes(part.field)) ? fields : null;
}

/**
 * Words hide no swap and no bad news: what belongs to the lab stays, and errors of whom one looks
 * at.
 */
function keeper(/** @type {Part[]} */ parts) {
  const theirs = matcher(parts);
  return (/** @type {Row} */ row) => row.sender === "lab" || (row.tone === "error" && theirs(row));
}

/** Few rows may stay, so that only those are looked at. */
function keptCounter(/** @type {Part[]} */ parts, /** @type {Part[]} */ context) {
  const keeps = keeper(context);
  return (/** @type {Row[]} */ rows) => {
    const matches = matcher(parts);
    return rows.filter((row) => (row.sender === "lab" || row.tone) && keeps(row) && !matches(row))
      .length;
  };
}

/** What was left out, in a sentence. */
function doubtOf(/** @type {Map<string, number>} */ undecided) {
  for (const [part, times] of undecided) {
    const rows =
      times === 1 ? "1 row, which may match and is" : `${times} rows, which may match and are`;
    return `“${part}” takes too long on ${rows} left out; write a simpler expression.`;
  }
  return "";
}

/**
 * @param {Part[]} parts
 * @param {Map<string, number>} [undecided] is told which part took too long, and how often
 * @returns {Condition}
 */
function matcher(parts, undecided = new Map()) {
  const words = parts
    .filter((part) => !part.field)
    // Expressions last: what they cost is spared where anything else does not hold.
    .sort((one, other) => Number(one.regex !== null) - Number(other.regex !== null))
    .map((part) => ({ part, holds: turned(wordTest(part), part.negated) }))
    .map(({ part, holds }) => (part.regex ? decided(part.text, holds, undecided) : holds));
  const fields = parts.filter((part) => part.field);
  // Causes first: theirs is the one condition that must see every row.
  fields.sort((one, other) => Number(other.field === "cause") - Number(one.field === "cause"));
  const conditions = [...groups(fields).flatMap(fieldTests), ...words];
  return (row) => conditions.every((condition) => condition(row));
}

/**
 * Parts for the same field, negated or not, stand together: they are alternatives.
 * @returns {Part[][]}
 */
function groups(/** @type {Part[]} */ parts) {
  const found = /** @type {Map<string, Part[]>} */ (new Map());
  for (const part of parts) {
    const key = `${part.negated}${part.field}`;
    const same = found.get(key);
    if (same) same.push(part);
    else found.set(key, [part]);
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
  client: (row, value) => isCalled(row.client.toLowerCase(), value),
  dir: (row, value) => row.sender === value,
  kind: (row, value) => row.kind === value,
  path: (row, value) => row.path.toLowerCase().includes(value),
  where: (row, value) => (row.where ?? "").toLowerCase().includes(value),
  shape: (row) => row.shape !== "",
});
/** Whether a client has a name, or one that begins so: `al*`. */
function isCalled(/** @type {string} */ name, /** @type {string} */ value) {
  return name === value || (value.endsWith("*") && name.startsWith(value.slice(0, -1)));
}

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
  const asked = parts.flatMap((part) => part.values.map((value) => value.toLowerCase()));
  const values = [...new Set(asked)];
  if (field === "cause") return causedBy(new Set(values.map(Number)));
  return (row) => values.some((value) => TEXTS[field](row, value));
}

/**
 * One of those named, or set off by one, however far back.
 * @param {Set<number>} linked
 * @returns {Condition}
 */
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
  const wanted = new Set(
    equal.flatMap((part) => part.values.map((value) => numberOf(field, value))),
  );
  const tests = compared.map(({ sign, values }) => {
    const limit = /** @type {number} */ (numberOf(field, values[0]));
    return (/** @type {Row} */ row) => {
      const found = number(row);
      return found !== null && COMPARISONS[sign](found, limit);
    };
  });
  return equal.length
    ? [(row) => number(row) !== null && wanted.has(number(row)), ...tests]
    : tests;
}

/**
 * A row on which an expression takes too long is left out, and told.
 * @param {string} text
 * @param {Condition} condition
 * @param {Map<string, number>} undecided
 * @returns {Condition}
 */
function decided(text, condition, undecided) {
  return (row) => {
    try {
      return condition(row);
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
      undecided.set(text, (undecided.get(text) ?? 0) + 1);
      return false;
    }
  };
}

/** @returns {Condition} */
function wordTest(/** @type {Part} */ { word, regex }) {
  if (regex) return (row) => texts(row).some((text) => regex.test(text));
  const wanted = word.toLowerCase();
  return (row) => texts(row).some((text) => text.toLowerCase().includes(wanted));
}

/** What words are looked for in, each by itself. */
function texts(/** @type {Row} */ row) {
  const read = row.read ? [row.read] : [];
  return [
    row.text,
    row.path,
    row.client,
    row.where ?? "",
    row.kind,
    row.code === null ? "" : String(row.code),
    row.note ?? "",
    ...read,
  ];
}
