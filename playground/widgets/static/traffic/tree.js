/** A JSON value as a tree that opens, and what has one in it: a packet, what a decoder said. */

import { button, element } from "../shared/dom.js";
import { escaped, grouped, parsedJson, Verbatim } from "../shared/format.js";

const OPEN_LEVELS = 2;
const BRANCHES = 200;

/**
 * @param {unknown} value
 * @param {string | null} [key]
 * @param {number} [depth]
 * @returns {HTMLElement}
 */
export function tree(value, key = null, depth = 0) {
  if (value === null || typeof value !== "object" || value instanceof Verbatim)
    return leaf(value, key);
  const entries = Array.isArray(value) ? value.map((each) => [null, each]) : Object.entries(value);
  const brackets = Array.isArray(value) ? "[]" : "{}";
  if (!entries.length) return leafOf(key, brackets, "");
  const branch = /** @type {HTMLDetailsElement} */ (element("details", "mpp-tree"));
  const summary = element("summary");
  if (key !== null) summary.append(...label(key));
  summary.append(
    brackets[0],
    element("span", "mpp-tree-folded", ` ${grouped(entries.length)} … ${brackets[1]}`),
  );
  branch.append(summary);
  const fill = () => {
    if (!branch.open || branch.childElementCount > 1) return;
    branch.append(children(entries, depth), element("div", "mpp-tree-end", brackets[1]));
  };
  branch.addEventListener("toggle", fill);
  branch.open = depth < OPEN_LEVELS;
  fill();
  return branch;
}

function children(/** @type {any[][]} */ entries, /** @type {number} */ depth) {
  const list = element("div", "mpp-tree-items");
  let shown = 0;
  const more = button("", () => add(), "mpp-quiet");
  const add = () => {
    const next = entries.slice(shown, shown + BRANCHES);
    more.before(...next.map(([key, value]) => tree(value, key, depth + 1)));
    shown += next.length;
    more.textContent = `${grouped(entries.length - shown)} more`;
    if (shown >= entries.length) more.remove();
  };
  list.append(more);
  add();
  return list;
}

function leaf(/** @type {unknown} */ value, /** @type {string | null} */ key) {
  if (typeof value === "string") return leafOf(key, JSON.stringify(value), "mpp-tree-string");
  return leafOf(key, value instanceof Verbatim ? value.source : String(value), "mpp-tree-value");
}

function leafOf(
  /** @type {string | null} */ key,
  /** @type {string} */ text,
  /** @type {string} */ className,
) {
  const line = element("div", "mpp-tree-leaf");
  if (key !== null) line.append(...label(key));
  line.append(element("span", className, escaped(text)));
  return line;
}

function label(/** @type {string} */ key) {
  return [element("span", "mpp-tree-key", escaped(JSON.stringify(key))), ": "];
}

/** @typedef {{parts: [string, string][], data: string}} Packet as `traffic/socketio.py` reads it */

/** @param {Packet[]} packets @returns {HTMLElement[]} */
export function packetList(packets) {
  return packets.map(packetOf);
}

/** @param {Packet} packet */
function packetOf({ parts, data }) {
  const list = element("dl", "mpp-why mpp-packet");
  for (const [term, said] of parts)
    list.append(element("dt", "", term), element("dd", "", escaped(said)));
  const json = parsedJson(data);
  if (json !== undefined) {
    const shown = element("dd", "mpp-mono");
    shown.append(tree(json));
    list.append(element("dt", "", "data"), shown);
  }
  return list;
}

/** @typedef {{by: string, text: string, problem: string, cut: boolean}} Decoded of a decoder */

/** @param {Decoded} decoded @returns {HTMLElement[]} */
export function decodedOf({ by, text, problem, cut }) {
  const whose = element("p", "mpp-dim mpp-decoded-by", `Decoded by ${escaped(by)}:`);
  if (problem) return [whose, element("p", "mpp-decoded-problem", escaped(problem))];
  const json = cut ? undefined : parsedJson(text);
  const shown =
    json === undefined
      ? element("pre", "mpp-mono mpp-wrap", escaped(text, "\n\t"))
      : element("div", "mpp-mono mpp-json");
  if (json !== undefined) shown.append(tree(json));
  const rest = cut ? [element("p", "mpp-dim mpp-cut", "Only its beginning is shown.")] : [];
  return [whose, shown, ...rest];
}
