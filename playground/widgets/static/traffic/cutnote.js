/** What is said where only the beginning of a payload is shown, with a button for more. */

import { button, element } from "../shared/dom.js";
import { counted } from "../shared/format.js";
import { JSON_WAITS, looksLikeJson } from "./unfit.js";

/**
 * @param {object} cut
 * @param {string} cut.kind of the kernel's answer: "whole" if there is no more to be had
 * @param {number} cut.length of all of it
 * @param {boolean} cut.cut whether the kernel has sent its beginning only
 * @param {string | null} cut.text it, if it is text
 * @param {string[]} cut.unit what is counted: one, and many
 * @param {number} cut.here how much is here
 * @param {number} cut.most how much of that is shown
 * @param {() => void} cut.showMore of what is here
 * @param {() => void} cut.showAll of what the kernel has
 * @returns {HTMLElement[]}
 */
export function cutNote({ kind, length, cut, text, unit, here, most, showMore, showAll }) {
  const shown = Math.min(here, most);
  if (!cut && shown >= here) return [];
  const all = counted(Math.max(length, here), unit[0], unit[1]);
  const waits = cut && looksLikeJson(text) ? JSON_WAITS : "";
  const note = element(
    "p",
    "mpp-dim mpp-cut",
    `The first ${counted(shown, unit[0], unit[1])} are shown, of ${all}. ${waits}`,
  );
  if (shown < here) note.append(button("Show more", showMore));
  else if (cut && kind !== "whole") note.append(button("Show all", showAll));
  return [note];
}
