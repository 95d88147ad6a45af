/** One row of the table as elements: made once, filled again and again as one scrolls. */

import { colourClass } from "./clients.js";
import { element } from "./dom.js";
import { clock, delta, sized } from "./format.js";
import { hasPayload, holeText, isWide, tone, what, who } from "./rows.js";

/**
 * @typedef {import("./rows.js").Item} Item
 * @typedef {object} Scene what a picture is to show
 * @property {Item[]} items
 * @property {Record<string, number>} names client → index, which is its colour
 * @property {number} selected the `id` of the selected item, 0 for none
 * @property {Map<number, "self" | "cause" | "effect">} linked how rows hang together with the selected one, by number
 * @property {boolean} found whether only what a filter found is shown
 * @property {{from: number | null, time: number}} times what times are measured from
 */

const CELLS = ["mpp-stripe", "mpp-link-mark", "mpp-n", "mpp-t", "mpp-who", "mpp-what", "mpp-z"];

/** An empty row. */
export function makeCells() {
  const row = element("div", "mpp-row");
  row.setAttribute("role", "row");
  for (const name of CELLS) {
    const cell = element("span", name);
    const mute = name === "mpp-stripe" || name === "mpp-link-mark";
    if (mute) cell.setAttribute("aria-hidden", "true");
    else cell.setAttribute("role", "gridcell");
    row.append(cell);
  }
  return row;
}

/**
 * Let a row show an item.
 * @param {HTMLElement} el
 * @param {Scene} scene
 * @param {number} index
 * @param {{first: number, last: number}} thread from where to where the chain's thread goes
 */
export function fillCells(el, scene, index, thread) {
  const item = scene.items[index];
  const selected = item.id === scene.selected;
  el.className = classes(item, scene, index, thread);
  el.dataset.index = String(index);
  el.setAttribute("aria-rowindex", String(index + 2));
  el.setAttribute("aria-selected", String(selected));
  el.setAttribute("aria-level", item.type === "member" ? "2" : "1");
  if (item.count > 1 && item.type === "row") el.setAttribute("aria-expanded", String(item.opened));
  else el.removeAttribute("aria-expanded");
  const [, , number, time, whom, what_, size] = /** @type {HTMLElement[]} */ ([...el.children]);
  number.textContent = item.type === "hole" ? "" : String(item.seq);
  time.textContent = timeOf(scene, index);
  whom.hidden = isWide(item);
  whom.replaceChildren(...(isWide(item) ? [] : who(item).map(partOf)));
  what_.replaceChildren(...(item.row ? what(item.row) : [{ text: holeText(item, scene.found), as: "" }]).map(partOf));
  size.textContent = item.row && hasPayload(item.row) ? sized(item.row.size) : "";
}

/** How an item is linked with the selected one; "" if it is not. @param {Item} item @param {Scene} scene */
export function linkOf(item, scene) {
  if (item.type === "hole") return "";
  for (const row of item.members) {
    const link = scene.linked.get(row.seq);
    if (link) return link;
  }
  return "";
}

function classes(/** @type {Item} */ item, /** @type {Scene} */ scene, /** @type {number} */ index, /** @type {{first: number, last: number}} */ thread) {
  const kind = item.row ? tone(item.row) : "hole";
  const broadcast = item.type === "row" && item.count > 1;
  const client = item.row?.client && !broadcast ? colourClass(scene.names[item.row.client]) : "mpp-client-none";
  const names = ["mpp-row", client, `mpp-from-${item.row?.sender ?? "lab"}`];
  if (kind) names.push(`mpp-${kind}`);
  if (isWide(item)) names.push("mpp-wide", `mpp-${item.row?.kind ?? "hole"}`);
  if (item.type === "member") names.push("mpp-member");
  const link = linkOf(item, scene);
  if (link) names.push("mpp-linked", `mpp-linked-${link}`);
  if (index > thread.first && index <= thread.last) names.push("mpp-thread-above");
  if (index >= thread.first && index < thread.last) names.push("mpp-thread-below");
  if (item.id === scene.selected) names.push("mpp-selected");
  return names.join(" ");
}

/** The time of a row: since the one above, since the selected one, or of day. @param {Scene} scene @param {number} index */
export function timeOf(scene, index) {
  const at = scene.items[index].row?.at;
  if (at === undefined) return "";
  if (scene.times.time === 2) return clock(at);
  if (scene.times.time === 1) return scene.times.from === null ? "" : signed(at - scene.times.from);
  const before = scene.items[index - 1]?.row?.at;
  return before === undefined ? "" : delta(at - before);
}

function signed(/** @type {number} */ seconds) {
  return seconds < 0 ? delta(-seconds).replace("+", "−") : delta(seconds);
}

function partOf(/** @type {import("./rows.js").Part} */ part) {
  return element("span", part.as === "mono" ? "mpp-part-mono mpp-mono" : `mpp-part-${part.as || "plain"}`, part.text);
}
