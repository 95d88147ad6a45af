/**
 * What a ladder shows of the items of a table: one step for each, and between whom; and what is
 * saved of them. `exports/ladder/steps.py` does the same; both are held to
 * `tests/javascript/ladder-cases.json`. No DOM.
 */

import { counted, escaped } from "../shared/format.js";
import { holeText, isWholeMessage } from "../traffic/rows.js";

/**
 * @typedef {import("../traffic/rows.js").Row} Row
 * @typedef {import("../traffic/rows.js").Item} Item
 *
 * One row of a ladder: an "arrow" between a client and the server, a "mark" on the server's lane, a
 * "band" right across, or a "pause". `clients` is who sent it or gets it, `members` the number of
 * every entry that it stands for; `after`, of a message from a server elsewhere, the one before it
 * that went there, since which of them it answers is not known.
 * @typedef {{seq: number, at: number, end: number, shape: "arrow" | "mark" | "band" | "pause",
 *   kind: string,
 *   sender: string, clients: string[], chip: string, label: string, tone: "" | "life" | "error",
 *   cause: number | null, after: number | null, spontaneous: boolean, members: number[],
 *   item: Item | null}} Step
 */

// A longer silence between two steps is a step of its own.
const PAUSE_SECONDS = 1;

const MARKED = new Set(["exception", "pause", "print", "state"]);
const SPOKEN = /** @type {Record<string, string>} */ ({
  exception: "exception ",
  print: "printed ",
  state: "state ",
});
const SENT = new Set(["text", "binary"]);

// How many receivers of a broadcast are read out by name.
const READ_OUT = 3;

/**
 * A step for each item, and one for each pause between them.
 * @param {Item[]} items
 * @param {boolean} [found] as in `holeText`
 */
export function stepsOf(items, found = false) {
  const shown = drawnOf(items).map((item) =>
    item.row ? stepOf(item, item.row) : gapOf(item, found),
  );
  followUp(shown);
  return withPauses(shown);
}

/** Have the next message from a server elsewhere say which went there before it. */
function followUp(/** @type {Step[]} */ shown) {
  const asked = /** @type {Map<number, number>} */ (new Map());
  for (const step of shown) {
    const row = step.item?.row;
    if (!row || !SENT.has(step.kind) || !isFar(row)) continue;
    if (step.sender === "server") asked.set(row.exchange, step.seq);
    else {
      step.after = asked.get(row.exchange) ?? null;
      asked.delete(row.exchange);
    }
  }
}

/** Whether a row is of a connection that the app itself has opened, to a server elsewhere. */
function isFar(/** @type {Row} */ row) {
  return row.client === "upstream" && /^wss?:/.test(row.path);
}

/**
 * All but the sends of a broadcast, and each frame that is a whole message, if its message may be
 * there.
 */
function drawnOf(/** @type {Item[]} */ items) {
  const whole = items.some((item) => item.row && SENT.has(item.row.kind));
  return items.filter(
    (item) => item.type !== "member" && !(whole && item.row && isWholeMessage(item.row)),
  );
}

/**
 * A row never changes, so its step is made once; a broadcast's grows with its members.
 * @type {WeakMap<Row, Step>}
 */
const madeSteps = new WeakMap();

/** @param {Item} item @param {Row} row @returns {Step} */
function stepOf(item, row) {
  const known = madeSteps.get(row);
  if (known?.members.length === item.members.length) {
    known.item = item;
    return known;
  }
  const made = newStep(item, row);
  madeSteps.set(row, made);
  return made;
}

/** @param {Item} item @param {Row} row @returns {Step} */
function newStep(item, row) {
  const shape = row.sender === "lab" ? "band" : MARKED.has(row.kind) ? "mark" : "arrow";
  return {
    seq: row.seq,
    at: row.at,
    end: item.members[item.members.length - 1].at,
    shape,
    kind: row.kind,
    sender: row.sender,
    clients: shape === "band" ? [] : item.members.map((member) => member.client),
    chip: row.tag,
    label: row.label,
    tone: row.tone === "error" || row.tone === "life" ? row.tone : "",
    cause: row.cause,
    after: null,
    spontaneous: row.cause === null && row.sender === "server" && SENT.has(row.kind),
    members: item.members.map((member) => member.seq),
    item,
  };
}

/** What stands where rows are missing. @param {Item} item @param {boolean} found @returns {Step} */
function gapOf(item, found) {
  return { ...band("hole", item.seq, NaN, holeText(item, found)), shape: "band", item };
}

/** @returns {Step} */
function band(
  /** @type {string} */ kind,
  /** @type {number} */ seq,
  /** @type {number} */ at,
  /** @type {string} */ label,
) {
  return {
    seq,
    at,
    end: at,
    shape: "pause",
    kind,
    sender: "lab",
    clients: [],
    chip: "",
    label,
    tone: "",
    cause: null,
    after: null,
    spontaneous: false,
    members: [],
    item: null,
  };
}

/** @param {Step[]} shown @returns {Step[]} */
function withPauses(shown) {
  const all = /** @type {Step[]} */ ([]);
  let before = NaN;
  for (const each of shown) {
    // What is missing may have been anything but silence: NaN is no pause.
    if (each.at - before > PAUSE_SECONDS)
      all.push(band("pause", each.seq, each.at, lasted(each.at - before)));
    all.push(each);
    before = each.end;
  }
  return all;
}

/** How long a pause was: 4.2 s, 3 min 12 s, 2 h 5 min. @param {number} seconds */
export function lasted(seconds) {
  const whole = Math.floor(seconds + 0.5);
  if (whole < 60) return `${(Math.floor(seconds * 10 + 0.5) / 10).toFixed(1)} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * The clients in some steps by when they joined.
 * @param {Step[]} shown
 * @param {Record<string, number>} order name → number
 */
export function whoIsThere(shown, order) {
  const names = new Set(shown.flatMap((step) => step.clients).filter(Boolean));
  return [...names].sort(
    (one, other) => (order[one] ?? Infinity) - (order[other] ?? Infinity) || 0,
  );
}

/**
 * For each entry that caused messages among the steps, how many.
 * @param {Step[]} shown
 * @returns {Map<number, number>}
 */
export function effectsOf(shown) {
  const found = new Map();
  for (const { cause, kind, members } of shown) {
    if (cause !== null && SENT.has(kind))
      found.set(cause, (found.get(cause) ?? 0) + members.length);
  }
  return found;
}

/**
 * A step as a sentence for who cannot see it: "alice to server: text hi".
 * @param {Step} step
 * @param {number} caused how many messages it set off
 */
export function spoken(step, caused = 0) {
  if (step.shape === "pause") return `${step.label} later`;
  return [
    `${between(step)}${kindSaid(step)}${step.label}`.trim(),
    step.spontaneous ? "sent by itself" : step.cause !== null && `caused by #${step.cause}`,
    step.after !== null && `next after #${step.after}`,
    caused > 0 && `caused ${counted(caused, "message", "messages")}`,
  ]
    .filter(Boolean)
    .join(", ");
}

function between(/** @type {Step} */ step) {
  if (step.shape === "band") return "";
  const rest = step.clients.length - READ_OUT;
  const names = step.clients
    .slice(0, READ_OUT)
    .map((name) => escaped(name))
    .join(", ");
  if (step.shape === "mark") return names ? `server, for ${names}: ` : "server: ";
  if (step.sender === "client") return `${names} to server: `;
  return `server to ${names}${rest > 0 ? ` and ${rest} more` : ""}: `;
}

function kindSaid(/** @type {Step} */ step) {
  if (MARKED.has(step.kind)) return SPOKEN[step.kind] ?? "";
  if (step.chip) return /^(?:binary|frame)\b/.test(step.chip) ? `${step.chip} ` : `${step.chip}: `;
  return step.kind === "text" ? "text " : "";
}

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
 * @param {Step[]} steps
 */
export function savedEntries(steps) {
  return stretchesOfNumbers(
    steps
      .filter((step) => step.members.length)
      .slice(-MOST_STEPS)
      .flatMap((step) => step.members),
  );
}
