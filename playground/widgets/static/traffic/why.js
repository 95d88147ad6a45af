/** Why a row is there: what set it off, what it set off, from which line, to whom. */

import { button, element } from "../shared/dom.js";
import { clock, counted, duration, escaped, place, sizedWithUnit } from "../shared/format.js";
import { explained, hasPayload } from "./rows.js";

/**
 * @typedef {{seq: number, who: string, what: string, depth?: number}} Line
 * @typedef {import("./rows.js").Row} Row
 */

// Receivers of a broadcast that are named where there is something else to read.
const NAMED = 12;

/**
 * @param {Row} row
 * @param {any} answer of the kernel, if it has come
 * @param {(seq: number) => void} go called with the row that was pressed
 * @param {boolean} [whole] whether this is all that is shown
 */
export function why(row, answer, go, whole = false) {
  const list = element("dl", "mpp-why");
  const add = (/** @type {string} */ term, /** @type {(Node | string)[]} */ ...said) => {
    const value = element("dd");
    value.append(...said);
    list.append(element("dt", "", term), value);
  };
  const { spontaneous, after, to, printed, path, headers, meant } = answer ?? {};
  if (answer && (answer.causes.length || answer.effects.length))
    add("chain", chainList(row, answer, go));
  else if (spontaneous) add("caused by", "nothing: the server sent it by itself");
  if (after) add("next after", link(after, go), " Which message it answers, no wire says.");
  for (const [term, said] of row.kind === "frame" ? explained(row) : []) add(term, said);
  if (meant) add("why", escaped(meant));
  if (row.where) add("sent at", element("span", "mpp-mono", place(row.where)));
  if (to) add("to", receivers(to, whole ? to.names.length : NAMED));
  add("at", clock(row.at));
  if (row.revision) add("revision", String(row.revision));
  if (path) add("on", element("span", "mpp-mono", escaped(path)));
  if (hasPayload(row)) add("size", sizedWithUnit(row.size));
  if (printed) add("printed", element("pre", "mpp-mono mpp-wrap", escaped(printed, "\n\t")));
  if (headers?.length) add("headers", headerList(headers));
  return list;
}

/** The chain of causes: each line a step to the right of what set it off. */
function chainList(
  /** @type {Row} */ row,
  /** @type {any} */ { causes, effects, more },
  /** @type {(seq: number) => void} */ go,
) {
  const list = element("ol", "mpp-chain");
  list.setAttribute("aria-label", "What caused it, and what it set off");
  const step = (/** @type {Node} */ node, /** @type {number} */ depth) => {
    const item = element("li");
    item.style.setProperty("--mpp-depth", String(Math.min(depth, 6)));
    item.append(node);
    list.append(item);
  };
  causes.forEach((/** @type {Line} */ line, /** @type {number} */ depth) => {
    step(link(line, go), depth);
  });
  const here = element("span", "mpp-chain-here", `#${row.seq} this row`);
  here.setAttribute("aria-current", "true");
  step(here, causes.length);
  for (const line of effects) step(link(line, go), causes.length + line.depth);
  if (more)
    step(element("span", "mpp-dim", `and ${counted(more, "more", "more")}`), causes.length + 1);
  return list;
}

function link(/** @type {Line} */ line, /** @type {(seq: number) => void} */ go) {
  const made = button("", () => go(line.seq), "mpp-link");
  made.title = `Go to #${line.seq}`;
  made.append(`#${line.seq} ${line.who} `, element("span", "mpp-mono", line.what));
  return made;
}

function receivers(
  /** @type {{names: string[], count: number, seconds: number}} */ to,
  /** @type {number} */ most,
) {
  const names = to.names.slice(0, most).map((name) => escaped(name));
  const rest = to.count - names.length;
  const more = rest ? `, and ${counted(rest, "more", "more")}` : "";
  const clients = counted(to.count, "client", "clients");
  return `${clients} in ${duration(to.seconds)}: ${names.join(", ")}${more}`;
}

function headerList(/** @type {[string, string][]} */ headers) {
  return element(
    "pre",
    "mpp-mono mpp-wrap",
    headers.map(([name, value]) => `${escaped(name)}: ${escaped(value)}`).join("\n"),
  );
}
