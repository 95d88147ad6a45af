/** A key that was pressed in a view of the traffic. */

import { actOf } from "./keys.js";

/**
 * Do what a key is for, where one does not type.
 * @param {import("./view.js").Traffic} traffic
 * @param {KeyboardEvent} event
 */
export function pressed(traffic, event) {
  const held = event.ctrlKey || event.metaKey || event.altKey;
  if (event.defaultPrevented || held || typesIn(event.target)) return;
  const inPicture = traffic.picture.frame.contains(/** @type {Node} */ (event.target));
  // A button in the head has keys of its own.
  const onButton =
    /** @type {HTMLElement} */ (event.target).tagName === "BUTTON" &&
    [" ", "Enter"].includes(event.key);
  const act = actOf(traffic, event.key, inPicture && !onButton);
  if (!act) return;
  event.preventDefault();
  act();
}

function typesIn(/** @type {EventTarget | null} */ target) {
  return ["INPUT", "TEXTAREA", "SELECT"].includes(/** @type {HTMLElement} */ (target).tagName);
}
