/** What the chosen handler stands in: its functions, lines and variables, asked for as it moves. */

import { button, element } from "../shared/dom.js";
import { dotTitle, keyOf } from "./places.js";

const NO_VARIABLES = "Its variables can be read when it waits, not while it runs.";

/**
 * @typedef {import("./places.js").Dot} Dot
 * @typedef {{function: string, where: string, source: string, variables: [string, string][]}} Frame
 */

export class Stand {
  /** @param {{close: () => void, ask: (message: object, asker: any) => void}} acts */
  constructor(acts) {
    this.acts = acts;
    this.shown = "";
    this.asking = "";
    this.el = element("aside", "mpp-code-stand");
    this.el.hidden = true;
    this.title = element("span", "mpp-code-name");
    this.title.setAttribute("role", "status");
    const shut = button("×", acts.close, "mpp-quiet");
    shut.title = "Close (Esc)";
    shut.setAttribute("aria-label", "Close");
    const head = element("div", "mpp-code-head");
    this.mark = element("span", "mpp-id");
    head.append(this.mark, this.title, element("span", "mpp-grow"), shut);
    this.frames = element("div", "mpp-code-frames");
    this.el.append(head, this.frames);
  }

  /** @param {Dot | null} dot the chosen one @param {string} colour */
  show(dot, colour) {
    if (!dot) {
      if (this.shown && !this.el.hidden) this.ended();
      return;
    }
    this.el.hidden = false;
    this.mark.className = `mpp-id ${colour}`;
    if (this.title.textContent !== dotTitle(dot)) this.title.textContent = dotTitle(dot);
    const now = `${keyOf(dot)} ${dot.place}:${dot.line} ${dot.waits}`;
    if (now === this.shown || this.asking) return;
    this.asking = now;
    this.acts.ask(
      { kind: "standing", exchange: dot.exchange, task: dot.task },
      {
        late: () => {},
        done: (/** @type {string | null} */ error, /** @type {Frame[]} */ frames) => {
          this.asking = "";
          this.shown = now;
          this.draw(error ? [] : frames);
        },
      },
    );
  }

  /** The chosen handler is not there any more, or none is chosen. */
  ended() {
    this.shown = "";
    this.el.hidden = true;
    this.title.textContent = "";
  }

  draw(/** @type {Frame[]} */ frames) {
    this.frames.replaceChildren(...frames.map((frame) => frameOf(frame)));
    if (frames.length && !frames.some((frame) => frame.variables.length))
      this.frames.append(element("p", "mpp-dim", NO_VARIABLES));
  }
}

function frameOf(/** @type {Frame} */ frame) {
  const made = element("section", "mpp-code-frame");
  const head = element("div", "mpp-code-frame-head");
  head.append(element("b", "mpp-mono", frame.function), element("span", "mpp-dim", frame.where));
  made.append(head, element("code", "mpp-mono mpp-code-frame-line", frame.source));
  const table = element("div", "mpp-code-variables mpp-mono");
  for (const [name, text] of frame.variables) {
    const row = element("div", "mpp-code-variable");
    row.append(element("span", "mpp-dim", name), element("span", "mpp-code-value", text));
    table.append(row);
  }
  made.append(table);
  return made;
}
