/** What a row holds, in the forms in which one may want to have it. No DOM. */

// A string of more bytes at once would be too many arguments.
const CHUNK = 0x8000;

/**
 * @typedef {{name: string, text: string}} Copy
 * @typedef {{text: string | null, bytes: Uint8Array | null, json: unknown,
 *   command: {tool: string, line: string} | null}} Held
 */

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
  if (raw?.length) copies.push({ name: "hex", text: hexOf(raw) }, { name: "base64", text: base64Of(raw) });
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
  for (let start = 0; start < bytes.length; start += CHUNK) binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  return btoa(binary);
}

/** JSON laid out over lines, each number and text as it was written. @param {string} json */
export function prettyJson(json) {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  return tokens.map((token, index) => {
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
  }).join("");
}
