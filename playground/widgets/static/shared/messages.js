/**
 * What may be sent: a message as it was typed, a close code and a reason; and what was sent
 * before. No DOM.
 */

/** As what a message may be typed, and what that is called. @type {[string, string][]} */
export const FORMATS = [
  ["text", "text"],
  ["json", "JSON"],
  ["binary", "binary"],
];

/** @typedef {{data: string, format: "text" | "binary"} | {problem: string}} Typed */

/**
 * Read what was typed as a message, or say in words why it is none.
 * @param {string} kind "text", "json" or "binary"
 * @param {string} typed
 * @returns {Typed} the data of binary is hex digits
 */
export function read(kind, typed) {
  if (!typed) return { problem: "Type a message first." };
  if (kind === "binary") return readHex(typed);
  const problem = kind === "json" ? jsonProblem(typed) : "";
  return problem ? { problem } : { data: typed, format: "text" };
}

/** @param {string} typed @returns {Typed} */
function readHex(typed) {
  const digits = typed.replace(/0x|[\s:,]/gi, "");
  if (/[^0-9a-f]/i.test(digits) || !digits) {
    return { problem: "Write bytes in hex, two digits for each: 89 50 4e 47." };
  }
  if (digits.length % 2)
    return { problem: "One hex digit is left over: each byte needs two, such as 0a." };
  return { data: digits.toLowerCase(), format: "binary" };
}

/** Why a text is no JSON, as a sentence; "" if it is. @param {string} text */
export function jsonProblem(text) {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return `This is not JSON${where(String(error), text)}. ${advice(text)}`.trim();
  }
}

function where(/** @type {string} */ error, /** @type {string} */ text) {
  const found = /position (\d+)/.exec(error);
  if (found && Number(found[1]) < text.length) return `: see character ${Number(found[1]) + 1}`;
  return /end of JSON|Unterminated|position/.test(error) ? ": it ends too early" : "";
}

function advice(/** @type {string} */ text) {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  if (bare.includes("'")) return 'JSON puts texts between double quotes: "hello".';
  if (/\b(?:True|False|None)\b/.test(bare)) return "JSON writes true, false and null.";
  if (/,\s*[\]}]/.test(bare)) return "JSON has no comma after the last item.";
  if (/^[^\s[{"\d-]/.test(bare)) return 'A text needs double quotes in JSON: "hello".';
  return "";
}

export const MOST_REASON = 123;

/**
 * Why a connection cannot be closed like this (RFC 6455 7.4, 5.5), by field; empty if it can.
 * @param {string} code @param {string} reason
 * @returns {{code?: string, reason?: string}}
 */
export function closeProblems(code, reason) {
  const number = Number(code);
  const right =
    /^\d{4}$/.test(code.trim()) && (number === 1000 || (number >= 3000 && number <= 4999));
  const size = new TextEncoder().encode(reason).length;
  return {
    ...(right ? {} : { code: "A client may close with 1000, or with 3000 to 4999." }),
    ...(size > MOST_REASON
      ? { reason: `A reason has at most ${MOST_REASON} bytes; this one has ${size}.` }
      : {}),
  };
}

const MOST_LINES = 200;

export class History {
  constructor() {
    /** @type {string[]} */
    this.lines = [];
    this.at = 0;
    this.draft = "";
  }

  /** Remember a line; the same twice in a row counts once. @param {string} line */
  add(line) {
    if (this.lines.at(-1) !== line) this.lines.push(line);
    if (this.lines.length > MOST_LINES) this.lines.shift();
    this.at = this.lines.length;
  }

  /** The line before; what was being typed is kept. @param {string} typed @returns {string} */
  earlier(typed) {
    if (this.at === this.lines.length) this.draft = typed;
    this.at = Math.max(0, this.at - 1);
    return this.lines[this.at] ?? typed;
  }

  /**
   * The line after, and at the end what was being typed.
   * @param {string} typed
   * @returns {string}
   */
  later(typed) {
    if (this.at >= this.lines.length) return typed;
    this.at += 1;
    return this.lines[this.at] ?? this.draft;
  }
}
