/** What stands round a picture of the traffic: the bar, the banner, the pill, the foot. */

import { button, element, keepKeys } from "./dom.js";
import { FilterBox } from "./filterbox.js";
import { counted, grouped, sizedWithUnit } from "./format.js";
import { GONE } from "./heartbeat.js";
import { HINT } from "./keys.js";

const EMPTY = "Nothing has passed yet. Connect a client, or open the address in a browser.";
const WAITING = "Waiting for the kernel";

/**
 * @typedef {{freeze: () => void, record: () => void, clear: () => void, follow: () => void, help: () => void,
 *   toggleFrames: () => void, picture: (name: string) => void}} Acts
 * @typedef {object} State what the foot and the buttons say
 * @property {any} totals
 * @property {boolean} frozen
 * @property {boolean} frames they are shown
 * @property {number} news
 * @property {boolean} waiting the kernel has not been heard yet
 */

export class Chrome {
  /**
   * @param {Acts} acts
   * @param {import("./filterbox.js").Acts} filtering
   * @param {string[]} pictures names of those there are to choose from
   */
  constructor(acts, filtering, pictures) {
    this.acts = acts;
    this.root = element("div", "mpp-face mpp-traffic");
    keepKeys(this.root);
    this.box = new FilterBox(filtering);
    this.banner = element("div", "mpp-banner");
    this.banner.setAttribute("role", "alert");
    this.banner.hidden = true;
    this.note = element("div", "mpp-filter-note");
    this.note.setAttribute("role", "status");
    this.note.hidden = true;
    this.main = element("div", "mpp-main");
    this.root.append(this.makeBar(pictures), this.note, this.banner, this.main, this.makeFoot());
  }

  makeBar(/** @type {string[]} */ pictures) {
    this.hidden = element("span", "mpp-dim mpp-hidden-count");
    this.freeze = button("Freeze view", this.acts.freeze);
    this.freeze.title = "Hold the picture still; recording goes on (f)";
    this.record = button("Record", this.acts.record);
    this.record.title = "Write traffic down, or let it pass by unseen (r)";
    this.clear = button("Clear", this.acts.clear, "mpp-quiet");
    this.clear.title = "Let every row go, here and in the kernel";
    this.frames = button("Frames", this.acts.toggleFrames);
    this.frames.title = "Show frames among the messages (v)";
    this.frames.hidden = true;
    const bar = element("div", "mpp-bar mpp-traffic-bar");
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", "Traffic");
    bar.append(this.makeSwitch(pictures), this.box.el, this.hidden, element("span", "mpp-grow"), this.frames, this.freeze, this.record, this.clear);
    return bar;
  }

  /** The switch between pictures; with one there is nothing to choose. */
  makeSwitch(/** @type {string[]} */ pictures) {
    this.pictures = pictures.map((name) => {
      const choice = button(name, () => this.acts.picture(name));
      choice.dataset.picture = name;
      return choice;
    });
    const all = element("span", "mpp-segments mpp-pictures");
    all.setAttribute("role", "group");
    all.setAttribute("aria-label", "Picture");
    all.append(...this.pictures);
    all.hidden = pictures.length < 2;
    return all;
  }

  /** @param {HTMLElement[]} pictures @param {HTMLElement} detail @param {HTMLElement} sheet */
  fill(pictures, detail, sheet) {
    this.pill = button("", this.acts.follow, "mpp-on mpp-pill");
    this.pill.title = "Go to the newest, and follow (End)";
    this.empty = element("div", "mpp-empty mpp-dim", WAITING);
    const list = element("div", "mpp-list");
    list.append(...pictures, this.empty, this.pill);
    this.main.append(list, detail, sheet);
  }

  makeFoot() {
    const foot = element("div", "mpp-bar mpp-bar-foot");
    this.holds = element("span", "mpp-holds");
    const keys = button("? keys", this.acts.help, "mpp-quiet mpp-keys");
    keys.title = "What keys do (?)";
    this.foot = foot;
    foot.append(this.holds, element("span", "mpp-grow"), element("span", "mpp-keys-hint", HINT), keys);
    return foot;
  }

  alive(/** @type {boolean} */ alive) {
    this.root.classList.toggle("mpp-deaf", !alive);
    for (const control of [this.record, this.clear]) control.disabled = !alive;
    this.warn(alive ? "" : GONE);
  }

  /** Say something above the rows; "" takes it away. */
  warn(/** @type {string} */ text) {
    this.banner.hidden = !text;
    const away = button("Dismiss", () => this.warn(""), "mpp-quiet");
    this.banner.replaceChildren(element("span", "mpp-grow", text), ...(text === GONE ? [] : [away]));
  }

  /** Say what cannot be read in the filter. @param {string[]} problems sentences */
  problems(problems) {
    const said = problems.join(" ");
    this.note.hidden = !said;
    if (this.note.textContent !== said) this.note.textContent = said;
    this.box.input.setAttribute("aria-invalid", String(Boolean(said)));
  }

  /**
   * Say what the filter does.
   * @param {import("./feed.js").Shown} shown
   * @param {State} state
   * @param {string} looking how far the kernel has looked, "" when it is done
   */
  filtered({ items, hidden, frames }, state, looking) {
    const only = hidden - frames;
    const said = [only && `${grouped(only)} hidden by filter`, frames && `${counted(frames, "frame", "frames")} hidden`, looking];
    this.hidden.textContent = said.filter(Boolean).join(" · ");
    this.empty.hidden = items.length > 0;
    this.empty.textContent = emptyWords(state, hidden, looking);
  }

  /** Say what the log holds, what is switched on, and how much is new. @param {State} state */
  status(state) {
    const { totals, frozen, news, frames } = state;
    const said = footer(totals, frozen);
    if (this.holds.textContent !== said) this.holds.textContent = said;
    this.holds.classList.toggle("mpp-warned", !totals.recording);
    press(this.freeze, frozen);
    press(this.record, totals.recording);
    press(this.frames, frames);
    this.frames.hidden = !totals.frames;
    this.pill.hidden = !news;
    this.pill.textContent = `${grouped(news)} new ↓`;
  }

  /** Say which picture is shown. @param {string} name */
  shows(name) {
    for (const choice of this.pictures) press(choice, choice.dataset.picture === name);
  }
}

function emptyWords(/** @type {State} */ { waiting, totals }, /** @type {number} */ hidden, /** @type {string} */ looking) {
  if (waiting) return WAITING;
  if (hidden) return looking ? "Nothing found yet." : "The filter hides every row.";
  return totals.recording ? EMPTY : "Recording is off: what passes is not written down.";
}

function footer(/** @type {any} */ totals, /** @type {boolean} */ frozen) {
  return [
    `${counted(totals.entries, "entry", "entries")}, ${sizedWithUnit(totals.bytes)}`,
    totals.dropped ? `${grouped(totals.dropped)} let go` : "nothing let go",
    totals.unrecorded && `${grouped(totals.unrecorded)} not recorded`,
    !totals.recording && "recording is off",
    frozen && "view frozen",
  ].filter(Boolean).join(" · ");
}

function press(/** @type {HTMLButtonElement} */ made, /** @type {boolean} */ on) {
  made.classList.toggle("mpp-on", on);
  made.setAttribute("aria-pressed", String(on));
}
