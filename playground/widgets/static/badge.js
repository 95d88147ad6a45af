/** The badge that says that an address goes through a proxy, and when it is pressed, what that means. */

import { button, element } from "./dom.js";
import { EATEN } from "./through.js";

/** @returns {{control: HTMLButtonElement, words: HTMLElement, show: (proxied: boolean) => void}} */
export function throughBadge() {
  const words = element("div", "mpp-banner mpp-through-words", EATEN);
  words.hidden = true;
  const control = button("via proxy", () => tell(words.hidden), "mpp-quiet mpp-through");
  control.title = "What a proxy does not pass on";
  control.hidden = true;
  const tell = (/** @type {boolean} */ open) => {
    words.hidden = !open;
    control.setAttribute("aria-expanded", String(open));
  };
  tell(false);
  const show = (/** @type {boolean} */ proxied) => {
    control.hidden = !proxied;
    if (!proxied) tell(false);
  };
  return { control, words, show };
}
