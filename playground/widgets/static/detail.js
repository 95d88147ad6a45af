/** The pane beside the table: what one row holds, and why it is there. */

import { button, element } from "./dom.js";
import { counted, duration, escaped, hexDump, parsedJson, place, sizedWithUnit } from "./format.js";
import { hasPayload } from "./rows.js";
import { tree } from "./tree.js";

const TABS = ["JSON", "Text", "Hex", "Why"];
const HEX_BYTES = 16_384;

/**
 * @typedef {import("./rows.js").Item} Item
 * @typedef {{ask: (seq: number) => void, go: (seq: number) => void, shut: () => void}} Outside
 */

export class Detail {
  /** @param {Outside} outside what the pane asks of the table */
  constructor(outside) {
    this.outside = outside;
    this.item = /** @type {Item | null} */ (null);
    this.answer = /** @type {any} */ (null);
    this.bytes = /** @type {Uint8Array | null} */ (null);
    this.json = /** @type {unknown} */ (undefined);
    this.wanted = "";
    this.el = element("section", "mpp-detail");
    this.el.setAttribute("aria-label", "The selected row");
    this.body = element("div", "mpp-detail-body");
    this.body.setAttribute("role", "tabpanel");
    this.body.tabIndex = 0;
    this.copyButton = button("Copy", () => this.copy());
    this.tabs = this.makeTabs();
    this.el.append(this.tabs, this.body, this.makeFoot());
    this.show(null);
  }

  makeTabs() {
    const list = element("div", "mpp-tabs");
    list.setAttribute("role", "tablist");
    for (const name of TABS) {
      const tab = button(name, () => this.choose(name), "mpp-tab");
      tab.setAttribute("role", "tab");
      list.append(tab);
    }
    const shut = button("×", () => this.outside.shut(), "mpp-quiet mpp-shut");
    shut.title = "Close (Esc)";
    shut.setAttribute("aria-label", "Close");
    list.append(element("span", "mpp-grow"), shut);
    list.addEventListener("keydown", (event) => this.turn(event));
    return list;
  }

  makeFoot() {
    const foot = element("div", "mpp-detail-foot");
    foot.append(this.copyButton);
    return foot;
  }

  /** Show an item; what it holds comes when the kernel answers. @param {Item | null} item */
  show(item) {
    const same = item !== null && this.item?.seq === item.seq && this.item?.count === item.count;
    this.item = item;
    this.el.hidden = item === null;
    if (item === null || same) return;
    this.answer = this.bytes = null;
    this.json = undefined;
    this.outside.ask(item.seq);
  }

  /** Take the kernel's answer. @param {any} message @param {DataView[]} buffers */
  receive(message, buffers) {
    if (message.seq !== this.item?.seq) return;
    this.answer = message;
    const view = buffers?.[0];
    this.bytes = view ? new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength) : null;
    this.json = message.text != null && !message.cut ? parsedJson(message.text) : undefined;
    this.draw();
  }

  /** @param {string} name */
  choose(name) {
    this.wanted = name;
    this.draw();
  }

  /** The tab to show: the one that was chosen, if it fits, else the one that tells most. */
  get tab() {
    if (this.wanted && this.fits(this.wanted)) return this.wanted;
    if (this.fits("JSON")) return "JSON";
    if (this.bytes) return "Hex";
    return this.fits("Text") ? "Text" : "Why";
  }

  /** @param {string} name */
  fits(name) {
    if (name === "Why") return true;
    if (name === "JSON") return this.json !== undefined;
    const row = this.item?.row;
    return Boolean(this.bytes || this.answer?.text) || (name === "Text" && row?.kind === "exception");
  }

  draw() {
    const { tab } = this;
    for (const each of this.tabs.querySelectorAll("[role=tab]")) {
      const on = each.textContent === tab;
      each.setAttribute("aria-selected", String(on));
      /** @type {HTMLButtonElement} */ (each).tabIndex = on ? 0 : -1;
      /** @type {HTMLButtonElement} */ (each).disabled = !this.fits(each.textContent ?? "");
    }
    this.copyButton.hidden = !this.payload();
    this.body.replaceChildren(...(this.answer?.gone ? [gone()] : this.contents(tab)));
    this.body.scrollTop = 0;
  }

  /** @param {string} tab @returns {HTMLElement[]} */
  contents(tab) {
    if (tab === "Why") return [this.why(true)];
    const notes = this.cutNote(tab);
    if (tab === "JSON") return [wrapped(tree(this.json)), this.why(false)];
    if (tab === "Hex") return [element("pre", "mpp-mono", hexDump(this.raw().subarray(0, HEX_BYTES))), ...notes, this.why(false)];
    return [element("pre", "mpp-mono mpp-wrap", this.text()), ...notes, this.why(false)];
  }

  raw() {
    return this.bytes ?? new TextEncoder().encode(this.answer?.text ?? "");
  }

  text() {
    const text = this.bytes ? new TextDecoder().decode(this.bytes) : (this.answer?.text ?? "");
    const trace = this.item?.row?.kind === "exception" && this.answer?.note ? `\n\n${this.answer.note}` : "";
    return escaped(text + trace, "\n\t");
  }

  cutNote(/** @type {string} */ tab) {
    const { length } = this.answer;
    const shown = tab === "Hex" ? Math.min(this.raw().length, HEX_BYTES) : (this.bytes ?? this.answer.text ?? "").length;
    const unit = tab === "Hex" ? ["byte", "bytes"] : ["character", "characters"];
    if (shown >= (tab === "Hex" ? Math.max(length, this.raw().length) : length)) return [];
    return [element("p", "mpp-dim", `The first ${counted(shown, unit[0], unit[1])} are shown.`)];
  }

  /** Where it comes from and what it set off. @param {boolean} whole @returns {HTMLElement} */
  why(whole) {
    const list = element("dl", "mpp-why");
    const row = /** @type {import("./rows.js").Row} */ (this.item?.row);
    const add = (/** @type {string} */ term, /** @type {(Node | string)[]} */ ...said) => {
      const value = element("dd");
      value.append(...said);
      list.append(element("dt", "", term), value);
    };
    const { cause, spontaneous, to, effects, printed, path } = this.answer ?? {};
    if (cause) add("caused by", this.link(cause));
    else if (spontaneous) add("caused by", "nothing: the server sent it by itself");
    if (row.where) add("sent at", element("span", "mpp-mono", place(row.where)));
    if (row.revision) add("revision", String(row.revision));
    if (to) add("to", receivers(to, whole));
    if (whole) {
      if (path) add("on", element("span", "mpp-mono", escaped(path)));
      if (hasPayload(row)) add("size", sizedWithUnit(row.size));
      if (effects?.length) add("set off", ...effects.map((/** @type {any} */ effect) => this.link(effect)));
    }
    if (printed) add("printed", element("pre", "mpp-mono mpp-wrap", escaped(printed, "\n\t")));
    return list;
  }

  /** @param {{seq: number, who: string, what: string}} line */
  link(line) {
    const made = button("", () => this.outside.go(line.seq), "mpp-link");
    made.append(`#${line.seq} ${line.who.replace("→", "⟶")} `, element("span", "mpp-mono", line.what));
    return made;
  }

  /** What Copy copies. */
  payload() {
    if (!this.answer) return "";
    return this.bytes ? [...this.bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ") : (this.answer.text ?? "");
  }

  async copy() {
    const done = await copied(this.payload(), this.el);
    this.copyButton.textContent = done ? "Copied" : "Could not copy";
    setTimeout(() => (this.copyButton.textContent = "Copy"), 1200);
  }

  /** Move between tabs with the arrow keys. @param {KeyboardEvent} event */
  turn(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const fitting = TABS.filter((name) => this.fits(name));
    this.choose(fitting[(fitting.indexOf(this.tab) + step + fitting.length) % fitting.length]);
    this.focus();
    event.preventDefault();
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.tabs.querySelector("[aria-selected=true]"))?.focus();
  }
}

function wrapped(/** @type {HTMLElement} */ child) {
  const box = element("div", "mpp-mono mpp-json");
  box.append(child);
  return box;
}

function gone() {
  return element("p", "mpp-dim", "The kernel has let this row go to make room for newer ones.");
}

function receivers(/** @type {{names: string[], count: number, seconds: number}} */ to, /** @type {boolean} */ whole) {
  const said = `${counted(to.count, "client", "clients")} in ${duration(to.seconds)}`;
  return whole ? `${said}: ${to.names.map((name) => escaped(name)).join(", ")}` : said;
}

/** Copy a text, also where the page has no clipboard (plain http). */
async function copied(/** @type {string} */ text, /** @type {HTMLElement} */ near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = /** @type {HTMLTextAreaElement} */ (element("textarea", "mpp-aloud"));
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    box.value = text;
    near.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    focused?.focus();
    return done;
  }
}
