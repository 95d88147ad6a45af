/** Regular expressions that somebody typed: what is wrong with them, or too dangerous in them. No DOM. */

/**
 * Read a regular expression.
 * @param {string} source between the slashes
 * @param {string} flag "i" or ""
 * @returns {{regex: RegExp | null, problem: string}} the problem continues a sentence that names it
 */
export function readRegex(source, flag) {
  if (repeatsRepetition(source)) {
    return { regex: null, problem: "repeats what repeats itself, which may take for ever" };
  }
  try {
    return { regex: new RegExp(source, `${flag}u`), problem: "" };
  } catch {
    return readLoosely(source, flag);
  }
}

/** Without the u flag more is allowed, such as a backslash before a minus. */
function readLoosely(/** @type {string} */ source, /** @type {string} */ flag) {
  try {
    return { regex: new RegExp(source, flag), problem: "" };
  } catch (error) {
    return { regex: null, problem: `is no regular expression: ${reason(error)}` };
  }
}

/** "unterminated group", out of "Invalid regular expression: /(c/: Unterminated group". */
function reason(/** @type {unknown} */ error) {
  const said = /** @type {Error} */ (error).message.split(": ").at(-1) ?? "";
  return said.charAt(0).toLowerCase() + said.slice(1);
}

/**
 * Whether a group that may repeat without end has something in it that may, too: `(a+)+`. Neither a
 * browser nor a kernel can be told to stop looking, and thirty characters keep them busy for hours.
 * @param {string} source
 */
export function repeatsRepetition(source) {
  const groups = [false];
  let closed = false;
  for (const [token] of source.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|P?<\w+>))?|\)|[+*]|\{\d+,\}|[^]/g)) {
    if (token.startsWith("(")) groups.push(false);
    const repeats = token === "+" || token === "*" || token.startsWith("{") && token.length > 2;
    if (repeats && closed) return true;
    if (repeats) groups[groups.length - 1] = true;
    const inside = token === ")" && groups.length > 1 ? groups.pop() : false;
    if (inside) groups[groups.length - 1] = true;
    closed = Boolean(inside);
  }
  return false;
}
