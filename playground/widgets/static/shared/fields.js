/** Fields of a form, each with its label and the place where its problem is said. */

import { element } from "./dom.js";

let made = 0;

/** A field: a label over an input, and under it, when there is one, what is wrong. */
export class Field {
  /**
   * @param {string} name
   * @param {{hint?: string, value?: string, required?: boolean, tag?: string, mono?: boolean}}
   *   [wish]
   */
  constructor(name, { hint = "", value = "", required = false, tag = "input", mono = false } = {}) {
    made += 1;
    this.el = element("label", "mpp-field");
    const label = element("span", "mpp-field-name", name);
    if (required) label.append(element("span", "mpp-needed", " needed"));
    this.input = /** @type {HTMLInputElement} */ (
      element(tag, `mpp-input ${mono ? "mpp-mono" : ""}`.trim())
    );
    this.input.value = value;
    this.input.placeholder = hint;
    this.input.spellcheck = false;
    this.input.autocomplete = "off";
    if (required) this.input.setAttribute("aria-required", "true");
    this.wrong = element("span", "mpp-field-wrong");
    this.wrong.id = `mpp-wrong-${made}`;
    this.wrong.hidden = true;
    this.input.setAttribute("aria-describedby", this.wrong.id);
    this.input.addEventListener("input", () => this.problem(""));
    this.el.append(label, this.input, this.wrong);
  }

  get value() {
    return this.input.value;
  }

  /** Say what is wrong; "" if nothing is. @param {string} text */
  problem(text) {
    this.wrong.textContent = text;
    this.wrong.hidden = !text;
    this.input.setAttribute("aria-invalid", String(Boolean(text)));
  }
}

/** Where the outcome of an action is said: an error at once and aloud, a note quietly. */
export class Outcome {
  constructor() {
    this.el = element("div", "mpp-outcome");
    this.el.setAttribute("aria-live", "polite");
    this.el.hidden = true;
  }

  /** @param {string} text */
  error(text) {
    this.show(text, true);
  }

  /** @param {string} text */
  note(text) {
    this.show(text, false);
  }

  show(/** @type {string} */ text, /** @type {boolean} */ bad) {
    this.el.setAttribute("role", bad ? "alert" : "status");
    this.el.classList.toggle("mpp-wrong", bad);
    this.el.textContent = text;
    this.el.hidden = !text;
  }
}

/**
 * A form that Enter sends and Escape leaves.
 * @param {string} label for who cannot see where it stands
 * @param {() => void} submit
 * @param {() => void} leave
 */
export function formOf(label, submit, leave) {
  const form = /** @type {HTMLFormElement} */ (element("form", "mpp-form"));
  form.setAttribute("aria-label", label);
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    leave();
  });
  return form;
}

/**
 * A list to choose from.
 * @param {string} label
 * @param {[string, string][]} options values and what they are called
 * @param {(value: string) => void} chosen
 */
export function choice(label, options, chosen) {
  const select = /** @type {HTMLSelectElement} */ (element("select", "mpp-input mpp-choice"));
  select.setAttribute("aria-label", label);
  setOptions(select, options);
  select.addEventListener("change", () => chosen(select.value));
  return select;
}

/** @param {HTMLSelectElement} select @param {[string, string][]} options */
export function setOptions(select, options) {
  select.replaceChildren(
    ...options.map(([value, text]) => {
      const option = /** @type {HTMLOptionElement} */ (element("option", "", text));
      option.value = value;
      return option;
    }),
  );
}

/** Show that something is under way. @param {HTMLElement} control @param {boolean} busy */
export function setBusy(control, busy) {
  control.setAttribute("aria-busy", String(busy));
  control.classList.toggle("mpp-busy", busy);
}
