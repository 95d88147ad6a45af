/**
 * The line that sends: from whom, as what, and the message; and the form that closes a connection.
 */

import { button, element, focusedIn } from "../shared/dom.js";
import { choice, Field, formOf, Outcome, setBusy, setOptions } from "../shared/fields.js";
import { escaped } from "../shared/format.js";
import { GONE } from "../shared/line.js";
import { closeProblems, FORMATS, History, read } from "../shared/messages.js";
import { choose, isNear } from "../shared/selected.js";
import { ALL, colourClass, isOver, sender, stateWords } from "./clients.js";

const PLACEHOLDERS = /** @type {Record<string, string>} */ ({
  text: "A message",
  json: '{"say": "hello"}',
  binary: "Bytes in hex: 89 50 4e 47",
});

export class Compose {
  /** @param {import("../shared/line.js").Line} line */
  constructor(line) {
    this.line = line;
    this.clients = /** @type {import("./clients.js").Client[]} */ ([]);
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
    /** @type {HTMLElement} */
    this.mark = element("span", "mpp-id");
    /** @type {HTMLSelectElement} */
    this.who = choice("From which client", [], (name) => choose(this.el, name));
    this.who.classList.add("mpp-who-sends");
    /** @type {HTMLSelectElement} */
    this.kind = choice("As what", FORMATS, () => this.retype());
    /** @type {HTMLInputElement} */
    this.input = /** @type {HTMLInputElement} */ (
      element("input", "mpp-input mpp-mono mpp-message")
    );
    this.input.setAttribute("aria-label", "Message");
    this.input.autocomplete = "off";
    this.input.spellcheck = false;
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("input", () => this.problem(""));
    /** @type {HTMLButtonElement} */
    this.go = button("Send", () => {}, "mpp-on mpp-send");
    this.go.type = "submit";
    /** @type {HTMLButtonElement} */
    this.closeButton = button(
      "Close…",
      () => (this.closing ? this.leave() : this.openClosing()),
      "mpp-quiet",
    );
    this.closeButton.title = "Close the connection, with a code and a reason";
    const form = formOf(
      "Send a message",
      () => this.submit(),
      () => this.problem(""),
    );
    form.className = "mpp-bar mpp-compose-bar";
    const from = element("span", "mpp-from");
    from.append(this.mark, this.who);
    form.addEventListener("focusout", (event) => this.turnedAway(form, event));
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
    this.wanted =
      client === ALL || this.clients.some((each) => each.name === client) ? undefined : client;
    this.missed = 0;
    this.chosen = client;
    this.draw();
    if (write && isNear(this.el, focusedIn(this.el))) this.input.focus();
  }

  /**
   * Whether to wait for the client that was chosen: one more state may be without it, but not two.
   */
  patient() {
    const known = this.clients.some((client) => client.name === this.wanted);
    this.missed += 1;
    return this.wanted !== undefined && !known && this.missed < 2;
  }

  get current() {
    return this.clients.find((client) => client.name === this.chosen);
  }

  /**
   * A client that connects will send when it is there: the kernel waits, and so need nobody here.
   */
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
    this.who.title = this.who.selectedOptions[0]?.textContent ?? "";
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
    if (!this.chosen)
      return this.clients.length ? "No client is open: connect one" : "Connect a client first";
    const words = this.current ? stateWords(this.current) : "";
    if (words) return escaped(`${this.chosen}: ${words}`);
    return PLACEHOLDERS[this.kind.value];
  }

  drawOptions() {
    const shown = this.clients.filter(
      (client) => client.state === "open" || client.name === this.chosen,
    );
    const options = shown.map((client) => [
      client.name,
      escaped(client.state === "open" ? client.name : `${client.name} (${client.state})`),
    ]);
    if (this.wanted) options.push([this.wanted, escaped(this.wanted)]);
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
    this.input.value =
      event.key === "ArrowUp" ? this.history.earlier(value) : this.history.later(value);
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
    this.closing = new CloseForm(
      this.whom,
      (code, reason) => this.closeThem(code, reason),
      () => this.leave(),
    );
    this.place.replaceChildren(this.closing.el);
    this.closeButton.setAttribute("aria-expanded", "true");
    this.closing.focus();
  }

  closeThem(/** @type {number} */ code, /** @type {string} */ reason) {
    this.ask({ kind: "close", code, reason }, () => {});
    this.leave();
  }

  leave() {
    const inside = this.place.contains(focusedIn(this.place));
    this.closing = null;
    this.place.replaceChildren();
    this.closeButton.setAttribute("aria-expanded", "false");
    if (inside) (this.closeButton.disabled ? this.who : this.closeButton).focus();
  }

  ask(/** @type {object} */ message, /** @type {() => void} */ failed) {
    const whom = this.chosen === ALL ? { all: true } : { client: this.chosen };
    this.busy(1);
    this.line.ask(
      { ...message, ...whom },
      {
        late: (text) => this.outcome.note(text),
        done: (error) => {
          this.busy(-1);
          if (error !== null) failed();
          if (error !== null && error !== GONE) this.outcome.error(error);
        },
      },
    );
  }

  busy(/** @type {number} */ more) {
    this.waiting += more;
    setBusy(this.go, this.waiting > 0);
  }

  /** Whoever does something else has read what was wrong with the message. */
  turnedAway(/** @type {HTMLElement} */ form, /** @type {FocusEvent} */ event) {
    const inside = form.contains(/** @type {Node | null} */ (event.relatedTarget));
    if (!inside && this.input.getAttribute("aria-invalid") === "true") this.problem("");
  }

  problem(/** @type {string} */ text) {
    this.outcome.error(text);
    this.input.setAttribute("aria-invalid", String(Boolean(text)));
  }
}

export class CloseForm {
  /**
   * @param {string} whom in words
   * @param {(code: number, reason: string) => void} close
   * @param {() => void} leave
   */
  constructor(whom, close, leave) {
    this.close = close;
    this.el = formOf("Close the connection", () => this.submit(), leave);
    this.el.classList.add("mpp-closing");
    this.code = new Field("code: 1000, or 3000 to 4999", { value: "1000", mono: true });
    this.code.input.inputMode = "numeric";
    this.reason = new Field("reason, if any");
    this.reason.el.classList.add("mpp-field-reason");
    this.go = button("", () => {}, "mpp-on");
    this.go.type = "submit";
    const row = element("div", "mpp-fields");
    const buttons = element("div", "mpp-closing-buttons");
    buttons.append(this.go, button("Cancel", leave, "mpp-quiet"));
    row.append(this.code.el, this.reason.el, buttons);
    this.el.append(row);
    this.for(whom);
  }

  /** @param {string} whom */
  for(whom) {
    this.go.textContent = `Close ${whom}`;
  }

  focus() {
    this.code.input.select();
    this.code.input.focus();
  }

  submit() {
    const problems = closeProblems(this.code.value, this.reason.value);
    this.code.problem(problems.code ?? "");
    this.reason.problem(problems.reason ?? "");
    if (problems.code) this.code.input.focus();
    else if (problems.reason) this.reason.input.focus();
    else this.close(Number(this.code.value), this.reason.value);
  }
}
