/** The breakpoints that are set: in words, each to be edited in the filter's words, or removed. */

import { element } from "../shared/dom.js";
import { escaped } from "../shared/format.js";
import { deed, stripLine, writing } from "./strip.js";

/** @typedef {import("../traffic/margin.js").Breakpoint} Breakpoint */

const HINT_OF_FILTER = "every message; or in the filter's words: client:bob /order/";

export class BreakpointsLine {
  /**
   * @param {{remove: (index: number) => void, edit: (index: number, which: string) => void,
   *   draw: () => void}} acts
   */
  constructor(acts) {
    this.acts = acts;
    this.editing = -1;
    this.draft = "";
  }

  /** @param {Breakpoint[]} breakpoints */
  line(breakpoints) {
    const line = stripLine("mpp-breakpoints-line");
    line.append(element("span", "mpp-between-name", "breakpoints"));
    line.append(...breakpoints.map((each, index) => this.chip(each, index)));
    const edited = breakpoints[this.editing];
    if (edited) line.append(this.editor(edited));
    else this.editing = -1;
    return line;
  }

  chip(/** @type {Breakpoint} */ each, /** @type {number} */ index) {
    const chip = element("span", "mpp-chip mpp-breakpoint");
    const edit = () => this.edit(each, index);
    const words = deed(escaped(each.said), `edit-break ${index}`, edit, "", "mpp-quiet");
    words.classList.add("mpp-chip-words");
    words.title = `Edit which messages: ${escaped(each.which) || "all"}`;
    words.setAttribute("aria-expanded", String(index === this.editing));
    const remove = () => this.acts.remove(index);
    const away = deed("×", `unbreak ${index}`, remove, "Remove this breakpoint", "mpp-quiet");
    away.setAttribute("aria-label", escaped(`Remove the breakpoint ${each.said}`));
    chip.append(element("span", "mpp-break-sign"), words, away);
    return chip;
  }

  edit(/** @type {Breakpoint} */ each, /** @type {number} */ index) {
    this.editing = index === this.editing ? -1 : index;
    this.draft = each.which;
    this.acts.draw();
  }

  editor(/** @type {Breakpoint} */ each) {
    const index = this.editing;
    const send = (/** @type {string} */ text) => {
      this.editing = -1;
      this.acts.edit(index, text);
    };
    const leave = () => {
      this.editing = -1;
      this.acts.draw();
    };
    const what = {
      act: `write-break ${index}`,
      label: escaped(`At which messages: ${each.said}`),
      draft: this.draft,
      hint: HINT_OF_FILTER,
    };
    const typed = (/** @type {string} */ text) => {
      this.draft = text;
    };
    const input = writing(what, { typed, send, leave });
    const editor = element("span", "mpp-between-acts mpp-grow mpp-break-editor");
    editor.append(
      input,
      deed("Set", `set-break ${index}`, () => send(input.value), "Pause at these (Enter)"),
      deed("Cancel", `edit-break ${index}`, leave, "Leave it as it is (Esc)"),
    );
    return editor;
  }
}
