/** The form that closes a client's connection, with a code and a reason. */

import { button, element } from "./dom.js";
import { Field, formOf } from "./fields.js";
import { closeProblems } from "./messages.js";

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
