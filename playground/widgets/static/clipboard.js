/** Copying a text, also where the page has no clipboard (plain http). */

import { element } from "./dom.js";

/**
 * @param {string} text
 * @param {HTMLElement} near where a field may stand for a moment
 * @returns {Promise<boolean>} whether it was copied
 */
export async function copied(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByHand(text, near);
  }
}

function copiedByHand(/** @type {string} */ text, /** @type {HTMLElement} */ near) {
  const box = /** @type {HTMLTextAreaElement} */ (element("textarea", "mpp-aloud"));
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  box.value = text;
  near.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  focused?.focus();
  return done;
}
