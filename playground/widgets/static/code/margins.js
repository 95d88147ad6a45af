/** The margin of lines: where handlers pause, as an editor's gutter has it. */

import { button, element } from "../shared/dom.js";
import { mayPause } from "./places.js";

/**
 * @typedef {import("./places.js").SourceSheet} SourceSheet
 * @typedef {import("../traffic/margin.js").Breakpoint} Breakpoint
 */

export class LineMargins {
  /** @param {(line: string) => void} press set a breakpoint at a line, or remove it */
  constructor(press) {
    this.press = press;
    this.breakpoints = /** @type {Breakpoint[] | undefined} */ (undefined);
    /** Those of the lines at which a handler may pause. @type {Map<HTMLElement, string>} */
    this.buttons = new Map();
  }

  clear() {
    this.buttons.clear();
  }

  /** The cell before a line; empty where no handler can pause. */
  cellOf(
    /** @type {SourceSheet} */ sheet,
    /** @type {number} */ number,
    /** @type {string} */ text,
  ) {
    const cell = element("span", "mpp-code-margin");
    if (!sheet.place || !mayPause(text)) return cell;
    const line = `${sheet.place}:${number}`;
    const made = button("", () => this.pressed(made), "mpp-code-break mpp-live");
    made.dataset.line = line;
    made.setAttribute("aria-label", `Breakpoint at line ${number}`);
    // One of them can be tabbed to; up and down go on from there.
    made.tabIndex = this.buttons.size ? -1 : 0;
    this.buttons.set(made, line);
    cell.append(made);
    return cell;
  }

  pressed(/** @type {HTMLElement} */ made) {
    this.go(made);
    this.press(this.buttons.get(made) ?? "");
  }

  /** Take the breakpoints there are; none can be set where there are no such. */
  take(/** @type {Breakpoint[] | undefined} */ breakpoints) {
    this.breakpoints = breakpoints;
    this.show();
  }

  show() {
    for (const [made, line] of this.buttons) {
      const here = (this.breakpoints ?? []).filter((each) => each.line === line);
      const some = here.find((each) => each.which);
      made.hidden = this.breakpoints === undefined;
      made.setAttribute("aria-pressed", String(here.length > 0));
      made.classList.toggle("mpp-set", here.length > 0);
      const said = some ? some.said : "every handler pauses here";
      made.title = here.length
        ? `Breakpoint: ${said}. Press to take it away (b)`
        : "Pause here, before a handler receives or sends (b)";
    }
  }

  /** The line that an element is at, if a handler can pause there. */
  near(/** @type {Element | null} */ el) {
    const made = el?.closest(".mpp-code-line")?.querySelector(".mpp-code-break");
    return made ? this.buttons.get(/** @type {HTMLElement} */ (made)) : undefined;
  }

  /** Go to the margin; whether there is one to go to. */
  focus() {
    const all = [...this.buttons.keys()].filter((each) => !each.hidden);
    const found = all.find((each) => each.tabIndex === 0) ?? all[0];
    found?.focus();
    return found !== undefined;
  }

  /** Go on from a line's margin to that of the next line that has one; whether it was in one. */
  step(/** @type {Element | null} */ from, /** @type {number} */ way) {
    const all = [...this.buttons.keys()];
    const at = all.indexOf(/** @type {HTMLElement} */ (from));
    if (at < 0) return false;
    const next = all[(at + way + all.length) % all.length];
    this.go(next);
    next.focus();
    return true;
  }

  go(/** @type {HTMLElement} */ made) {
    for (const each of this.buttons.keys()) each.tabIndex = each === made ? 0 : -1;
  }
}
