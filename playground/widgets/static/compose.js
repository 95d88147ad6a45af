/** The line that sends: from whom, as what, and the message; ↑ and ↓ find what was sent before. */

import { choose, isNear } from "./chosen.js";
import { ALL, colourClass, isOver, sender, stateWords } from "./clients.js";
import { CloseForm } from "./closing.js";
import { button, element } from "./dom.js";
import { choice, formOf, Outcome, setBusy, setOptions } from "./fields.js";
import { GONE } from "./heartbeat.js";
import { History } from "./history.js";
import { read } from "./messages.js";

const KINDS = /** @type {[string, string][]} */ ([["text", "text"], ["json", "JSON"], ["binary", "binary"]]);
const HINTS = { text: "A message", json: '{"say": "hello"}', binary: "Bytes in hex: 89 50 4e 47" };

export class Compose {
  /** @param {import("./line.js").Line} line */
  constructor(line) {
    this.line = line;
    this.clients = [];
    this.open = 0;
    this.chosen = "";
    this.missed = 0;
    this.waiting = 0;
    this.options = "";
    this.told = false;
    this.history = new History();
    this.el = element("div", "mpp-compose");
    this.outcome = new Outcome();
    this.outcome.el.classList.add("mpp-compose-outcome");
    this.place = element("div", "mpp-form-place");
    this.closing = null;
    this.el.append(this.makeForm(), this.outcome.el, this.place);
    this.draw();
  }

  makeForm() {
    this.mark = element("span", "mpp-id");
    this.who = choice("From which client", [], (name) => choose(this.el, name));
    this.who.classList.add("mpp-who-sends");
    this.kind = choice("As what", KINDS, () => this.retype());
    this.input = /** @type {HTMLInputElement} */ (element("input", "mpp-input mpp-mono mpp-message"));
    this.input.setAttribute("aria-label", "Message");
    this.input.autocomplete = "off";
    this.input.spellcheck = false;
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("input", () => this.problem(""));
    this.go = button("Send", () => {}, "mpp-on mpp-send");
    this.go.type = "submit";
    this.closeButton = button("Close…", () => (this.closing ? this.leave() : this.openClosing()), "mpp-quiet");
    this.closeButton.title = "Close the connection, with a code and a reason";
    const form = formOf("Send a message", () => this.submit(), () => this.problem(""));
    form.className = "mpp-bar mpp-compose-bar";
    const from = element("span", "mpp-from");
    from.append(this.mark, this.who);
    form.append(from, this.kind, this.input, this.go, this.closeButton);
    return form;
  }

  /** @param {any} state */
  show(state) {
    this.told = true;
    this.clients = state.clients;
    this.open = state.open;
    if (!this.patient()) this.wanted = undefined;
    const next = this.wanted ?? sender(this.clients, this.chosen);
    if (next === this.chosen) return this.draw();
    this.choose(next, false);
    choose(this.el, next);
  }

  /** @param {string} client @param {boolean} write */
  choose(client, write) {
    // A client that has just connected may not be in the list yet.
    this.wanted = client === ALL || this.clients.some((each) => each.name === client) ? undefined : client;
    this.missed = 0;
    this.chosen = client;
    this.draw();
    if (write && isNear(this.el, document.activeElement)) this.input.focus();
  }

  /** Whether to wait for the client that was chosen: one more state may be without it, but not two. */
  patient() {
    const known = this.clients.some((client) => client.name === this.wanted);
    this.missed += 1;
    return this.wanted !== undefined && !known && this.missed < 2;
  }

  get current() {
    return this.clients.find((client) => client.name === this.chosen);
  }

  /** A client that connects will send when it is there: the kernel waits, and so need nobody here. */
  get canSend() {
    if (this.chosen === ALL) return this.open > 0;
    return this.current ? !isOver(this.current) : Boolean(this.wanted);
  }

  get canClose() {
    return this.canSend && (!this.current || this.chosen === ALL || this.current.state === "open");
  }

  get whom() {
    return this.chosen === ALL ? `all ${this.open}` : this.chosen;
  }

  draw() {
    this.drawOptions();
    this.who.value = this.chosen;
    this.mark.className = `mpp-id ${colourClass(this.current?.index)}`;
    this.who.disabled = !this.who.options.length;
    this.input.disabled = !this.chosen;
    this.input.placeholder = this.hint();
    this.go.disabled = !this.canSend;
    this.closeButton.disabled = !this.canClose;
    if (this.closing && this.canClose) this.closing.for(this.whom);
    else this.leave();
  }

  hint() {
    if (!this.told) return "Waiting for the kernel";
    if (!this.chosen) return this.clients.length ? "No client is open: connect one" : "Connect a client first";
    const words = this.current ? stateWords(this.current) : "";
    if (words) return `${this.chosen}: ${words}`;
    return HINTS[this.kind.value];
  }

  drawOptions() {
    const shown = this.clients.filter((client) => client.state === "open" || client.name === this.chosen);
    const options = shown.map((client) => [client.name, client.state === "open" ? client.name : `${client.name} (${client.state})`]);
    if (this.wanted) options.push([this.wanted, this.wanted]);
    if (this.open > 1 || this.chosen === ALL) options.push([ALL, `all open (${this.open})`]);
    const drawn = JSON.stringify(options);
    if (drawn === this.options) return;
    this.options = drawn;
    setOptions(this.who, /** @type {[string, string][]} */ (options));
  }

  /** Another kind: what was wrong as the one may be right as the other. */
  retype() {
    this.problem("");
    this.draw();
    this.input.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    // A form whose button is disabled doesn't hear Enter.
    if (event.key === "Enter" && !this.canSend) this.problem(`Not sent. ${this.hint()}.`);
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    const { value } = this.input;
    this.input.value = event.key === "ArrowUp" ? this.history.earlier(value) : this.history.later(value);
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  submit() {
    if (!this.canSend) return;
    const typed = this.input.value;
    const message = read(this.kind.value, typed);
    if ("problem" in message) {
      this.problem(message.problem);
      this.input.focus();
      return;
    }
    this.history.add(typed);
    this.input.value = "";
    this.problem("");
    this.ask({ kind: "send", ...message }, () => {
      if (!this.input.value) this.input.value = typed;
    });
  }

  openClosing() {
    this.closing = new CloseForm(this.whom, (code, reason) => this.closeThem(code, reason), () => this.leave());
    this.place.replaceChildren(this.closing.el);
    this.closeButton.setAttribute("aria-expanded", "true");
    this.closing.focus();
  }

  closeThem(/** @type {number} */ code, /** @type {string} */ reason) {
    this.ask({ kind: "close", code, reason }, () => {});
    this.leave();
  }

  leave() {
    const inside = this.place.contains(document.activeElement);
    this.closing = null;
    this.place.replaceChildren();
    this.closeButton.setAttribute("aria-expanded", "false");
    if (inside) (this.closeButton.disabled ? this.who : this.closeButton).focus();
  }

  ask(/** @type {object} */ message, /** @type {() => void} */ failed) {
    const whom = this.chosen === ALL ? { all: true } : { client: this.chosen };
    this.busy(1);
    this.line.ask({ ...message, ...whom }, {
      late: (text) => this.outcome.note(text),
      done: (error) => {
        this.busy(-1);
        if (error !== null) failed();
        if (error !== null && error !== GONE) this.outcome.error(error);
      },
    });
  }

  busy(/** @type {number} */ more) {
    this.waiting += more;
    setBusy(this.go, this.waiting > 0);
  }

  problem(/** @type {string} */ text) {
    this.outcome.error(text);
    this.input.setAttribute("aria-invalid", String(Boolean(text)));
  }
}
