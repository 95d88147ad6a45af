/** What lies between one client and the app, ruled from its chip: delay, hold, slow reader, cut. */

import { choice } from "../shared/fields.js";
import { escaped } from "../shared/format.js";

/** @type {[string, string][]} */
const LINE_RULES = [
  ["", "line"],
  ["delay", "Delay: 0.5 s, more or less"],
  ["hold", "Hold: nothing arrives"],
  ["slow", "Slow: reads nothing"],
  ["cut", "Cut: 1006 at both ends"],
  ["calm", "Calm: end what is set here"],
];

/**
 * A chip with the menu of its line, which is seen while one is at the chip.
 * @param {HTMLElement} chip
 * @param {string} client
 * @param {(what: string) => void} rule
 */
export function withLineMenu(chip, client, rule) {
  const menu = choice(escaped(`The line of ${client}`), LINE_RULES, (what) => {
    menu.value = "";
    if (what) rule(what);
  });
  menu.className = "mpp-input mpp-line-menu";
  menu.title = escaped(`Delay, hold, slow down or cut the line of ${client}`);
  const both = document.createElement("span");
  both.className = "mpp-chip-place";
  both.append(chip, menu);
  return both;
}
