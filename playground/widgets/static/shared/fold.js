/** A band of chips that is folded to two lines, however many there are. */

import { button, onResize } from "./dom.js";
import { grouped } from "./format.js";

// The first line, and half of the way to the second: a chip is 22 pixels high, with 4 between.
const BEYOND = 26 * 1.5;

export class Fold {
  /**
   * @param {HTMLElement} list
   * @param {string} what is folded, in words
   * @param {() => void} changed called when there is more or less to unfold
   */
  constructor(list, what, changed) {
    this.list = list;
    this.what = what;
    this.changed = changed;
    this.opened = false;
    this.more = 0;
    this.elsewhere = 0;
    this.width = 0;
    this.button = button("", () => this.toggle(), "mpp-quiet mpp-unfold");
    this.button.setAttribute("aria-keyshortcuts", "+");
    this.button.hidden = true;
    this.unsize = onResize(list, () => this.resized());
  }

  resized() {
    if (this.list.clientWidth !== this.width) this.lay();
  }

  toggle() {
    this.opened = !this.opened;
    this.lay();
  }

  /**
   * Fold what is beyond two lines, as the list is now.
   * @param {number} [elsewhere] how many more there are that are not in the list
   */
  lay(elsewhere = this.elsewhere) {
    const items = /** @type {HTMLElement[]} */ ([...this.list.children]);
    this.elsewhere = elsewhere;
    this.width = this.list.clientWidth;
    for (const item of items) item.hidden = false;
    const top = items[0]?.offsetTop ?? 0;
    const beyond = items.filter((item) => item.offsetTop - top > BEYOND);
    this.more = beyond.filter((item) => item.matches(".mpp-chip, .mpp-chip-place")).length;
    for (const item of beyond) item.hidden = !this.opened;
    this.list.classList.toggle("mpp-unfolded", this.opened);
    this.draw();
  }

  draw() {
    const { more, opened } = this;
    const count = grouped(more + this.elsewhere);
    this.button.hidden = !more;
    this.button.textContent = opened ? "Fewer" : `+${count} more`;
    this.button.title = opened ? `Fold the ${this.what} (+)` : `Show all ${this.what} (+)`;
    this.button.setAttribute(
      "aria-label",
      opened ? this.button.title : `${count} more ${this.what}`,
    );
    this.button.setAttribute("aria-expanded", String(opened));
    this.changed();
  }

  close() {
    this.unsize();
  }
}
