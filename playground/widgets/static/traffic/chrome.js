/** What stands round a picture of the traffic: bar, banner and foot. */

import { button, element, keepKeys } from "../shared/dom.js";
import { counted, grouped, sizedWithUnit } from "../shared/format.js";
import { GONE } from "../shared/line.js";
import { FilterBox } from "./filterbox.js";
import { HINT } from "./keys.js";

const EMPTY = "Nothing has passed yet. Connect a client, or open the address in a browser.";
const KEPT =
  "Words hide no error of whom one looks at, and nothing of the lab; kind:text hides those too.";
const CLEARED = "Nothing has passed since the log was cleared.";
const NOTHING_SAVED = "Nothing had passed when this was saved.";
const WAITING = "Waiting for the kernel";
const HAD_NOTHING = "Nothing had passed.";
const GONE_ROWS =
  "The kernel has let these rows go, to make room for newer views. Follow shows what there is now.";
const STOOD =
  "A later cell shows this traffic, so this view keeps the rows that were there before it.";
const CHECKS_ONLY = "Nothing has passed but what a check played; client:check* shows that.";
const FRAMES_ONLY = "Nothing has passed but frames; the button shows those.";
const OF_CHECKS = "What a check plays is shown when the filter asks for it: client:check*";

/**
 * @typedef {{freeze: () => void, goOn: () => void, hold: () => void, record: () => void,
 *   clear: () => void,
 *   follow: () => void, help: () => void,
 *   toggleFrames: () => void, picture: (name: string) => void}} Acts
 * @typedef {object} State what the foot and the buttons say
 * @property {any} totals
 * @property {boolean} frozen
 * @property {boolean} frames they are shown
 * @property {number} news
 * @property {boolean} waiting the kernel has not been heard yet
 * @property {{before: string, gone?: boolean} | null} stands null while it follows
 * @property {{frames: boolean, checks: boolean}} hides what is hidden unless it is asked for
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
    this.bar = this.makeBar(pictures);
    this.root.append(this.bar, this.note, this.banner, this.main, this.makeFoot());
  }

  makeBar(/** @type {string[]} */ pictures) {
    /** @type {HTMLElement} */
    this.hidden = element("span", "mpp-dim mpp-hidden-count");
    /** @type {HTMLButtonElement} */
    this.freeze = button("Freeze view", this.acts.freeze, "mpp-live");
    this.freeze.title = "Hold the picture still; recording goes on (f)";
    /** @type {HTMLButtonElement} */
    this.hold = button("Hold", this.acts.hold, "mpp-quiet mpp-live");
    this.hold.title = "Hold every message in flight, or release them (h)";
    /** @type {HTMLButtonElement} */
    this.record = button("Record", this.acts.record, "mpp-live");
    this.record.title = "Write traffic down, or let it pass by unseen (r)";
    /** @type {HTMLButtonElement} */
    this.clear = button("Clear", this.acts.clear, "mpp-quiet mpp-live");
    this.clear.title = "Let every row go, here and in the kernel (Shift+X)";
    /** @type {HTMLButtonElement} */
    this.frames = button("Frames", this.acts.toggleFrames);
    this.frames.title = "Show frames among the messages (v)";
    this.frames.hidden = true;
    const bar = element("div", "mpp-bar mpp-traffic-bar");
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", "Traffic");
    bar.append(
      this.makeSwitch(pictures),
      this.box.el,
      this.hidden,
      element("span", "mpp-grow"),
      this.frames,
      this.freeze,
      this.hold,
      this.record,
      this.clear,
      this.makeStood(),
    );
    return bar;
  }

  /** Say that the view stands, and offer to go on. */
  makeStood() {
    /** @type {HTMLElement} */
    this.stood = element("span", "mpp-dim mpp-stood");
    this.stood.setAttribute("role", "status");
    this.stood.title = STOOD;
    /** @type {HTMLButtonElement} */
    this.goOn = button("Follow", this.acts.goOn);
    this.goOn.title = "Go on with what is new (l)";
    this.goOn.setAttribute("aria-keyshortcuts", "l");
    /** @type {HTMLElement} */
    this.stoodPlace = element("span", "mpp-stood-place");
    this.stoodPlace.append(this.stood, this.goOn);
    this.stoodPlace.hidden = true;
    return this.stoodPlace;
  }

  /** The switch between pictures; with one there is nothing to choose. */
  makeSwitch(/** @type {string[]} */ pictures) {
    /** @type {HTMLButtonElement[]} */
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
    /** @type {HTMLElement} */
    this.empty = element("div", "mpp-empty mpp-dim", WAITING);
    /** @type {HTMLElement} */
    this.list = element("div", "mpp-list");
    this.list.append(...pictures, this.empty);
    this.main.append(this.list, detail, sheet);
  }

  makeFoot() {
    const foot = element("div", "mpp-bar mpp-bar-foot");
    /** @type {HTMLElement} */
    this.holds = element("span", "mpp-holds");
    const keys = button("? keys", this.acts.help, "mpp-quiet mpp-keys");
    keys.title = "What keys do (?)";
    /** @type {HTMLElement} */
    this.foot = foot;
    /** @type {HTMLButtonElement} */
    this.pill = button("", this.acts.follow, "mpp-on mpp-pill mpp-live");
    this.pill.title = "Go to the newest, and follow (End)";
    foot.append(
      this.holds,
      element("span", "mpp-grow"),
      this.pill,
      element("span", "mpp-keys-hint", HINT),
      keys,
    );
    return foot;
  }

  alive(/** @type {boolean} */ alive) {
    this.root.classList.toggle("mpp-deaf", !alive);
    for (const control of [this.hold, this.record, this.clear]) control.disabled = !alive;
    this.warn(alive ? "" : GONE);
  }

  /**
   * Say something above the rows; "" takes it away.
   * @param {string} text
   * @param {HTMLElement[]} more what may be done about it
   */
  warn(text, ...more) {
    this.banner.hidden = !text;
    const away = button("Dismiss", () => this.warn(""), "mpp-quiet");
    this.banner.replaceChildren(
      element("span", more.length ? "" : "mpp-grow", text),
      ...more,
      ...(more.length ? [element("span", "mpp-grow")] : []),
      ...(text === GONE ? [] : [away]),
    );
  }

  /** Whether a text is what stands above the rows. @param {string | undefined} text */
  says(text) {
    return !this.banner.hidden && this.banner.firstElementChild?.textContent === text;
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
   * @param {import("./shown.js").Shown} shown
   * @param {State} state
   * @param {string} looking how far the kernel has looked, "" when it is done
   */
  filtered({ items, hidden, unasked, kept }, state, looking) {
    const only = hidden - unasked;
    const said = [
      only && `${grouped(only)} hidden by filter`,
      unasked && unaskedWords(unasked, state.hides),
      kept && counted(kept, "error or swap stays", "errors and swaps stay"),
      looking,
    ];
    const text = said.filter(Boolean).join(" · ");
    this.hidden.textContent = text;
    this.hidden.title = [text, kept && KEPT, unasked && state.hides.checks && OF_CHECKS]
      .filter(Boolean)
      .join("\n");
    this.empty.hidden = items.length > 0;
    this.empty.textContent = emptyWords(state, only, unasked, looking);
  }

  /** Say what the log holds, what is switched on, and how much is new. @param {State} state */
  status(state) {
    const { totals, frozen, news, frames } = state;
    const said = footer(totals, frozen);
    if (this.holds.textContent !== said) this.holds.textContent = said;
    this.holds.classList.toggle("mpp-warned", !totals.recording);
    press(this.freeze, frozen);
    press(this.hold, Boolean(totals.holds));
    press(this.record, totals.recording);
    press(this.frames, frames);
    this.frames.hidden = !totals.frames;
    this.stand(state.stands);
    this.pill.hidden = !news;
    this.pill.textContent = `${grouped(news)} new ↓`;
  }

  /** Say that it stands, with a way on; else offer what may be done to a log that moves. */
  stand(/** @type {State["stands"]} */ stands) {
    for (const each of [this.freeze, this.hold, this.record, this.clear])
      each.hidden = stands !== null;
    this.stoodPlace.hidden = stands === null;
    const said = stands?.before ? `as it stood before ${stands.before}` : "as it stood";
    if (this.stood.textContent !== said) this.stood.textContent = stands ? said : "";
    this.root.classList.toggle("mpp-stands", stands !== null);
  }

  /** Say which picture is shown. @param {string} name */
  shows(name) {
    for (const choice of this.pictures) press(choice, choice.dataset.picture === name);
  }
}

/** What is hidden that nobody asked for: frames, or what a check played, or both. */
function unaskedWords(/** @type {number} */ count, /** @type {State["hides"]} */ hides) {
  if (!hides.checks) return `${counted(count, "frame", "frames")} hidden`;
  const both = hides.frames ? "frames and " : "";
  return `${grouped(count)} ${both}of checks hidden`;
}

function emptyWords(
  /** @type {State} */ { waiting, totals, stands, hides },
  /** @type {number} */ hidden,
  /** @type {number} */ unasked,
  /** @type {string} */ looking,
) {
  if (stands?.gone) return GONE_ROWS;
  if (waiting) return WAITING;
  if (totals.saved && !totals.entries) return NOTHING_SAVED;
  if (!hidden && unasked && !looking) return hides.checks ? CHECKS_ONLY : FRAMES_ONLY;
  if (hidden || unasked) return looking ? "Nothing found yet." : "The filter hides every row.";
  if (stands) return HAD_NOTHING;
  if (totals.recording) return totals.last ? CLEARED : EMPTY;
  return "Recording is off: what passes is not written down.";
}

function footer(/** @type {any} */ totals, /** @type {boolean} */ frozen) {
  return [
    `${counted(totals.entries, "entry", "entries")}, ${sizedWithUnit(totals.bytes)}`,
    totals.dropped ? `${grouped(totals.dropped)} let go` : "nothing let go",
    totals.unrecorded && `${grouped(totals.unrecorded)} not recorded`,
    !totals.recording && "recording is off",
    frozen && "view frozen",
  ]
    .filter(Boolean)
    .join(" · ");
}

function press(/** @type {HTMLButtonElement} */ made, /** @type {boolean} */ on) {
  made.classList.toggle("mpp-on", on);
  made.setAttribute("aria-pressed", String(on));
}
