/** The filter box, with what may be written next under it. */

import { button, element } from "../shared/dom.js";
import { completions } from "./completions.js";

const HELP = 'words, "words together", /regular expression/, -not, and fields:';

/**
 * @typedef {object} Acts
 * @property {(text: string, typing: boolean) => void} typed
 * @property {() => void} leave the box for the rows
 * @property {() => import("./completions.js").Known} known
 */

export class FilterBox {
  /** @param {Acts} acts */
  constructor(acts) {
    this.acts = acts;
    this.el = element("span", "mpp-filter-place");
    this.input = /** @type {HTMLInputElement} */ (element("input", "mpp-input mpp-filter"));
    this.input.type = "search";
    this.input.placeholder = "Filter: text, /regex/, client:bob kind:text";
    this.input.setAttribute("aria-label", "Filter");
    this.input.spellcheck = false;
    this.input.autocomplete = "off";
    this.offer = element("div", "mpp-offer");
    this.offer.hidden = true;
    this.list = element("div", "mpp-offer-list");
    this.list.setAttribute("role", "group");
    this.list.setAttribute("aria-label", "Fields and values");
    this.help = element("span", "mpp-dim", HELP);
    this.offer.append(this.help, this.list);
    this.el.append(this.input, this.offer);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", () => this.changed(true));
    for (const kind of ["click", "keyup"]) this.input.addEventListener(kind, () => this.suggest());
    this.el.addEventListener("focusin", () => this.suggest());
    this.el.addEventListener("focusout", (event) => {
      if (this.el.contains(/** @type {Node | null} */ (event.relatedTarget))) return;
      this.offer.hidden = true;
      this.acts.typed(this.value, false);
    });
    this.el.addEventListener("keydown", (event) => this.key(event));
    // Pressing a suggestion must not take the focus out of the box first.
    this.offer.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get value() {
    return this.input.value;
  }

  /** @param {string} text */
  set(text) {
    this.input.value = text;
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** @param {boolean} typing */
  changed(typing) {
    this.acts.typed(this.value, typing);
    this.suggest();
  }

  suggest() {
    const found = completions(
      this.value,
      this.input.selectionStart ?? this.value.length,
      this.acts.known(),
    );
    const drawn = JSON.stringify(found);
    this.offer.hidden = !found.length;
    if (drawn === this.drawn) return;
    /** @type {string | undefined} */
    this.drawn = drawn;
    // What a field is for is no help once its values are to choose from.
    this.help.hidden = !found.some((each) => each.hint);
    this.list.replaceChildren(...found.map((each) => this.chip(each)));
  }

  chip(/** @type {import("./completions.js").Completion} */ { label, hint, text, caret }) {
    const chip = button(
      label,
      () => {
        this.input.value = text;
        this.input.focus();
        this.input.setSelectionRange(caret, caret);
        this.changed(true);
      },
      "mpp-mono",
    );
    if (hint) chip.title = hint;
    return chip;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      if (!this.value) this.acts.leave();
      this.set("");
      this.changed(false);
    } else if (
      event.target === this.input &&
      (event.key === "Enter" || event.key === "ArrowDown")
    ) {
      event.preventDefault();
      this.acts.leave();
    }
    event.stopPropagation();
  }
}
