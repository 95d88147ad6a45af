/** What the app's attributes held as of a row, and which of them are seen with each message. */

import { button, element } from "../shared/dom.js";
import { escaped } from "../shared/format.js";

/**
 * How deep it stands, what it stands under, the value, what became of it, and what it was before.
 * @typedef {[number, string, string, "" | "+" | "-" | "→", string]} Line
 * @typedef {{names: string[], offered: string[], since: number, lines: Line[] | null}} State
 */

const MARKS = { "": "", "+": "came", "-": "left", "→": "changed" };

export class StateTab {
  /**
   * @param {{ask: (message: object, asker: import("../shared/line.js").Asker) => void,
   *   changed: () => void}} outside `changed` is called when other attributes are seen
   */
  constructor(outside) {
    this.outside = outside;
    this.seq = 0;
    this.state = /** @type {State | null} */ (null);
    this.problem = element("p", "mpp-state-problem");
    this.problem.setAttribute("role", "status");
  }

  /** @param {number} seq of the row @param {State | null} state as of it; null without an app */
  take(seq, state) {
    this.seq = seq;
    this.state = state;
    this.problem.textContent = "";
  }

  /** Whether there is anything to see. */
  get fits() {
    return Boolean(this.state?.offered.length);
  }

  /** @returns {HTMLElement[]} */
  contents() {
    if (this.state === null) return [];
    const { names } = this.state;
    const said = names.length ? this.what(this.state) : [];
    return [...said, ...this.choice(this.state), this.problem];
  }

  /** @param {State} state */
  what({ since, lines }) {
    if (lines === null) {
      const from = since ? `It is known from row #${since} on.` : "It was not seen then.";
      return [element("p", "mpp-dim", from)];
    }
    const list = element("ul", "mpp-mono mpp-state");
    list.setAttribute("aria-label", `The state as of row #${this.seq}`);
    list.append(...lines.map(stateLine));
    return [list];
  }

  /** Which attributes are seen: a button each. @param {State} state */
  choice({ names, offered }) {
    const box = element("div", "mpp-state-choice");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Attributes that are seen with each message");
    const lead = names.length ? "Seen:" : "See with each message what holds";
    box.append(element("span", "mpp-dim", lead));
    for (const name of offered) box.append(this.eye(name, names.includes(name)));
    return [box];
  }

  /** @param {string} name @param {boolean} seen */
  eye(name, seen) {
    const made = button(escaped(name), () => this.see(name, !seen));
    made.classList.add("mpp-state-eye");
    made.setAttribute("aria-pressed", String(seen));
    made.title = seen ? "Do not show it any more" : "Show each change of it as a row";
    return made;
  }

  /** @param {string} name @param {boolean} on */
  see(name, on) {
    this.outside.ask(
      { kind: "see", name, on },
      {
        late: (text) => {
          this.problem.textContent = text;
        },
        done: (error) => {
          if (error === null) this.outside.changed();
          else this.problem.textContent = error;
        },
      },
    );
  }
}

/** @param {Line} line */
function stateLine([depth, name, text, mark, old]) {
  const made = element("li", `mpp-state-line${mark && ` mpp-state-${MARKS[mark]}`}`);
  made.style.setProperty("--mpp-depth", String(depth));
  const sign = element("span", "mpp-state-sign", mark === "-" ? "−" : mark);
  sign.setAttribute("aria-label", MARKS[mark]);
  if (mark) made.append(sign);
  if (name) made.append(element("span", "mpp-tree-key", escaped(name)), text ? ": " : "");
  if (old) made.append(element("s", "mpp-dim", escaped(old)), " → ");
  made.append(element("span", "mpp-state-value", escaped(text)));
  return made;
}
