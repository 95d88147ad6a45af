/** The sheet that says what keys do. */

import { button, element } from "./dom.js";
import { SHEET } from "./keys.js";

export class Sheet {
  /** @param {() => void} left called when it is shut, to put the focus back */
  constructor(left) {
    this.left = left;
    this.el = element("div", "mpp-sheet-of-keys");
    this.el.setAttribute("role", "dialog");
    this.el.setAttribute("aria-label", "Keys");
    this.el.hidden = true;
    const list = element("dl", "mpp-keys-list");
    for (const [keys, what] of SHEET) list.append(element("dt", "mpp-mono", keys), element("dd", "", what));
    this.shutButton = button("×", () => this.toggle(), "mpp-quiet mpp-shut");
    this.shutButton.setAttribute("aria-label", "Close");
    this.shutButton.title = "Close (Esc)";
    const head = element("div", "mpp-sheet-head");
    head.append(element("strong", "", "Keys"), this.shutButton);
    this.el.append(head, list);
    this.el.addEventListener("keydown", (event) => this.key(event));
  }

  toggle() {
    this.el.hidden = !this.el.hidden;
    if (this.el.hidden) this.left();
    else this.shutButton.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation();
    if (event.key !== "Escape" && event.key !== "?") return;
    event.preventDefault();
    this.toggle();
  }
}
