/** Frames: what the kernel says of one, put into words. No DOM. `traffic/frames.py` writes what is read here. */

import { counted, sizedWithUnit } from "./format.js";

/** @typedef {import("./rows.js").Row} Row */

// RFC 6455 5.2.
const OPCODES = /** @type {Record<string, string>} */ ({
  continuation: "0x0, another piece of the message", text: "0x1, a text message, or its first piece",
  binary: "0x2, a binary message, or its first piece", close: "0x8, one half of the closing handshake",
  ping: "0x9, to be answered with a pong", pong: "0xA, the answer to a ping",
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
  const wire = /^compressed to (\d+) bytes?$/.exec(flags.find((flag) => flag.startsWith("compressed")) ?? "");
  const reserved = flags.filter((flag) => flag.startsWith("RSV")).join(", ");
  const told = /** @type {[string, string | false][]} */ ([
    ["opcode", `${opcode} (${OPCODES[opcode] ?? "unknown"})`],
    ["FIN", flags.includes("FIN") ? "set: nothing more of it comes" : "not set: more of the message comes"],
    ["reserved", reserved === "RSV1" ? "RSV1: the message is compressed" : reserved],
    ["mask", flags.includes("masked") ? "masked: what a client sends must be" : "not masked: what a server sends never is"],
    ["on the wire", wire !== null && compressedTo(Number(wire[1]), row.size)],
    ["outcome", flags.includes("not taken") && "not understood: it ended the connection"],
  ]);
  return /** @type {[string, string][]} */ (told.filter(([, said]) => said));
}

function compressedTo(/** @type {number} */ wire, /** @type {number} */ size) {
  const share = size && wire < size ? `, ${Math.round((100 * wire) / size)} % of its size` : "";
  return `${wire < 1000 ? counted(wire, "byte", "bytes") : sizedWithUnit(wire)} compressed${share}`;
}
