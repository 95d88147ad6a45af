/** The sheet that says what keys do, above everything else. */

import { button, element } from "../shared/dom.js";

export class Sheet {
  /**
   * @param {() => void} left called when it is shut, to put the focus back
   * @param {string[][]} keys and what they do
   */
  constructor(left, keys) {
    this.left = left;
    this.el = element("div", "mpp-sheet-of-keys");
    this.el.setAttribute("role", "dialog");
    this.el.setAttribute("aria-label", "Keys");
    this.el.hidden = true;
    // Above everything, so that no edge of a low list cuts it off.
    this.el.popover = "manual";
    this.el.tabIndex = -1;
    const list = element("dl", "mpp-keys-list");
    for (const [key, what] of keys)
      list.append(element("dt", "mpp-mono", key), element("dd", "", what));
    this.shutButton = button("×", () => this.toggle(), "mpp-quiet mpp-shut");
    this.shutButton.setAttribute("aria-label", "Close");
    this.shutButton.title = "Close (Esc)";
    const head = element("div", "mpp-sheet-head");
    head.append(element("strong", "", "Keys"), this.shutButton);
    this.el.append(head, list);
    this.el.addEventListener("keydown", (event) => this.key(event));
    this.el.addEventListener("focusout", (event) => this.lose(event));
  }

  toggle() {
    this.show(Boolean(this.el.hidden));
    if (this.el.hidden) this.left();
    else this.shutButton.focus();
  }

  show(/** @type {boolean} */ open) {
    const { el } = this;
    el.hidden = !open;
    el.togglePopover?.(open);
    const around = el.parentElement?.getBoundingClientRect();
    if (open && around) el.style.left = `${Math.max(8, around.right - el.offsetWidth - 8)}px`;
  }

  /** Who goes on elsewhere has read it. */
  lose(/** @type {FocusEvent} */ { relatedTarget }) {
    const to = /** @type {Element | null} */ (relatedTarget);
    const stays = this.el.contains(to) || Boolean(to?.classList.contains("mpp-keys"));
    if (!stays && this.el.ownerDocument.hasFocus()) this.show(false);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation();
    if (event.key !== "Escape" && event.key !== "?") return;
    event.preventDefault();
    this.toggle();
  }
}
