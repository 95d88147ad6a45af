/**
 * Rows as they came from the kernel, folded into the items a picture shows, and what frames among
 * them are. No DOM.
 */

import { counted, escaped, sizedWithUnit } from "../shared/format.js";
import { SIZED } from "./row.js";

/**
 * @typedef {import("./row.js").Row} Row
 *
 * An item is what a picture shows as one: a row, a broadcast (a row with several members), one send
 * of an opened broadcast ("member"), or a "hole", where rows are missing. `id` tells items apart:
 * it is the number `seq`, negative for a member. A hole is missing `count` rows from the place
 * `from`.
 * @typedef {{type: "row" | "member" | "hole", id: number, seq: number, row: Row | null, members:
 *   Row[],
 *   opened: boolean, count: number, oldest: boolean, from: number}} Item
 */

// A broadcast's sends may have a print or another client's message in between.
export const FOLD_DISTANCE = 8;

// A timer's broadcast has no cause to be known by; its sends follow each other this closely.
export const FOLD_SECONDS = 0.05;

/** Whether a row carries something that somebody sent. @param {Row} row */
export function hasPayload(row) {
  return SIZED.has(row.kind);
}

/**
 * Fold rows into items: one for each broadcast, one for each hole in the places.
 * @param {Row[]} rows by place
 * @param {number} first the oldest place that the kernel still has
 * @param {Set<number>} opened numbers of the broadcasts whose members are shown
 * @param {(row: Row) => boolean} [passes] whether a row is shown; the others are passed over
 * @returns {Item[]}
 */
export function fold(rows, first, opened, passes) {
  const items = /** @type {Item[]} */ ([]);
  const newest = new Map();
  let expected = first;
  let before = 0;
  for (const row of rows) {
    if (row.place > expected)
      items.push(hole(before + 1, expected, row.place - expected, before === 0));
    expected = row.place + 1;
    before = row.seq;
    if (!passes || passes(row)) insert(row, items, newest);
  }
  return opened.size ? unfold(items, opened) : items;
}

/** @returns {Item} */
function hole(
  /** @type {number} */ seq,
  /** @type {number} */ from,
  /** @type {number} */ count,
  /** @type {boolean} */ oldest,
) {
  return { type: "hole", id: seq, seq, row: null, members: [], opened: false, count, oldest, from };
}

/** A row as an item of its own. @param {Row} row @returns {Item} */
export function single(row) {
  return {
    type: "row",
    id: row.seq,
    seq: row.seq,
    row,
    members: [row],
    opened: false,
    count: 1,
    oldest: false,
    from: row.place,
  };
}

function insert(
  /** @type {Row} */ row,
  /** @type {Item[]} */ items,
  /** @type {Map<string, {item: Item, at: number}>} */ newest,
) {
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
function belongs(
  /** @type {Row} */ row,
  /** @type {Row[]} */ members,
  /** @type {number} */ distance,
) {
  if (members.some((member) => member.exchange === row.exchange)) return false;
  if (row.cause === null)
    return distance === 0 && row.at - members[members.length - 1].at <= FOLD_SECONDS;
  return distance <= FOLD_DISTANCE;
}

function unfold(/** @type {Item[]} */ items, /** @type {Set<number>} */ opened) {
  return items.flatMap((item) => {
    if (item.count < 2 || item.type !== "row" || !opened.has(item.seq)) return [item];
    const members = item.members.map(
      (row) => /** @type {Item} */ ({ ...single(row), type: "member", id: -row.seq }),
    );
    return [{ ...item, opened: true }, ...members];
  });
}

/**
 * How rows hang together with one: what set it off, and what it set off, at any remove.
 * @param {Row[]} rows by number
 * @param {number[]} seqs the one, with all members if it is a broadcast
 * @returns {Map<number, "self" | "cause" | "effect">}
 */
export function chain(rows, seqs) {
  const linked = new Map(
    seqs.map((seq) => [seq, /** @type {"self" | "cause" | "effect"} */ ("self")]),
  );
  const causes = new Map();
  for (const row of rows) {
    if (row.cause === null) continue;
    causes.set(row.seq, row.cause);
    const from = linked.get(row.cause);
    if (from && !linked.has(row.seq)) linked.set(row.seq, "effect");
  }
  for (
    let cause = causes.get(seqs[0]);
    cause !== undefined && !linked.has(cause);
    cause = causes.get(cause)
  )
    linked.set(cause, "cause");
  return linked;
}

/**
 * @typedef {{text: string, as: "" | "name" | "arrow" | "more" | "mono" | "chip"}} Part a piece of a
 *   cell
 */

/** Who sent it and to whom. @param {Item} item @returns {Part[]} */
export function who(item, most = 2) {
  const row = /** @type {Row} */ (item.row);
  if (row.who) return [part(row.who)];
  const arrow = part("→", "arrow");
  if (row.sender === "client") return [part(escaped(row.client), "name"), arrow, part("server")];
  const members = item.type === "member" ? [row] : item.members;
  const names = members
    .slice(0, most)
    .map((member) => escaped(member.client))
    .join(", ");
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
  const { lead, chip, payload, said } = row;
  return [part(lead), part(chip, "chip"), part(payload, "mono"), part(said)].filter(
    ({ text }) => text,
  );
}

/** Whether a row goes right across: what belongs to the lab. @param {Item} item */
export function isWide(item) {
  return item.type === "hole" || item.row?.sender === "lab";
}

/**
 * What a hole says.
 * @param {Item} item
 * @param {boolean} [found] whether only what a filter found is shown
 */
export function holeText(item, found = false) {
  const [one, many] = found ? ["match", "matches"] : ["row", "rows"];
  const rows = counted(
    item.count,
    item.oldest ? `older ${one}` : one,
    item.oldest ? `older ${many}` : many,
  );
  return item.oldest ? `${rows} in the kernel: show` : `${rows} not sent to this view: show`;
}

// RFC 6455 5.2.
const OPCODES = /** @type {Record<string, string>} */ ({
  continuation: "0x0, another piece of the message",
  text: "0x1, a text message, or its first piece",
  binary: "0x2, a binary message, or its first piece",
  close: "0x8, one half of the closing handshake",
  ping: "0x9, to be answered with a pong",
  pong: "0xA, the answer to a ping",
});

/** Whether a row is a frame that is all of a message. @param {Row} row */
export function isWholeMessage(row) {
  return row.kind === "frame" && /^(text|binary), FIN\b/.test(row.note ?? "");
}

/**
 * What the bits of a frame say, as terms and what they mean here.
 * @param {Row} row
 * @returns {[string, string][]}
 */
export function explained(row) {
  const [words] = (row.note ?? "").split(" · ");
  const [opcode, ...flags] = words.split(", ");
  const wire = /^compressed to (\d+) bytes?$/.exec(
    flags.find((flag) => flag.startsWith("compressed")) ?? "",
  );
  const reserved = flags.filter((flag) => flag.startsWith("RSV")).join(", ");
  const told = /** @type {[string, string | false][]} */ ([
    ["opcode", `${opcode} (${OPCODES[opcode] ?? "unknown"})`],
    [
      "FIN",
      flags.includes("FIN")
        ? "set: nothing more of it comes"
        : "not set: more of the message comes",
    ],
    ["reserved", reserved === "RSV1" ? "RSV1: the message is compressed" : reserved],
    [
      "mask",
      flags.includes("masked")
        ? "masked: what a client sends must be"
        : "not masked: what a server sends never is",
    ],
    ["on the wire", wire !== null && compressedTo(Number(wire[1]), row.size)],
    ["outcome", flags.includes("not taken") && "not understood: it ended the connection"],
  ]);
  return /** @type {[string, string][]} */ (told.filter(([, said]) => said));
}

function compressedTo(/** @type {number} */ wire, /** @type {number} */ size) {
  const share = size && wire < size ? `, ${Math.round((100 * wire) / size)} % of its size` : "";
  return `${wire < 1000 ? counted(wire, "byte", "bytes") : sizedWithUnit(wire)} compressed${share}`;
}
