/** Rows as they came from the kernel, folded into the items a table shows. No DOM. */

import { escaped } from "./format.js";

/**
 * @typedef {{seq: number, at: number, exchange: number, kind: string, sender: string, text: string,
 *   size: number, cause: number | null, revision: number, where: string | null, code: number | null,
 *   note: string | null, cut: number, bytes: boolean, error: boolean, client: string}} Row
 * @typedef {{type: "row" | "member" | "hole", seq: number, row: Row | null, members: Row[],
 *   opened: boolean, count: number, oldest: boolean}} Item
 */

// A broadcast's sends may have a print or another client's message in between.
export const FOLD_DISTANCE = 8;

// A timer's broadcast has no cause to be known by; its sends follow each other this closely.
export const FOLD_SECONDS = 0.05;

const LIFE = new Set(["open", "accept", "refuse", "close", "exception", "swap", "lab"]);
const QUIET = new Set(["open", "accept", "close", "print"]);
const PAYLOAD = new Set(["text", "binary", "body", "response"]);

/**
 * @param {any[]} wire one row of a message
 * @param {Record<string, [string, string, string]>} exchanges of the same message
 * @returns {Row}
 */
export function toRow(wire, exchanges) {
  const [seq, at, exchange, kind, sender, text, size, cause, revision, where, code, note, cut, flags] = wire;
  const client = exchanges[exchange]?.[1] ?? "";
  return {
    seq, at, exchange, kind, sender, text, size, cause, revision, where, code, note, cut, client,
    bytes: flags.includes("b"), error: flags.includes("e"),
  };
}

/** @param {Row} row */
export function isLife(row) {
  return LIFE.has(row.kind);
}

/** Whether a row carries something that somebody sent. @param {Row} row */
export function hasPayload(row) {
  return PAYLOAD.has(row.kind);
}

/**
 * Fold rows into items: one for each broadcast, one for each hole in the numbers.
 * @param {Row[]} rows by number
 * @param {number} first the oldest number that the kernel still has
 * @param {Set<number>} opened numbers of the broadcasts whose members are shown
 * @returns {Item[]}
 */
export function fold(rows, first, opened) {
  const items = /** @type {Item[]} */ ([]);
  const newest = new Map();
  let expected = first;
  for (const row of rows) {
    if (row.seq > expected) items.push(hole(expected, row.seq - expected, items.length === 0));
    expected = row.seq + 1;
    insert(row, items, newest);
  }
  return opened.size ? unfold(items, opened) : items;
}

/** @returns {Item} */
function hole(/** @type {number} */ seq, /** @type {number} */ count, /** @type {boolean} */ oldest) {
  return { type: "hole", seq, row: null, members: [], opened: false, count, oldest };
}

/** @returns {Item} */
function single(/** @type {Row} */ row) {
  return { type: "row", seq: row.seq, row, members: [row], opened: false, count: 1, oldest: false };
}

function insert(/** @type {Row} */ row, /** @type {Item[]} */ items, /** @type {Map<string, {item: Item, at: number}>} */ newest) {
  const foldable = row.sender === "server" && (row.kind === "text" || row.kind === "binary");
  if (!foldable) {
    items.push(single(row));
    return;
  }
  const key = `${row.cause}|${row.kind}|${row.where}|${row.size}|${row.cut}|${row.text}`;
  const group = newest.get(key);
  if (group && belongs(row, group.item.members, items.length - group.at)) {
    group.item.members.push(row);
    group.item.count += 1;
    group.at = items.length;
    return;
  }
  const item = single(row);
  items.push(item);
  newest.set(key, { item, at: items.length });
}

/** Whether a send is one more of a broadcast: to somebody else, and soon after. */
function belongs(/** @type {Row} */ row, /** @type {Row[]} */ members, /** @type {number} */ distance) {
  if (members.some((member) => member.exchange === row.exchange)) return false;
  if (row.cause === null) return distance === 0 && row.at - members[members.length - 1].at <= FOLD_SECONDS;
  return distance <= FOLD_DISTANCE;
}

function unfold(/** @type {Item[]} */ items, /** @type {Set<number>} */ opened) {
  return items.flatMap((item) => {
    if (item.count < 2 || item.type !== "row" || !opened.has(item.seq)) return [item];
    const members = item.members.map((row) => /** @type {Item} */ ({ ...single(row), type: "member" }));
    return [{ ...item, opened: true }, ...members];
  });
}

/**
 * The numbers of what set a row off, and of what it set off, itself among them.
 * @param {Row[]} rows by number
 * @param {number} seq
 */
export function chain(rows, seq) {
  const causes = new Map(rows.map((row) => [row.seq, row.cause]));
  const linked = new Set([seq]);
  for (const row of rows) {
    if (row.cause !== null && row.seq > seq && linked.has(row.cause)) linked.add(row.seq);
  }
  for (let cause = causes.get(seq); cause != null && !linked.has(cause); cause = causes.get(cause)) linked.add(cause);
  return linked;
}

/**
 * @typedef {{text: string, as: "" | "name" | "arrow" | "more" | "mono" | "chip"}} Part a piece of a cell
 */

/** Who sent it and to whom. @param {Item} item @returns {Part[]} */
export function who(item, most = 2) {
  const row = /** @type {Row} */ (item.row);
  if (row.kind === "exception") return [part(row.note ? `in ${row.note}` : "server")];
  if (row.kind === "print") return [part("printed")];
  const arrow = part("⟶", "arrow");
  if (row.sender === "client") return [part(escaped(row.client), "name"), arrow, part("server")];
  const members = item.type === "member" ? [row] : item.members;
  const names = members.slice(0, most).map((member) => escaped(member.client)).join(", ");
  const more = members.length > 1 ? [part(rest(item, most), "more")] : [];
  return [part(item.type === "member" ? "" : "server"), arrow, part(names, "name"), ...more];
}

function rest(/** @type {Item} */ item, /** @type {number} */ most) {
  const caret = item.opened ? "▾" : "▸";
  return item.members.length > most ? `+${item.members.length - most} ${caret}` : caret;
}

/** @returns {Part} */
function part(/** @type {string} */ text, /** @type {Part["as"]} */ as = "") {
  return { text, as };
}

/** What happened. @param {Row} row @returns {Part[]} */
export function what(row) {
  const text = escaped(row.text) + (row.cut ? (row.bytes ? " …" : "…") : "");
  const said = { open: opened, accept: accepted, close: closed, refuse: refused, exception: raised }[row.kind];
  if (said) return [part(said(row, text))];
  if (row.kind === "request") return [part(`${row.note ?? "GET"} `), part(text, "mono")];
  const payload = row.bytes ? [part("binary", "chip"), part(text, "mono")] : [part(text, "mono")];
  if (row.kind === "response") return [part(`${row.code} `), ...(row.text ? payload : [part(row.note ?? "")])];
  return row.kind === "swap" || row.kind === "lab" ? [part(text)] : payload;
}

function joined(/** @type {(string | null | false)[]} */ ...parts) {
  return parts.filter(Boolean).join(" · ");
}
const opened = (/** @type {Row} */ row, /** @type {string} */ text) => joined(`opened ${text}`, row.note && `offers ${row.note}`);
const accepted = (/** @type {Row} */ _, /** @type {string} */ text) => joined("accepted", text && `subprotocol ${text}`);
const closed = (/** @type {Row} */ row, /** @type {string} */ text) => joined(`closed ${row.code} ${row.note ?? ""}`.trim(), text);
const refused = (/** @type {Row} */ row, /** @type {string} */ text) => joined(`refused ${row.code}`, text);
const raised = (/** @type {Row} */ row, /** @type {string} */ text) => joined(text, row.where);

/** How a row looks: "wide", "error", "quiet" or "". @param {Row} row */
export function tone(row) {
  if (row.error) return "error";
  return QUIET.has(row.kind) ? "quiet" : "";
}

/** Whether a row goes right across: what belongs to the lab. @param {Item} item */
export function isWide(item) {
  return item.type === "hole" || item.row?.sender === "lab";
}

/** What a hole says. @param {Item} item */
export function holeText(item) {
  const rows = `${String(item.count).replace(/\B(?=(\d{3})+$)/g, ",")} ${item.oldest ? "older row" : "row"}${item.count === 1 ? "" : "s"}`;
  return item.oldest ? `${rows} in the kernel: show` : `${rows} not sent to this view: show`;
}
