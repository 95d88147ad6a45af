/** What the lines of the strip are made of. */

import { colourClass } from "../clients/clients.js";
import { button, element } from "../shared/dom.js";

/** @param {string} name @param {number} [index] of the client's colour */
export function stripLine(name, index = -1) {
  return element("div", `mpp-between-line ${name} ${index < 0 ? "" : colourClass(index)}`.trim());
}

/** A button of the strip; `act` tells it from the others, so that the focus stays on it. */
export function deed(
  /** @type {string} */ text,
  /** @type {string} */ act,
  /** @type {() => void} */ press,
  /** @type {string} */ title,
  className = "",
) {
  const made = button(text, press, className);
  made.dataset.act = act;
  made.title = title;
  return made;
}

/**
 * A line in which something is written in place of what stands: Enter sends it, Escape leaves it.
 * @param {{act: string, label: string, draft: string, hint?: string}} what
 * @param {{typed: (text: string) => void, send: (text: string) => void, leave: () => void}} acts
 */
export function writing(what, acts) {
  const input = /** @type {HTMLInputElement} */ (element("input", "mpp-input mpp-mono mpp-grow"));
  input.value = what.draft;
  input.placeholder = what.hint ?? "";
  input.dataset.act = what.act;
  input.setAttribute("aria-label", what.label);
  input.addEventListener("input", () => acts.typed(input.value));
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") acts.send(input.value);
    else if (event.key === "Escape") acts.leave();
    else return;
    event.preventDefault();
  });
  return input;
}
