/**
 * Sending something again, as it was or edited: what the pane's buttons do, and the form to edit
 * in.
 */

import { button, element, focusedIn } from "../shared/dom.js";
import { choice, formOf, Outcome, setBusy } from "../shared/fields.js";
import { GONE } from "../shared/line.js";
import { FORMATS, read } from "../shared/messages.js";

/**
 * @typedef {{what: "message", client: string, state: string, others: string[]}} Message
 * @typedef {{what: "request", method: string, path: string, body: string | null, why: string}}
 *   Request
 * @typedef {{ask: (message: object, asker: import("../shared/line.js").Asker) => void, refresh: ()
 *   => void, leave: () => void,
 *   payload: () => {text: string, kind: string, whole: boolean}}} Outside
 */

export class Again {
  /** @param {Outside} outside */
  constructor(outside) {
    this.outside = outside;
    this.seq = 0;
    this.prospects = /** @type {Message | Request | null} */ (null);
    this.resendButton = button("Resend", () => this.resend());
    this.editButton = button("Edit and resend", () => this.edit());
    this.editButton.setAttribute("aria-expanded", "false");
    this.outcome = new Outcome();
    this.place = element("div", "mpp-again");
    this.form = /** @type {HTMLFormElement | null} */ (null);
    this.show(0, null);
  }

  /** @param {number} seq @param {Message | Request | null} prospects what the kernel says of it */
  show(seq, prospects) {
    if (seq !== this.seq) {
      this.shut();
      this.outcome.note("");
    }
    this.seq = seq;
    this.prospects = prospects;
    this.resendButton.hidden = this.editButton.hidden = !prospects;
    if (!prospects) return;
    this.resendButton.textContent = this.over ? "Connect again and resend" : "Resend";
    this.resendButton.disabled = this.stranger || Boolean(this.refusal);
    const title = this.whyNot();
    for (const each of [this.resendButton, this.editButton]) each.title = title;
    this.resendButton.title ||= this.over
      ? `${this.client} is ${this.message?.state}`
      : "Send it once more, as it was";
    this.editButton.title ||= "Change it before it is sent (e)";
  }

  get message() {
    return this.prospects?.what === "message" ? this.prospects : null;
  }

  get client() {
    return this.message?.client ?? "";
  }

  /** Whether the client that sent it has gone, and can come back. */
  get over() {
    return this.message !== null && ["closed", "refused"].includes(this.message.state);
  }

  /** Whether it came from a client that is not the playground's own. */
  get stranger() {
    return this.message?.state === "";
  }

  get refusal() {
    return this.prospects?.what === "request" ? this.prospects.why : "";
  }

  whyNot() {
    if (this.stranger)
      return (
        `${this.client} is not one of the playground's own clients: ` +
        "edit it, and choose who sends it."
      );
    return this.refusal;
  }

  /** Send it as it was. */
  resend() {
    if (!this.prospects || this.resendButton.disabled) {
      this.outcome.note(this.whyNot());
      return;
    }
    this.send({}, this.over);
  }

  /** @param {object} changes @param {boolean} connect */
  send(changes, connect) {
    const { seq } = this;
    setBusy(this.resendButton, true);
    this.outside.ask(
      { kind: "again", seq, connect, ...changes },
      {
        late: (text) => this.seq === seq && this.outcome.note(text),
        done: (error, result) => {
          setBusy(this.resendButton, false);
          if (this.seq === seq) this.ended(error, result);
        },
      },
    );
  }

  ended(/** @type {string | null} */ error, /** @type {any} */ result) {
    if (error === null) {
      this.shut();
      this.outcome.note(result?.status ? `Sent again: ${result.status}.` : "Sent again.");
    } else if (error !== GONE) {
      this.outcome.error(error);
    }
    // Whoever was open may be closed now: that is what there is to say about it.
    this.outside.refresh();
  }

  /** Open the form, or shut it. */
  edit() {
    if (!this.prospects || this.editButton.hidden) return;
    if (this.form) {
      this.shut();
      return;
    }
    this.form =
      this.prospects.what === "message"
        ? this.messageForm(this.prospects)
        : this.requestForm(this.prospects);
    this.place.replaceChildren(this.form);
    this.editButton.setAttribute("aria-expanded", "true");
    this.outcome.note(this.whyNot());
    const box = /** @type {HTMLTextAreaElement} */ (this.form.querySelector("textarea"));
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  shut() {
    const inside = this.place.contains(focusedIn(this.place));
    this.form = null;
    this.place.replaceChildren();
    this.editButton.setAttribute("aria-expanded", "false");
    if (inside) this.outside.leave();
  }

  /** @param {Message} prospects */
  messageForm(prospects) {
    const { text, kind, whole } = this.outside.payload();
    const from = choice("From which client", senders(prospects), () => {});
    const as = choice("As what", FORMATS, () => {});
    as.value = kind;
    const box = area("Message", text);
    if (!whole)
      this.outcome.note("Only the beginning of it is here; what is sent is what stands here.");
    return this.makeForm("Edit and send a message", [row(from, as), box], () => {
      const typed = read(as.value, box.value);
      if ("problem" in typed) return this.wrong(box, typed.problem);
      const back = prospects.client === from.value && this.over;
      return this.send({ ...typed, client: from.value }, back);
    });
  }

  /** @param {Request} prospects */
  requestForm(prospects) {
    const method = field("Method", prospects.method, "mpp-again-method");
    const path = field("Path", prospects.path, "mpp-again-path");
    const box = area("Body", prospects.body ?? "");
    box.placeholder =
      prospects.body === null ? "Not text: it is sent as it was unless you write here" : "No body";
    return this.makeForm("Edit and send a request", [row(method, path), box], () => {
      if (!path.value.startsWith("/")) return this.wrong(path, "A path begins with a slash.");
      const body = prospects.body === null && !box.value ? {} : { body: box.value };
      return this.send(
        { method: method.value.trim().toUpperCase() || "GET", path: path.value, ...body },
        false,
      );
    });
  }

  makeForm(
    /** @type {string} */ label,
    /** @type {HTMLElement[]} */ fields,
    /** @type {() => void} */ submit,
  ) {
    const form = formOf(label, submit, () => this.shut());
    form.classList.add("mpp-again-form");
    const go = button("Send", () => {}, "mpp-on");
    go.type = "submit";
    form.append(
      ...fields,
      row(
        go,
        button("Cancel", () => this.shut(), "mpp-quiet"),
      ),
    );
    // In a text of several lines Enter makes one more; with Ctrl it sends.
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    return form;
  }

  wrong(/** @type {HTMLElement} */ input, /** @type {string} */ text) {
    this.outcome.error(text);
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}

/**
 * Who may send it: who sent it first, then all who are open.
 * @param {Message} prospects
 * @returns {[string, string][]}
 */
function senders({ client, state, others }) {
  const own = state === "open" ? client : `${client} (connect again)`;
  const first = state ? [[client, own]] : [];
  return /** @type {[string, string][]} */ ([
    ...first,
    ...others.filter((name) => name !== client).map((name) => [name, name]),
  ]);
}

function row(/** @type {HTMLElement[]} */ ...children) {
  const line = element("div", "mpp-again-row");
  line.append(...children);
  return line;
}

function area(/** @type {string} */ label, /** @type {string} */ value) {
  const box = /** @type {HTMLTextAreaElement} */ (
    /** @type {HTMLElement} */ (field(label, value, "mpp-again-text", "textarea"))
  );
  box.rows = 3;
  return box;
}

function field(
  /** @type {string} */ label,
  /** @type {string} */ value,
  /** @type {string} */ className,
  tag = "input",
) {
  const input = /** @type {HTMLInputElement} */ (element(tag, `mpp-input mpp-mono ${className}`));
  input.setAttribute("aria-label", label);
  input.value = value;
  input.spellcheck = false;
  input.addEventListener("input", () => input.removeAttribute("aria-invalid"));
  return input;
}
