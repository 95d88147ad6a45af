/** The form that tries a route: a field for each parameter, and the response that came of it. */

import { freeName } from "../clients/clients.js";
import { button, element } from "../shared/dom.js";
import { choice, Field, formOf, Outcome, setBusy } from "../shared/fields.js";
import { GONE } from "../shared/line.js";
import {
  answerWords,
  asked,
  fillPath,
  hint,
  previewed,
  shownBody,
  typedList,
} from "../shared/paths.js";
import { choose } from "../shared/selected.js";
import { brokenOf, HOLDS_ON } from "./broken.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const BODILESS = ["GET", "HEAD", "OPTIONS"];

export class TryForm {
  /**
   * @param {import("../shared/paths.js").Route} route
   * @param {import("../shared/line.js").Line} line
   * @param {{taken: () => string[], leave: () => void, breaks: () => boolean}} around
   */
  constructor(route, line, around) {
    this.route = route;
    this.line = line;
    this.around = around;
    this.socket = route.kind === "websocket";
    this.waiting = 0;
    this.el = formOf(`Try ${route.path}`, () => this.submit(), around.leave);
    this.build();
    this.changed();
    this.fillIn();
  }

  build() {
    /** @type {Map<string, Field>} */
    this.fields = new Map(
      asked(this.route).map((each) => [
        each.name,
        new Field(each.name, {
          hint: hint(each),
          required: each.required && !each.variadic,
          mono: true,
        }),
      ]),
    );
    /** @type {Outcome} */
    this.outcome = new Outcome();
    /** @type {HTMLElement} */
    this.answer = element("div");
    /** @type {HTMLElement} */
    this.preview = element("span", "mpp-mono mpp-dim mpp-preview");
    const row = element("div", "mpp-fields");
    row.append(
      ...[...this.fields.values()].map((field) => field.el),
      ...(this.socket ? this.socketFields() : this.httpFields()),
    );
    /** @type {HTMLButtonElement} */
    this.go = button(this.socket ? "Connect" : "Send", () => {}, "mpp-on");
    this.go.type = "submit";
    const foot = element("div", "mpp-form-foot");
    foot.append(this.go, this.preview, element("span", "mpp-grow"));
    if (this.around.breaks()) foot.append(this.breakButton());
    this.el.append(this.head(), row, foot, this.outcome.el, this.answer);
    this.el.addEventListener("input", () => this.changed());
  }

  head() {
    const head = element("div", "mpp-form-head");
    const shut = button("×", this.around.leave, "mpp-quiet mpp-shut-form");
    shut.setAttribute("aria-label", "Close the form");
    /** @type {HTMLElement} */
    this.doc = element("span", "mpp-dim mpp-form-doc", this.route.doc);
    head.append(
      element("span", "mpp-mono mpp-form-name", this.route.handler),
      this.doc,
      element("span", "mpp-grow"),
      shut,
    );
    return head;
  }

  /**
   * Take a route that differs in its docstring only.
   * @param {import("../shared/paths.js").Route} route
   */
  describe(route) {
    this.route = route;
    this.doc.textContent = route.doc;
  }

  socketFields() {
    /** @type {Field} */
    this.client = new Field("client's name", { hint: freeName(this.around.taken()) });
    /** @type {Field} */
    this.subprotocols = new Field("subprotocols", { hint: "none" });
    /** @type {Field} */
    this.first = new Field("first message", { hint: "none", mono: true });
    this.first.el.classList.add("mpp-field-wide");
    this.first.el.hidden = true;
    return [this.client.el, this.subprotocols.el, this.first.el];
  }

  breakButton() {
    const made = button("Break…", () => this.breakIt(made), "mpp-quiet");
    made.title =
      "For 3 seconds, apart from the app on stage: conversations that nobody would have on purpose";
    return made;
  }

  /** Have the route broken on purpose, and say what is wrong. */
  breakIt(/** @type {HTMLButtonElement} */ made) {
    made.disabled = true;
    this.ask(
      { kind: "fuzz", path: this.route.path },
      (result) => {
        const away = () => this.answer.replaceChildren();
        this.answer.replaceChildren(brokenOf(result, this.route.path, away));
      },
      { ended: () => this.restore(made), note: HOLDS_ON },
    );
  }

  /** Fill in an example of what clients have sent there, if any is known. */
  fillIn() {
    if (!this.around.breaks()) return;
    const { kind, path } = this.route;
    const method = this.method?.value ?? "";
    this.line.ask(
      { kind: "example", of: kind, path, method },
      {
        late: () => {},
        done: (_, said) => {
          if (said) this.fill(said);
        },
      },
    );
  }

  fill(/** @type {string} */ said) {
    if (this.body) this.body.input.value ||= said;
    if (!this.first) return;
    // What is sent at once is not sent unasked: a press takes the example.
    this.first.el.hidden = false;
    this.first.input.placeholder = `none; such as ${said}`;
    const take = button("Use the example", () => {
      this.first.input.value = said;
      this.changed();
    });
    take.classList.add("mpp-quiet", "mpp-take");
    this.first.el.append(take);
  }

  httpFields() {
    const wrap = element("label", "mpp-field mpp-field-method");
    /** @type {HTMLSelectElement} */
    this.method = choice(
      "Method",
      METHODS.map((each) => [each, each]),
      () => {
        this.changed();
        this.fillIn();
      },
    );
    wrap.append(element("span", "mpp-field-name", "method"), this.method);
    /** @type {Field} */
    this.body = new Field("body", { tag: "textarea", mono: true });
    this.body.el.classList.add("mpp-field-wide");
    return [wrap, this.body.el];
  }

  get values() {
    return Object.fromEntries([...this.fields].map(([name, field]) => [name, field.value]));
  }

  changed() {
    this.preview.textContent = previewed(this.route, this.values);
    if (this.first) this.go.textContent = this.first.value ? "Connect and send" : "Connect";
    if (this.body) this.body.el.hidden = BODILESS.includes(this.method.value);
  }

  /** Suggest a name again: others were taken. */
  suggest() {
    if (this.client) this.client.input.placeholder = freeName(this.around.taken());
  }

  focus() {
    const first = /** @type {HTMLElement | null} */ (this.el.querySelector("input, select"));
    (first ?? this.go).focus();
  }

  submit() {
    const { path, problems } = fillPath(this.route, this.values);
    for (const [name, field] of this.fields) field.problem(problems[name] ?? "");
    const [first] = Object.keys(problems);
    if (first) this.fields.get(first)?.input.focus();
    else if (this.socket) this.connect(path);
    else this.send(path);
  }

  connect(/** @type {string} */ path) {
    const client = this.client.value.trim() || this.client.input.placeholder;
    const first = this.first.value;
    this.ask(
      { kind: "connect", client, path, subprotocols: typedList(this.subprotocols.value), first },
      (name) => {
        const panel = /** @type {HTMLElement} */ (this.el.closest(".mpp-face") ?? this.el);
        this.around.leave();
        choose(panel, name, true);
      },
    );
  }

  send(/** @type {string} */ path) {
    const method = this.method.value;
    const body = this.body.el.hidden ? "" : this.body.value;
    this.ask({ kind: "request", method, path, body }, (result) =>
      this.answer.replaceChildren(
        answerOf(result, `${method} ${path}`, () => this.answer.replaceChildren()),
      ),
    );
  }

  ask(
    /** @type {object} */ message,
    /** @type {(result: any) => void} */ then,
    { ended = () => {}, note = "" } = {},
  ) {
    this.outcome.note(note);
    this.busy(1);
    this.line.ask(message, {
      late: (text) => this.outcome.note(text || note),
      done: (error, result) => {
        this.busy(-1);
        ended();
        this.outcome.note("");
        if (error === null) then(result);
        else if (error !== GONE) this.outcome.error(error);
      },
    });
  }

  restore(/** @type {HTMLButtonElement} */ made) {
    made.disabled = false;
  }

  busy(/** @type {number} */ more) {
    this.waiting += more;
    this.go.disabled = this.waiting > 0;
    setBusy(this.go, this.waiting > 0);
  }
}

/**
 * @param {any} result
 * @param {string} request what was asked, as "GET /greet/Ada"
 * @param {() => void} away
 */
export function answerOf(result, request, away) {
  const box = element("div", "mpp-answer");
  const head = element("div", "mpp-answer-head");
  const status = element(
    "span",
    result.status >= 400 ? "mpp-answer-status mpp-wrong" : "mpp-answer-status",
    answerWords(result),
  );
  status.setAttribute("role", "status");
  const shut = button("×", away, "mpp-quiet mpp-shut-form");
  shut.setAttribute("aria-label", "Close the response");
  head.append(
    element("span", "mpp-mono mpp-dim mpp-answer-to", request),
    status,
    element("span", "mpp-grow"),
    shut,
  );
  box.append(head);
  const { text, more } = shownBody(result.body);
  if (text) box.append(bodyOf(text));
  if (more) box.append(element("div", "mpp-dim", more));
  return box;
}

function bodyOf(/** @type {string} */ text) {
  const body = element("pre", "mpp-mono mpp-answer-body", text);
  body.tabIndex = 0;
  body.setAttribute("aria-label", "Response body");
  return body;
}
