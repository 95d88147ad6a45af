/** How numbers, times and payloads are written. No DOM. */

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Write control characters out, and marks that nobody sees or that turn the reading direction.
 * @param {string} text
 * @param {string} [keep] characters to leave as they are
 */
export function escaped(text, keep = "") {
  return text.replace(UNSEEN, (char) => {
    if (keep.includes(char)) return char;
    const code = char.charCodeAt(0);
    return SHORT[char] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
  });
}

function hex(/** @type {number} */ number, /** @type {number} */ digits) {
  return number.toString(16).padStart(digits, "0");
}

/** A number of bytes, short: 30, 4.1k, 2.0M. @param {number} size */
export function sized(size) {
  if (size < 1000) return String(size);
  const [number, unit] = size < 999_500 ? [size / 1e3, "k"] : [size / 1e6, "M"];
  return `${number < 99.95 ? number.toFixed(1) : number.toFixed(0)}${unit}`;
}

/** A number of bytes with its unit: 30 B, 88 kB. @param {number} size */
export function sizedWithUnit(size) {
  const short = sized(size);
  const unit = { k: " kB", M: " MB" }[short.at(-1) ?? ""];
  return unit ? short.slice(0, -1) + unit : `${short} B`;
}

/** A number with its noun: 1 entry, 1,204 entries. */
export function counted(/** @type {number} */ number, /** @type {string} */ one, /** @type {string} */ many) {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** @param {number} number */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Seconds since the row before: +0.412. @param {number} seconds */
export function delta(seconds) {
  const positive = Math.max(0, seconds);
  return `+${positive < 1000 ? positive.toFixed(3) : positive.toFixed(0)}`;
}

/** The time of day, with milliseconds. @param {number} at seconds since the Unix epoch */
export function clock(at) {
  const date = new Date(at * 1000);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const day = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${day}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** A short time in words: 0.4 ms, 1.20 s. @param {number} seconds */
export function duration(seconds) {
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}

/**
 * Bytes as lines of offset, hex and ASCII.
 * @param {Uint8Array} bytes
 * @param {number} [width] bytes in a line
 */
export function hexDump(bytes, width = 8) {
  const lines = [];
  for (let start = 0; start < bytes.length; start += width) {
    const part = [...bytes.subarray(start, start + width)];
    const codes = part.map((byte) => hex(byte, 2)).join(" ").padEnd(width * 3 - 1);
    const ascii = part.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${hex(start, 4)}  ${codes}  ${ascii}`);
  }
  return lines.join("\n");
}

/** "In[7]:9" as a person says it. @param {string} where */
export function place(where) {
  const found = /^(.*):(\d+)$/.exec(where);
  return found ? `${found[1].replace(/^In\[/, "In [")} line ${found[2]}` : where;
}

/**
 * A message as JSON, or undefined if it is none. Numbers that JavaScript would round stay as written.
 * @param {string} text
 */
export function parsedJson(text) {
  if (!/^\s*[[{"\d\-tfn]/.test(text)) return undefined;
  try {
    return JSON.parse(text, (_, value, context) =>
      typeof value === "number" && context?.source && !exact(value, context.source) ? new Verbatim(context.source) : value);
  } catch {
    return undefined;
  }
}

function exact(/** @type {number} */ value, /** @type {string} */ source) {
  return !/^-?\d+$/.test(source) || Number.isSafeInteger(value);
}

/** A number as it was written. */
export class Verbatim {
  constructor(/** @type {string} */ source) {
    this.source = source;
  }
}
