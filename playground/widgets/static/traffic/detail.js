/** The pane beside the rows: what one of them holds, why it is there, and sending it again. */

import { element } from "../shared/dom.js";
import { escaped, hexDump, hexOf, parsedJson } from "../shared/format.js";
import { Again } from "./again.js";
import { anatomyOf } from "./anatomy.js";
import { Copying } from "./copying.js";
import { cutNote } from "./cutnote.js";
import { StateTab } from "./statetab.js";
import { tabLine } from "./tabline.js";
import { decodedOf, packetList, tree } from "./tree.js";
import { unfit } from "./unfit.js";
import { why } from "./why.js";

const TABS = ["Packet", "Decoded", "JSON", "Text", "Hex", "Frame", "Why", "State"];
const RARE = ["Packet", "Decoded", "Frame", "State"]; // only there for what fits them
// Bytes of a hex dump that are drawn at once: a browser takes long over more.
const HEX_BYTES = 16_384;
// So many bytes in a line of the hex dump need this much room, in pixels.
const WIDE_HEX = 520;

/**
 * @typedef {import("./rows.js").Item} Item
 * @typedef {object} Outside what the pane asks of the face it stands in
 * @property {(message: object) => void} say to the kernel
 * @property {(message: object, asker: import("../shared/line.js").Asker) => void} ask it
 * @property {(seq: number) => void} go to another row
 * @property {() => void} shut the pane
 * @property {() => void} leave a form that is shut
 */

export class Detail {
  /** @param {Outside} outside @param {import("./look.js").Look} look */
  constructor(outside, look) {
    this.outside = outside;
    this.look = look;
    this.item = /** @type {Item | null} */ (null);
    this.el = element("section", "mpp-detail");
    this.el.setAttribute("aria-label", "The selected row");
    this.note = element("p", "mpp-detail-note mpp-dim");
    this.body = element("div", "mpp-detail-body");
    this.body.setAttribute("role", "tabpanel");
    this.body.tabIndex = 0;
    this.again = new Again({
      ask: outside.ask,
      refresh: () => this.item && this.ask(),
      leave: outside.leave,
      payload: () => this.editable(),
    });
    this.keeping = /** @type {import("./keeping.js").Keeping | null} */ (null);
    this.state = new StateTab({
      ask: outside.ask,
      changed: () => {
        if (this.item) this.anew();
      },
    });
    this.tabs = this.makeTabs();
    this.el.append(this.tabs, this.note, this.body, this.makeFoot());
    this.forget();
    this.show(null);
  }

  makeTabs() {
    return tabLine(TABS, {
      choose: (name) => this.choose(name),
      turn: (event) => this.turn(event),
      shut: () => this.outside.shut(),
    });
  }

  makeFoot() {
    /** @type {Copying} */
    this.copying = new Copying({
      held: () => this.copyable(),
      cut: () => Boolean(this.held.cut),
      askWhole: () => this.askWhole(),
      say: (text) => this.again.outcome.note(text),
      unsay: (text) => this.again.outcome.el.textContent === text && this.again.outcome.note(""),
    });
    /** @type {HTMLElement} */
    this.acts = element("div", "mpp-detail-acts");
    this.acts.append(this.copying.el, this.again.resendButton, this.again.editButton);
    /** @type {HTMLElement} */
    this.foot = element("div", "mpp-detail-foot");
    this.foot.append(this.acts, this.copying.forms, this.again.outcome.el, this.again.place);
    return this.foot;
  }

  forget() {
    this.answer = /** @type {any} */ (null);
    this.held = /** @type {any} */ ({});
    /** @type {Uint8Array | null} */
    this.bytes = null;
    this.json = /** @type {unknown} */ (undefined);
    /** @type {number} */
    this.hexBytes = HEX_BYTES;
    this.again.show(0, null);
    this.copying.forget();
  }

  /**
   * Show an item; what it holds comes when the kernel answers.
   * @param {Item | null} item
   * @param {string} [note]
   */
  show(item, note = "") {
    const same = item !== null && this.item?.id === item.id && this.item?.count === item.count;
    this.item = item;
    this.el.hidden = item === null;
    this.note.textContent = note;
    this.note.hidden = !note;
    if (same) return;
    this.forget();
    if (item !== null) {
      this.ask();
      this.draw();
    }
  }

  /** Ask for the row once more, and draw what comes. */
  anew() {
    this.forget();
    this.ask();
  }

  ask() {
    this.outside.say({ kind: "detail", seq: this.item?.seq });
  }

  /** Take the kernel's answer. @param {any} message @param {DataView[]} buffers */
  receive(message, buffers) {
    if (message.seq !== this.item?.seq) return;
    const first = this.answer === null;
    this.answer = message.kind === "detail" || message.gone ? message : this.answer;
    if (message.kind === "detail") this.state.take(message.seq, message.state ?? null);
    if (message.kind === "detail") this.again.show(message.seq, message.again ?? null);
    // What is asked once more, to know who is still there, must not shut what one has opened.
    if (!first && message.kind === "detail") return;
    this.hold(message, buffers);
    this.draw();
  }

  hold(/** @type {any} */ message, /** @type {DataView[]} */ buffers) {
    const view = buffers?.[0];
    this.held = message;
    this.bytes = view
      ? new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength)
      : null;
    this.json = message.text != null && !message.cut ? parsedJson(message.text) : undefined;
  }

  /** @param {string} name */
  choose(name) {
    this.look.set({ tab: name });
    this.draw();
  }

  /** The tab to show: the one that was chosen, if it fits, else the one that tells most. */
  get tab() {
    const wanted = this.look.now.tab;
    if (wanted && this.fits(wanted)) return wanted;
    if (this.item?.row?.kind === "frame" && this.fits("Frame")) return "Frame";
    if (this.fits("Packet") && !this.bytes) return "Packet";
    if (this.fits("Decoded")) return "Decoded";
    if (this.fits("JSON")) return "JSON";
    if (this.bytes) return "Hex";
    return this.fits("Text") ? "Text" : "Why";
  }

  /** Its packets of Socket.IO, or its parts as an event. @returns {import("./tree.js").Packet[]} */
  get packets() {
    return this.answer?.packets ?? [];
  }

  get isException() {
    return this.item?.row?.kind === "exception";
  }

  /** @param {string} name */
  fits(name) {
    if (name === "Why") return true;
    if (name === "State") return this.state.fits;
    if (name === "Packet") return this.packets.length > 0;
    if (RARE.includes(name)) return Boolean(this.answer?.[name.toLowerCase()]);
    if (name === "JSON") return this.json !== undefined;
    if (this.isException) return name === "Text";
    return Boolean(this.bytes || this.held.text);
  }

  draw() {
    const { tab } = this;
    for (const each of /** @type {NodeListOf<HTMLButtonElement>} */ (
      this.tabs.querySelectorAll("[role=tab]")
    )) {
      const name = each.dataset.tab ?? "";
      if (RARE.includes(name)) each.hidden = !this.fits(name);
      if (name === "Packet") each.textContent = this.item?.row?.kind === "event" ? "Event" : name;
      if (name === "Text") each.textContent = this.isException ? "Traceback" : "Text";
      each.setAttribute("aria-selected", String(name === tab));
      each.tabIndex = name === tab ? 0 : -1;
      each.disabled = !this.fits(name);
      each.title = each.disabled ? unfit(name, this.answer && this.held) : "";
    }
    this.copying.draw();
    const isKept = this.keeping?.show(this.answer ?? {});
    this.foot.hidden = this.copying.el.hidden && !this.again.prospects && !isKept;
    this.body.replaceChildren(...this.contents(tab));
    this.body.scrollTop = 0;
  }

  /** @param {string} tab @returns {HTMLElement[]} */
  contents(tab) {
    const row = /** @type {import("./rows.js").Row} */ (this.item?.row);
    if (this.answer?.gone)
      return [
        element("p", "mpp-dim", "The kernel has let this row go to make room for newer ones."),
      ];
    const reasons = why(row, this.answer, this.outside.go, tab === "Why");
    // Until the answer comes, the state of the row before stays: what moves is what changes.
    if (tab === "State") return this.state.contents();
    if (!this.answer) return [element("p", "mpp-dim", "Waiting for the kernel"), reasons];
    if (tab === "Why") return [reasons];
    if (tab === "Frame") return anatomyOf(this.answer.frame, this.outside.go);
    if (tab === "Packet") return [...packetList(this.packets), ...this.onTheWire(), reasons];
    if (tab === "Decoded") return [...decodedOf(this.answer.decoded), ...this.onTheWire(), reasons];
    return [this.payload(tab), ...this.cutNote(tab), reasons];
  }

  /** @param {string} tab */
  payload(tab) {
    if (tab === "JSON") {
      const box = element("div", "mpp-mono mpp-json");
      box.append(tree(this.json));
      return box;
    }
    if (tab === "Text") return element("pre", "mpp-mono mpp-wrap", this.text());
    const wide = this.body.clientWidth >= WIDE_HEX;
    return element(
      "pre",
      "mpp-mono mpp-hex",
      hexDump(this.raw().subarray(0, this.hexBytes), wide ? 16 : 8),
    );
  }

  /** Below what was made of a message, what went over the wire. @returns {HTMLElement[]} */
  onTheWire() {
    if (this.bytes && this.packets.length) return [];
    const said = element("p", "mpp-dim mpp-packet-wire", "On the wire:");
    const tab = this.bytes ? "Hex" : "Text";
    const raw = this.payload(tab);
    raw.classList.add("mpp-packet-raw");
    return [said, raw, ...this.cutNote(tab)];
  }

  raw() {
    return this.bytes ?? new TextEncoder().encode(this.held.text ?? "");
  }

  text() {
    const text = this.bytes ? new TextDecoder().decode(this.bytes) : (this.held.text ?? "");
    const trace = this.isException && this.answer?.note ? `${this.answer.note}\n\n` : "";
    return escaped(trace + text, "\n\t");
  }

  /** @param {string} tab @returns {HTMLElement[]} */
  cutNote(tab) {
    const here = (this.bytes ?? this.held.text ?? "").length;
    const inHex = tab === "Hex";
    return cutNote({
      ...this.held,
      unit: inHex || this.bytes ? ["byte", "bytes"] : ["character", "characters"],
      here: inHex ? this.raw().length : here,
      most: inHex ? this.hexBytes : Infinity,
      showMore: () => this.showMore(),
      showAll: () => void this.askWhole(),
    });
  }

  showMore() {
    const { scrollTop } = this.body;
    this.hexBytes *= 4;
    this.draw();
    this.body.scrollTop = scrollTop;
  }

  /** Ask for all of a payload; false if that was all. */
  askWhole() {
    if (this.held.kind === "whole") return false;
    this.outside.say({ kind: "whole", seq: this.item?.seq });
    return true;
  }

  copyable() {
    if (!this.answer || this.answer.gone) return null;
    const text = this.isException ? this.text() : this.held.text;
    const { seq } = this.answer;
    return { seq, text, bytes: this.bytes, json: this.json, command: this.answer.command };
  }

  /** What there is to edit. @returns {{text: string, kind: string, whole: boolean}} */
  editable() {
    const whole = !this.held.cut;
    if (this.bytes) return { text: hexOf(this.bytes), kind: "binary", whole };
    return { text: this.held.text ?? "", kind: this.json === undefined ? "text" : "json", whole };
  }

  /** Move between tabs with the arrow keys. @param {KeyboardEvent} event */
  turn(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const fitting = TABS.filter((name) => this.fits(name));
    this.choose(fitting[(fitting.indexOf(this.tab) + step + fitting.length) % fitting.length]);
    this.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.tabs.querySelector("[aria-selected=true]"))?.focus();
  }

  close() {
    this.copying.stop();
  }
}
