/** The button that copies what a row holds, and the forms in which it can be had. */

import { copied } from "./clipboard.js";
import { copiesOf } from "./copies.js";
import { button, element } from "./dom.js";

// So long it is said that something was copied, in milliseconds.
const SAID = 2500;

/**
 * @typedef {object} Outside
 * @property {() => import("./copies.js").Held | null} held what there is to copy
 * @property {() => boolean} cut whether that is only the beginning
 * @property {() => boolean} askWhole ask for all of it; false if there is no more to be had
 * @property {(text: string) => void} say what came of it
 * @property {(text: string) => void} unsay it, if nothing else was said since
 */

export class Copying {
  /** @param {Outside} outside */
  constructor(outside) {
    this.outside = outside;
    /** The form in which to copy what was asked for, once it is there. @type {{name: string | undefined} | null} */
    this.wanted = null;
    this.button = button("Copy", () => this.copy());
    this.button.title = "Copy (c)";
    this.more = button("▾", () => this.open(this.forms.hidden));
    this.more.setAttribute("aria-label", "Copy as…");
    this.more.title = "Copy as…";
    this.el = element("span", "mpp-segments");
    this.el.append(this.button, this.more);
    this.forms = element("div", "mpp-copies");
    this.forms.setAttribute("role", "group");
    this.forms.setAttribute("aria-label", "Copy as");
    this.open(false);
  }

  copies() {
    const held = this.outside.held();
    return held ? copiesOf(held) : [];
  }

  /** Offer what there is now. */
  draw() {
    const copies = this.copies();
    this.el.hidden = !copies.length;
    this.forms.replaceChildren(...copies.map(({ name }) => button(name, () => this.copy(name), "mpp-copy-as")));
    if (this.wanted) this.copy(this.wanted.name);
  }

  /** Forget what was asked for. */
  forget() {
    this.wanted = null;
    this.open(false);
  }

  /** @param {boolean} open */
  open(open) {
    this.forms.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
  }

  /** Copy all of it, in a form; the one that fits best if none is named. @param {string} [name] */
  async copy(name) {
    this.wanted = null;
    if (this.outside.cut() && this.outside.askWhole()) {
      this.wanted = { name };
      return;
    }
    const copies = this.copies();
    const copy = copies.find((each) => each.name === name) ?? copies[0];
    if (copy) this.said(await copied(copy.text, this.el), copy.name);
  }

  said(/** @type {boolean} */ done, /** @type {string} */ name) {
    const part = this.outside.cut() ? ", its beginning" : "";
    const text = done ? `Copied as ${name}${part}.` : "The browser did not let it be copied.";
    this.outside.say(text);
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.outside.unsay(text), SAID);
  }

  stop() {
    clearTimeout(this.fading);
  }
}
