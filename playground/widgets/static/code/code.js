/** The code at work, with a dot at the line at which each client's handler stands. */

import { colourClass } from "../clients/clients.js";
import { button, element, focusedIn, onResize, windowOf } from "../shared/dom.js";
import { counted } from "../shared/format.js";
import { Picture } from "../traffic/picture.js";
import { LineMargins } from "./margins.js";
import { dedented, dotTitle, keyOf, MOST_DOTS, placed, sheetTitle, words } from "./places.js";
import { Stand } from "./stand.js";

/**
 * @typedef {import("./places.js").Dot} Dot
 * @typedef {import("./places.js").SourceSheet} SourceSheet
 * @typedef {import("../traffic/picture.js").Scene} Scene
 */

// How often it is asked who stands where (milliseconds): at once when rows come, else now and then.
const AT_ONCE = 100;
const NOW_AND_THEN = 400;
// A kernel that has not answered for so long may have lost the question: it is asked again.
const LOST = 3000;

const NOBODY = "No handler is at work. Connect a client: it gets a dot at the line where it waits.";
const NOT_HELD = "What was at work then is not held; Follow shows who stands where now.";
const NO_LINE = "No line here receives or sends: a handler can pause at those alone.";
const NO_SOURCE = "Nothing is on stage yet, so there is no code to show.";

export class Code extends Picture {
  /**
   * @param {import("../traffic/picture.js").Acts} acts
   * @param {import("../traffic/look.js").Look} look
   */
  constructor(acts, look) {
    super(acts, look, 1, "mpp-code", "group");
    this.el.setAttribute("aria-label", "Code, and which handler stands where");
    this.key = "";
    this.sheets = /** @type {SourceSheet[]} */ ([]);
    this.dots = /** @type {Dot[]} */ ([]);
    this.chosen = "";
    this.asking = false;
    this.asked = 0;
    this.pause = AT_ONCE;
    /** Whether the view stands, and this is how it stood. */
    this.stood = false;
    this.note = element("div", "mpp-code-note mpp-dim");
    this.note.setAttribute("role", "status");
    this.columns = element("div", "mpp-code-sheets");
    this.others = element("div", "mpp-code-others");
    this.stand = new Stand({
      close: () => this.choose(""),
      ask: (message, asker) => this.acts.ask(message, asker),
    });
    this.margins = new LineMargins((line) => this.acts.breakAt({ line }));
    this.body = element("div", "mpp-code-body");
    this.body.append(this.columns, this.others);
    const view = element("div", "mpp-code-view");
    view.append(this.body, this.stand.el);
    this.el.append(this.note, view);
    this.gutters = /** @type {Map<number, HTMLElement>[]} */ ([]);
    // What the chosen handler stands in takes room, and may not push its line out of sight.
    onResize(this.body, () => this.chosen && this.bringIn(".mpp-code-chosen"));
  }

  /** Rows came, or the picture was turned to: look who stands where now. @param {Scene} scene */
  show(scene) {
    this.scene = scene;
    if (!scene.stands) this.stood = false;
    this.margins.take(scene.stands ? undefined : scene.breakpoints);
    this.lookSoon(AT_ONCE);
  }

  get scroller() {
    return this.body;
  }

  /** Whether nobody can see it: then nothing is asked. */
  get away() {
    return Boolean(this.el.hidden) || !this.el.isConnected || this.el.clientHeight === 0;
  }

  /** Ask soon who stands where, but not more often than so many times a second. */
  lookSoon(/** @type {number} */ soon) {
    if (this.stood) return;
    const due = Math.max(performance.now() + soon - AT_ONCE, this.asked + this.pause);
    if (this.due !== undefined && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => this.ask(), Math.max(0, due - performance.now()));
  }

  ask() {
    this.due = undefined;
    if (this.away || windowOf(this.el).document.hidden) return this.wait();
    if (this.asking && performance.now() - this.asked < LOST) return this.lookSoon(NOW_AND_THEN);
    this.asking = true;
    this.asked = performance.now();
    this.acts.ask(
      { kind: "code", key: this.key },
      {
        late: () => {},
        done: (error, result) => this.answered(error, result),
      },
    );
  }

  /** Nobody looks: the next scene that is shown makes it look again. */
  wait() {
    if (this.el.isConnected && !this.el.hidden) this.lookSoon(NOW_AND_THEN);
  }

  /** @param {string | null} error @param {any} result */
  answered(error, result) {
    this.asking = false;
    // What is wrong with the kernel the view itself says.
    if (!error) this.take(result);
    this.stood = result?.stood !== undefined;
    if (result?.stood === false) this.say(NOT_HELD);
    this.wait();
  }

  /** @param {{key: string, dots: Dot[], pause: number, sheets?: SourceSheet[]}} result */
  take(result) {
    const { sheets } = result;
    if (sheets) {
      this.sheets = sheets;
      this.key = result.key;
      this.drawSheets();
    }
    this.dots = result.dots;
    // With many handlers the kernel has much to look at.
    this.pause = Math.max(AT_ONCE, result.pause * 1000);
    this.drawDots();
    if (sheets) this.bringIn(".mpp-code-dot");
  }

  /** Scroll the code, and not the notebook, until a dot is in sight. */
  bringIn(/** @type {string} */ selector) {
    const dot = this.body.querySelector(selector)?.getBoundingClientRect();
    const { top, bottom, height } = this.body.getBoundingClientRect();
    if (dot && (dot.top < top || dot.bottom > bottom))
      this.body.scrollTop += dot.top - top - height / 2;
  }

  say(/** @type {string} */ text) {
    if (this.note.textContent !== text) this.note.textContent = text;
    this.note.hidden = !text;
  }

  /** Each revision is a column: what is on stage, and old code that still has sockets. */
  drawSheets() {
    this.gutters = [];
    this.margins.clear();
    const columns = /** @type {Map<number, HTMLElement>} */ (new Map());
    for (const sheet of this.sheets) {
      const column = columns.get(sheet.revision) ?? element("div", "mpp-code-column");
      column.classList.toggle("mpp-code-old", !sheet.staged);
      column.append(this.sheetOf(sheet));
      columns.set(sheet.revision, column);
    }
    this.columns.replaceChildren(...columns.values());
    this.margins.show();
  }

  sheetOf(/** @type {SourceSheet} */ sheet) {
    const made = element("section", "mpp-code-sheet");
    made.setAttribute("aria-label", sheetTitle(sheet));
    const head = element("div", "mpp-code-head");
    head.append(element("span", "mpp-code-name", sheetTitle(sheet)));
    if (sheet.revision) head.append(element("span", "mpp-badge", `revision ${sheet.revision}`));
    const gutters = new Map();
    this.gutters.push(gutters);
    const lines = element("div", "mpp-code-lines mpp-mono");
    const table = element("div", "mpp-code-table");
    if (sheet.why) lines.append(element("p", "mpp-dim mpp-code-why", sheet.why));
    for (const [index, text] of dedented(sheet.lines).entries()) {
      const line = element("div", "mpp-code-line");
      line.append(this.margins.cellOf(sheet, sheet.first + index, text));
      const gutter = element("span", "mpp-code-dots");
      gutters.set(sheet.first + index, gutter);
      const source = element("code", "mpp-code-source");
      source.append(
        ...words(text).map(([word, kind]) => (kind ? element("span", kind, word) : word)),
      );
      line.append(gutter, element("span", "mpp-code-n mpp-dim", `${sheet.first + index}`), source);
      table.append(line);
    }
    lines.append(table);
    made.append(head, lines);
    return made;
  }

  drawDots() {
    const held = focusedIn(this.el);
    const focused = this.el.contains(held) ? held : null;
    const { at, elsewhere } = placed(this.sheets, this.dots);
    for (const [index, gutters] of this.gutters.entries())
      for (const [line, gutter] of gutters) this.fillGutter(gutter, at[index]?.get(line) ?? []);
    this.drawOthers(elsewhere);
    const chosen = this.dots.find((dot) => keyOf(dot) === this.chosen);
    this.stand.show(chosen ?? null, this.colourOf(chosen));
    if (focused && !focused.isConnected) this.el.focus();
    this.say(this.dots.length ? "" : this.sheets.length ? NOBODY : NO_SOURCE);
  }

  /** Let a line have its dots; a dot that stays is left in the document, with the focus on it. */
  fillGutter(/** @type {HTMLElement} */ gutter, /** @type {Dot[]} */ dots) {
    const shown = dots.slice(0, MOST_DOTS);
    const more = dots.length - shown.length;
    const known = new Map(
      [...gutter.children].map((each) => [/** @type {HTMLElement} */ (each).dataset.dot, each]),
    );
    const wanted = shown.map((dot) => this.dotOf(dot, known.get(keyOf(dot))));
    if (more) wanted.push(element("span", "mpp-code-more mpp-dim", `+${more}`));
    if (
      wanted.length !== gutter.children.length ||
      wanted.some((one, i) => one !== gutter.children[i])
    )
      gutter.replaceChildren(...wanted);
    gutter.parentElement?.classList.toggle("mpp-code-here", dots.length > 0);
  }

  dotOf(/** @type {Dot} */ dot, /** @type {Element | undefined} */ known) {
    const key = keyOf(dot);
    const made = /** @type {HTMLElement} */ (
      known ?? button("", () => this.choose(key === this.chosen ? "" : key), "mpp-code-dot")
    );
    made.className = `mpp-button mpp-code-dot ${this.colourOf(dot)}`;
    made.classList.toggle("mpp-code-running", dot.waits === "running");
    made.classList.toggle("mpp-code-paused", dot.waits === "paused");
    made.classList.toggle("mpp-code-task", Boolean(dot.task));
    made.classList.toggle("mpp-code-chosen", key === this.chosen);
    made.dataset.dot = key;
    made.textContent = dot.client.slice(0, 1);
    made.title = dotTitle(dot);
    made.setAttribute("aria-label", dotTitle(dot));
    made.setAttribute("aria-pressed", String(key === this.chosen));
    return made;
  }

  /** Who stands in no line that is shown: in a framework, or not begun yet. */
  drawOthers(/** @type {Dot[]} */ dots) {
    this.others.hidden = !dots.length;
    const many = counted(dots.length, "handler stands", "handlers stand");
    this.others.replaceChildren(
      element("span", "mpp-dim", `${many} in code that is not yours:`),
      ...dots.slice(0, MOST_DOTS).map((dot) => this.dotOf(dot, undefined)),
    );
  }

  colourOf(/** @type {Dot | undefined} */ dot) {
    return dot ? colourClass(this.scene.names[dot.client]) : "";
  }

  choose(/** @type {string} */ key) {
    this.chosen = key;
    this.drawDots();
    if (!key) this.el.focus();
    else this.bringIn(".mpp-code-chosen");
  }

  /** Set a breakpoint at the line that one is at, or remove it. */
  breakHere() {
    const line = this.margins.near(focusedIn(this.el));
    if (line) this.acts.breakAt({ line });
    else if (!this.margins.focus()) this.acts.warn(NO_LINE);
  }

  /**
   * Up and down go from one dot to the next, and in the margin from line to line; Escape lets go of
   * the chosen one.
   */
  moves(/** @type {any} */ traffic) {
    const step = (/** @type {number} */ way) => {
      if (this.margins.step(focusedIn(this.el), way)) return;
      const dots = /** @type {HTMLElement[]} */ ([...this.el.querySelectorAll(".mpp-code-dot")]);
      if (!dots.length) return;
      const at = dots.indexOf(/** @type {HTMLElement} */ (focusedIn(this.el)));
      const next = at < 0 ? (way > 0 ? 0 : dots.length - 1) : at + way;
      dots[(next + dots.length) % dots.length].focus();
    };
    return {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      ArrowRight: () => step(1),
      ArrowLeft: () => step(-1),
      Enter: () => {},
      b: () => this.breakHere(),
      Escape: () => (this.chosen ? this.choose("") : traffic.escape()),
    };
  }
}
