/** A frame's header in rows of 32 bits, and what a byte of its payload is unmasked. No DOM. */

/**
 * @typedef {object} Cell a piece of a field: all of it, or what of it stands in one row
 * @property {number} part the field's place
 * @property {number} bits how many of the row's
 * @property {string} name
 * @property {string} value
 * @property {boolean} goesOn whether the row before has the beginning
 */

const ROW = 32;

/**
 * The rows of a header, as RFC 6455 5.2 draws them, and the beginning of the payload.
 * @param {[string, number, string, string][]} parts name, bits, value, sentence
 * @param {number} size of the payload, in bytes
 * @returns {Cell[][]}
 */
export function bitRows(parts, size) {
  /** @type {Cell[][]} */
  const rows = [];
  let taken = 0;
  parts.forEach(([name, bits, value], part) => {
    for (const [at, take] of pieces(taken, bits)) {
      const shown = pieceOf(value, bits, at, take);
      put(rows, taken + at, { part, bits: take, name, value: shown, goesOn: at > 0 });
    }
    taken += bits;
  });
  if (size) putPayload(rows, taken, size, parts.length);
  return rows;
}

function putPayload(
  /** @type {Cell[][]} */ rows,
  /** @type {number} */ taken,
  /** @type {number} */ size,
  /** @type {number} */ part,
) {
  const room = (ROW - (taken % ROW)) / 8;
  const first = Math.min(room, size);
  const name = "Payload data";
  const value = `${first} of ${size.toLocaleString("en")}`;
  put(rows, taken, { part, bits: first * 8, name, value, goesOn: false });
  const rest = Math.min(4, size - first);
  const more = size - first > 4 ? "…" : "";
  if (rest) put(rows, taken + first * 8, { part, bits: rest * 8, name, value: more, goesOn: true });
}

/** Where a field of so many bits is cut: its pieces, each with its place within the field. */
function* pieces(/** @type {number} */ taken, /** @type {number} */ bits) {
  for (let at = 0; at < bits; ) {
    const take = Math.min(ROW - ((taken + at) % ROW), bits - at);
    yield [at, take];
    at += take;
  }
}

/** What of a value stands in a piece: its own bytes of a key; a number in the widest one. */
function pieceOf(
  /** @type {string} */ value,
  /** @type {number} */ bits,
  /** @type {number} */ at,
  /** @type {number} */ take,
) {
  const bytes = value.split(" ");
  if (bytes.length * 8 === bits) return bytes.slice(at / 8, (at + take) / 8).join(" ");
  return take === Math.min(bits, ROW) || (take >= bits / 2 && at === 0) ? value : "";
}

function put(/** @type {Cell[][]} */ rows, /** @type {number} */ at, /** @type {Cell} */ cell) {
  const row = Math.floor(at / ROW);
  rows[row] ??= [];
  rows[row].push(cell);
}

/** Bytes as they are written in hex. @param {string} hex @returns {number[]} */
export function hexBytes(hex) {
  return (hex.match(/../g) ?? []).map((each) => Number.parseInt(each, 16));
}

/** @param {number[]} head @param {number[]} key */
export function unmasked(head, key) {
  return head.map((byte, at) => (key.length ? byte ^ key[at % 4] : byte));
}

/** @param {number} byte */
export function byteHex(byte) {
  return byte.toString(16).padStart(2, "0");
}

/** A byte as the letter it is, if it is one that can be seen. @param {number} byte */
export function letter(byte) {
  return byte > 32 && byte < 127 ? String.fromCharCode(byte) : byte === 32 ? "␣" : "·";
}

const bits = (/** @type {number} */ byte) => byte.toString(2).padStart(8, "0");

/**
 * What a byte of the payload is, in a sentence.
 * @param {number[]} head as on the wire
 * @param {number[]} key
 * @param {number} at
 * @param {string} what the unmasked byte belongs to, "" for a text or bytes
 */
export function byteSays(head, key, at, what) {
  const plain = unmasked(head, key)[at];
  const said = what
    ? `, ${what}`
    : plain > 31 && plain < 127
      ? `, “${String.fromCharCode(plain)}”`
      : "";
  if (!key.length) return `Byte ${at + 1}: ${byteHex(plain)}${said}. Not masked.`;
  const mask = key[at % 4];
  return (
    `Byte ${at + 1}: ${byteHex(head[at])} XOR ${byteHex(mask)} ` +
    `(byte ${(at % 4) + 1} of the key) = ` +
    `${byteHex(plain)}${said}. ${bits(head[at])} ⊕ ${bits(mask)} = ${bits(plain)}`
  );
}
