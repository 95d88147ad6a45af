/** What stands round the rows: the bar, the banner, the pill, the foot. */

import { button, element, keepKeys } from "./dom.js";
import { counted, grouped, sizedWithUnit } from "./format.js";
import { GONE } from "./heartbeat.js";
import { KEYS } from "./keys.js";

const EMPTY = "Nothing has passed yet. Connect a client, or open the address in a browser.";
const SEARCHED = "Searches what rows show (up to 200 characters). client:bob dir:client kind:text,binary size>100 /regex/";

/**
 * @typedef {{freeze: () => void, record: () => void, clear: () => void, follow: () => void,
 *   refilter: () => void, leaveBox: () => void}} Acts
 */

export class Chrome {
  /** @param {Acts} acts @param {HTMLElement} grid @param {HTMLElement} detail @param {HTMLElement} aloud */
  constructor(acts, grid, detail, aloud) {
    this.acts = acts;
    this.root = element("div", "mpp-face mpp-traffic");
    keepKeys(this.root);
    this.banner = element("div", "mpp-banner");
    this.banner.setAttribute("role", "alert");
    this.banner.hidden = true;
    this.root.append(this.makeBar(grid), this.banner, this.makeMain(grid, detail), this.makeFoot(aloud));
  }

  makeBar(/** @type {HTMLElement} */ grid) {
    this.box = this.makeBox(grid);
    this.hidden = element("span", "mpp-dim mpp-hidden-count");
    this.freeze = button("Freeze view", this.acts.freeze);
    this.freeze.title = "Hold the picture still; recording goes on (Space)";
    this.record = button("Record", this.acts.record);
    this.record.title = "Write traffic down, or let it pass by unseen";
    this.clear = button("Clear", this.acts.clear, "mpp-quiet");
    this.clear.title = "Let every row go, here and in the kernel";
    const bar = element("div", "mpp-bar mpp-traffic-bar");
    bar.append(this.box, this.hidden, element("span", "mpp-grow"), this.freeze, this.record, this.clear);
    return bar;
  }

  makeBox(/** @type {HTMLElement} */ grid) {
    const box = /** @type {HTMLInputElement} */ (element("input", "mpp-input mpp-filter"));
    box.type = "search";
    box.placeholder = "Filter: text, /regex/, client:bob kind:text size>100";
    box.title = SEARCHED;
    box.setAttribute("aria-label", "Filter");
    box.spellcheck = false;
    box.addEventListener("input", this.acts.refilter);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.acts.leaveBox();
      if (event.key === "Enter" || event.key === "ArrowDown") grid.focus();
    });
    return box;
  }

  makeMain(/** @type {HTMLElement} */ grid, /** @type {HTMLElement} */ detail) {
    this.pill = button("", this.acts.follow, "mpp-on mpp-pill");
    this.empty = element("div", "mpp-empty mpp-dim", EMPTY);
    const list = element("div", "mpp-list");
    list.append(grid, this.empty, this.pill);
    this.main = element("div", "mpp-main");
    this.main.append(list, detail);
    return this.main;
  }

  makeFoot(/** @type {HTMLElement} */ aloud) {
    const foot = element("div", "mpp-bar mpp-bar-foot");
    this.holds = element("span", "mpp-holds");
    foot.append(this.holds, element("span", "mpp-grow"), element("span", "mpp-keys", KEYS), aloud);
    return foot;
  }

  alive(/** @type {boolean} */ alive) {
    this.root.classList.toggle("mpp-deaf", !alive);
    for (const control of [this.freeze, this.record, this.clear]) control.disabled = !alive;
    this.warn(alive ? "" : GONE);
  }

  /** Say something above the rows; "" takes it away. */
  warn(/** @type {string} */ text) {
    this.banner.hidden = !text;
    const away = button("Dismiss", () => this.warn(""), "mpp-quiet");
    this.banner.replaceChildren(element("span", "mpp-grow", text), ...(text === GONE ? [] : [away]));
  }

  /** Say what the filter does. */
  filtered(/** @type {boolean} */ literal, /** @type {number} */ hidden, /** @type {boolean} */ empty) {
    this.empty.hidden = !empty;
    this.empty.textContent = hidden ? "The filter hides every row." : EMPTY;
    this.hidden.textContent = [literal && "taken as text", hidden && `${grouped(hidden)} hidden`].filter(Boolean).join(" · ");
  }

  /** Say what the log holds, what is switched on, and how much is new. */
  status(/** @type {any} */ totals, /** @type {boolean} */ frozen, /** @type {number} */ news) {
    this.holds.textContent = footer(totals, frozen);
    press(this.freeze, frozen);
    press(this.record, totals.recording);
    this.pill.hidden = !news;
    this.pill.textContent = `${grouped(news)} new ↓`;
  }
}

function footer(/** @type {any} */ totals, /** @type {boolean} */ frozen) {
  return [
    `${counted(totals.entries, "entry", "entries")}, ${sizedWithUnit(totals.bytes)}`,
    totals.dropped ? `${grouped(totals.dropped)} oldest dropped` : "nothing dropped",
    totals.unrecorded && `${grouped(totals.unrecorded)} not recorded`,
    !totals.recording && "recording is off",
    frozen && "view frozen",
  ].filter(Boolean).join(" · ");
}

function press(/** @type {HTMLButtonElement} */ made, /** @type {boolean} */ on) {
  made.classList.toggle("mpp-on", on);
  made.setAttribute("aria-pressed", String(on));
}
