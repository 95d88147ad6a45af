/**
 * The panel in a window of its own, and back. It is the same panel: its elements move, with all
 * that is selected, open or half written in them.
 */

import { button, element, keepKeys, move } from "../shared/dom.js";
import { Dress, otherWindow } from "./otherwindow.js";

const LEAST_WIDTH = 480;
const MOST_WIDTH = 760;
const HEIGHT = 640;

// A cell that is run again takes its panel away and shows another one, some time later.
const WAITS = 30_000;
const TAKEN =
  "The notebook took this panel away. When its cell is run again, the panel comes back here.";
const TYPED = ["INPUT", "TEXTAREA", "SELECT"];
const NO_WINDOW =
  "The browser opened no window. Let this page open pop-up windows, then press the button again.";

/**
 * A window with a panel, or waiting for one.
 * @typedef {{place: HTMLElement, key: string, owner: PopOut | null, note: Node, waits: any,
 *   close: () => void}} Out
 */

/**
 * Who is out, by notebook and lab. Each panel has a script of its own, so the page keeps it.
 * @returns {Map<string, Out>}
 */
function known() {
  const page = /** @type {any} */ (globalThis);
  page.mppPoppedOut ??= new Map();
  return page.mppPoppedOut;
}

export class PopOut {
  /**
   * @param {HTMLElement} el in the panel
   * @param {{name: () => string, say: (text: string) => void, turned: (out: boolean) => void,
   *   keys: () => Record<string, HTMLElement>}} ears
   */
  constructor(el, ears) {
    this.el = el;
    this.ears = ears;
    this.out = /** @type {Out | null} */ (null);
    this.home = /** @type {HTMLElement | null} */ (null);
    this.closed = false;
    this.press = (/** @type {KeyboardEvent} */ event) => this.pressed(event);
  }

  /** The panel's place in the notebook, if it is whole: its faces come one after the other. */
  get whole() {
    this.home ??= this.el.closest(".mpp-panel");
    const faces = this.home?.querySelectorAll(":scope > * > .mpp-face").length;
    return this.home?.isConnected && faces === this.home.childElementCount ? this.home : null;
  }

  /** Which notebook and lab it is. Only one panel of each is out at a time. */
  get key() {
    const notebook = this.home?.closest(".jp-NotebookPanel");
    return `${notebook?.id ?? ""} ${this.ears.name()}`;
  }

  /** These keys are the whole panel's, but where one types. */
  pressed(/** @type {KeyboardEvent} */ event) {
    const held = event.ctrlKey || event.altKey || event.metaKey;
    const { tagName } = /** @type {HTMLElement} */ (event.target);
    const control = this.ears.keys()[event.key.toLowerCase()];
    if (!control || control.hidden || held || TYPED.includes(tagName)) return;
    event.preventDefault();
    event.stopPropagation();
    control.click();
  }

  async toggle() {
    if (this.out) return this.back();
    const home = this.whole;
    if (!home) return;
    const width = Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, home.offsetWidth));
    const view = await otherWindow(width, HEIGHT);
    if (this.closed || !view) {
      view?.close();
      if (!this.closed) this.ears.say(NO_WINDOW);
      return;
    }
    known().get(this.key)?.close();
    this.ears.say("");
    this.goTo(readied(view, this.key, this.ears.name()));
  }

  /** The lab is known: hear the panel's key, and go on in a window that waits for this panel. */
  settle() {
    if (this.closed || this.out) return;
    this.home ??= this.el.closest(".mpp-panel");
    this.home?.addEventListener("keydown", this.press, true);
    const out = known().get(this.key);
    if (!out || out.owner) return;
    if (this.whole) this.goTo(out);
    else setTimeout(() => this.settle(), 50);
  }

  /** @param {Out} out */
  goTo(out) {
    const home = /** @type {HTMLElement} */ (this.home);
    clearTimeout(out.waits);
    out.place.replaceChildren();
    move(home.childNodes, out.place);
    this.out = out;
    this.notebook = home.closest(".jp-NotebookPanel");
    out.owner = this;
    out.place.addEventListener("keydown", this.press, true);
    const said = `The panel of ${this.ears.name()} is in a window of its own.`;
    this.left = placeholder(said, () => this.back());
    home.append(this.left);
    this.ears.turned(true);
  }

  /** Bring the panel back into its place, and close the window. */
  back() {
    const { out, home } = this;
    if (!out || !home) return;
    this.out = out.owner = null;
    this.left?.remove();
    out.place.removeEventListener("keydown", this.press, true);
    move(out.place.childNodes, home);
    this.ears.turned(false);
    out.close();
  }

  /** The panel is taken out of the notebook. Its window waits for the one that comes after it. */
  close() {
    this.closed = true;
    this.home?.removeEventListener("keydown", this.press, true);
    const { out, notebook } = this;
    if (!out) return;
    this.out = out.owner = null;
    this.left?.remove();
    out.place.removeEventListener("keydown", this.press, true);
    out.place.replaceChildren(out.note);
    // A notebook that is closed is not on the page any more, a moment later.
    setTimeout(() => !out.owner && notebook && !notebook.isConnected && out.close());
    out.waits = setTimeout(() => out.close(), WAITS);
  }
}

/**
 * Make what stands where a panel was: where it is, and a way back.
 * @param {string} said
 * @param {() => void} back
 */
export function placeholder(said, back) {
  const made = element("div", "mpp-face mpp-banner mpp-elsewhere");
  const words = element("span", "", said);
  words.setAttribute("role", "status");
  keepKeys(made);
  made.append(words, element("span", "mpp-grow"), button("Bring it back", back));
  return made;
}

/**
 * Dress a window that was opened, and know it by the notebook and lab that it is for.
 * @param {Window} view
 * @param {string} key
 * @param {string} name the lab's
 * @returns {Out}
 */
function readied(view, key, name) {
  const dress = new Dress(view, `${name} · panel`);
  const place = element("div", "mpp-panel mpp-popped");
  view.document.body.style.margin = "0";
  view.document.body.append(place);
  const leave = () => view.close();
  const out = {
    key,
    place,
    owner: /** @type {PopOut | null} */ (null),
    note: element("div", "mpp-banner", TAKEN),
    waits: undefined,
    close: () => {
      dress.close();
      clearTimeout(out.waits);
      removeEventListener("pagehide", leave);
      if (known().get(key) === out) known().delete(key);
      out.owner?.back();
      leave();
    },
  };
  // A person closes the window, or leaves the page that it belongs to.
  view.addEventListener("pagehide", () => out.close());
  addEventListener("pagehide", leave);
  known().set(key, out);
  return out;
}
