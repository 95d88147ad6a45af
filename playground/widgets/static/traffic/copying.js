/** The buttons that take along what a row holds: copied, in several forms, or saved as a file. */

import { button, copied, element, saveFile } from "../shared/dom.js";
import { copiesOf, fileOf } from "../shared/format.js";

// So long it is said that something was copied, in milliseconds.
const SAID = 2500;

/**
 * @typedef {object} Outside
 * @property {() => import("../shared/format.js").Held | null} held what there is to copy
 * @property {() => boolean} cut whether that is only the beginning
 * @property {() => boolean} askWhole ask for all of it; false if there is no more to be had
 * @property {(text: string) => void} say what came of it
 * @property {(text: string) => void} unsay it, if nothing else was said since
 */

export class Copying {
  /** @param {Outside} outside */
  constructor(outside) {
    this.outside = outside;
    /**
     * What to do with what was asked for, once it is there.
     * @type {(() => void) | null}
     */
    this.wanted = null;
    this.button = button("Copy", () => this.copy());
    this.button.title = "Copy (c)";
    this.more = button("▾", () => this.open(Boolean(this.forms.hidden)));
    this.more.setAttribute("aria-label", "Copy as…");
    this.more.title = "Copy as…";
    this.saving = button("Save", () => this.save());
    this.saving.title = "Save to a file, as it went over the wire (d)";
    this.el = element("span", "mpp-segments");
    this.el.append(this.button, this.more, this.saving);
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
    this.forms.replaceChildren(
      ...copies.map(({ name }) => button(name, () => this.copy(name), "mpp-copy-as")),
    );
    const held = this.outside.held();
    this.saving.hidden = !held || !fileOf(held);
    const { wanted } = this;
    this.wanted = null;
    wanted?.();
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
    if (!this.isWhole(() => void this.copy(name))) return;
    const copies = this.copies();
    const copy = copies.find((each) => each.name === name) ?? copies[0];
    if (copy) this.said(await copied(copy.text, this.el), copy.name);
  }

  /** Whether all of it is there; if not, it is asked for. @param {() => void} then to do then */
  isWhole(then) {
    this.wanted = null;
    if (!this.outside.cut() || !this.outside.askWhole()) return true;
    this.wanted = then;
    return false;
  }

  /** Have the browser save all of it as a file. */
  save() {
    if (!this.isWhole(() => this.save())) return;
    const held = this.outside.held();
    const file = held && fileOf(held);
    if (!file) return;
    saveFile(file.data, file.name, file.type);
    this.tell(`Saved as ${file.name}${this.part}.`);
  }

  get part() {
    return this.outside.cut() ? ", its beginning" : "";
  }

  said(/** @type {boolean} */ done, /** @type {string} */ name) {
    this.tell(done ? `Copied as ${name}${this.part}.` : "The browser did not let it be copied.");
  }

  /** Say something for a while. @param {string} text */
  tell(text) {
    this.outside.say(text);
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.outside.unsay(text), SAID);
  }

  stop() {
    clearTimeout(this.fading);
  }
}
