/**
 * How numbers, times and payloads are written, and the forms in which one may copy a payload. No
 * DOM.
 */

// What Unicode calls controls (Cc), format characters (Cf), the separators of lines and paragraphs,
// and fillers and selectors that are letters or marks and show nothing: the same set as in
// `playground/traffic/escapes.py`, for browsers' tables of Unicode are of different years.
const UNSEEN = new RegExp(
  "[\\u{0}-\\u{1f}\\u{7f}-\\u{9f}\\u{ad}\\u{34f}\\u{600}-\\u{605}\\u{61c}\\u{6dd}\\u{70f}" +
    "\\u{890}\\u{891}\\u{8e2}\\u{115f}\\u{1160}\\u{17b4}\\u{17b5}\\u{180b}-\\u{180f}" +
    "\\u{200b}-\\u{200f}\\u{2028}-\\u{202e}\\u{2060}-\\u{206f}\\u{3164}\\u{feff}\\u{ffa0}" +
    "\\u{fff0}-\\u{fffb}\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}" +
    "\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]",
  "gu",
);
// What emoji are made of. Between two of them a joiner makes one picture, and hides nothing.
const PICTURES =
  "\\u{a9}\\u{ae}\\u{203c}\\u{2049}\\u{2122}\\u{2139}\\u{2194}-\\u{21aa}\\u{231a}-\\u{23ff}" +
  "\\u{24c2}\\u{25aa}-\\u{27bf}\\u{2934}\\u{2935}\\u{2b05}-\\u{2b55}\\u{1f000}-\\u{1faff}";
// Begun at its beginning: Chromium 150 finds no such set that is only said to stand at the end.
const BEFORE = new RegExp(`^.?[${PICTURES}\\u{fe0f}]$`, "u");
const AFTER = new RegExp(`^[${PICTURES}]`, "u");
const SHORT = /** @type {Record<string, string>} */ ({ "\n": "\\n", "\r": "\\r", "\t": "\\t" });

/**
 * Write control characters out, and marks that nobody sees or that turn the reading direction.
 * @param {string} text
 * @param {string} [keep] characters to leave as they are
 */
export function escaped(text, keep = "") {
  return text.replace(UNSEEN, (char, /** @type {number} */ at) => {
    if (keep.includes(char) || (char === "\u200d" && joins(text, at))) return char;
    const code = char.codePointAt(0) ?? 0;
    if (code < 256) return SHORT[char] ?? `\\x${hex(code, 2)}`;
    return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
}

/** Whether what stands there joins two emoji into one. */
function joins(/** @type {string} */ text, /** @type {number} */ at) {
  return BEFORE.test(text.slice(Math.max(0, at - 2), at)) && AFTER.test(text.slice(at + 1, at + 3));
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
export function counted(
  /** @type {number} */ number,
  /** @type {string} */ one,
  /** @type {string} */ many,
) {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** @param {number} number */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * The time since the row before, in at most seven characters: +0.412, +9m42s, +2h05m, +5d.
 * `exports/text.py` has the same.
 * @param {number} seconds
 */
export function delta(seconds) {
  const thousandths = Math.floor(Math.max(0, seconds) * 1000 + 0.5);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  if (thousandths < 60_000)
    return `+${Math.floor(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, "0")}`;
  const whole = Math.floor(seconds + 0.5);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `+${minutes}m${two(whole % 60)}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 100 ? `+${hours}h${two(minutes % 60)}m` : `+${Math.floor(hours / 24)}d`;
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
    const codes = part
      .map((byte) => hex(byte, 2))
      .join(" ")
      .padEnd(width * 3 - 1);
    const ascii = part
      .map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "."))
      .join("");
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
 * A message as JSON, or undefined if it is none. Numbers that JavaScript would round stay as
 * written.
 * @param {string} text
 */
export function parsedJson(text) {
  if (!/^\s*[[{"\d\-tfn]/.test(text)) return undefined;
  try {
    return JSON.parse(text, /** @type {any} */ (verbatim));
  } catch {
    return undefined;
  }
}

/** The third argument is newer than what is known of `JSON.parse`; an old browser gives none. */
function verbatim(
  /** @type {string} */ _,
  /** @type {unknown} */ value,
  /** @type {{source?: string} | undefined} */ context,
) {
  if (typeof value !== "number" || !context?.source) return value;
  return exact(value, context.source) ? value : new Verbatim(context.source);
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

// A string of more bytes at once would be too many arguments.
const CHUNK = 0x8000;

/**
 * @typedef {{name: string, text: string}} Copy
 * @typedef {{seq: number, text: string | null, bytes: Uint8Array | null, json: unknown,
 *   command: {tool: string, line: string} | null}} Held
 */

/**
 * A payload as a file: its name, what is in it, and of which type that is; null if there is none.
 * @param {Held} held
 * @returns {{name: string, data: BlobPart, type: string} | null}
 */
export function fileOf({ seq, text, bytes, json }) {
  if (bytes?.length) {
    const data = /** @type {BlobPart} */ (bytes);
    return { name: `message-${seq}.bin`, data, type: "application/octet-stream" };
  }
  if (!text) return null;
  const isJson = json !== undefined;
  return {
    name: `message-${seq}.${isJson ? "json" : "txt"}`,
    data: text,
    type: isJson ? "application/json" : "text/plain",
  };
}

/**
 * The forms in which something can be copied, the one that fits best first.
 * @param {Held} held
 * @returns {Copy[]}
 */
export function copiesOf({ text, bytes, json, command }) {
  const copies = /** @type {Copy[]} */ ([]);
  if (text) copies.push({ name: "text", text });
  if (text && json !== undefined) copies.push({ name: "JSON", text: prettyJson(text) });
  const raw = bytes ?? (text ? new TextEncoder().encode(text) : null);
  if (raw?.length)
    copies.push({ name: "hex", text: hexOf(raw) }, { name: "base64", text: base64Of(raw) });
  if (command) copies.push({ name: command.tool, text: command.line });
  return copies;
}

/** @param {Uint8Array} bytes */
export function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** @param {Uint8Array} bytes */
export function base64Of(bytes) {
  let binary = "";
  for (let start = 0; start < bytes.length; start += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  return btoa(binary);
}

/** JSON laid out over lines, each number and text as it was written. @param {string} json */
export function prettyJson(json) {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  return tokens
    .map((token, index) => {
      const next = tokens[index + 1];
      if (token === "{" || token === "[") {
        if (next === "}" || next === "]") return token;
        depth += 1;
        return token + line();
      }
      if (token === "}" || token === "]") {
        const before = tokens[index - 1];
        if (before === "{" || before === "[") return token;
        depth -= 1;
        return line() + token;
      }
      if (token === ",") return token + line();
      return token === ":" ? ": " : token;
    })
    .join("");
}
