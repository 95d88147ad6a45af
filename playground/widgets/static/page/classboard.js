/** The class's board in the teacher's notebook. */

import { ClassView } from "../classroom/classview.js";
import { button, element } from "../shared/dom.js";
import { GONE } from "../shared/line.js";
import { rendering, StateFace } from "../shared/stateface.js";

class ClassFace extends StateFace {
  /** @param {any} model */
  constructor(model) {
    super(model, "mpp-class-face", "mpp-banner mpp-bad");
    this.view = new ClassView({
      ladder: (learner, exercise) => this.command({ kind: "ladder", learner, exercise }),
      remove: (learner) => this.command({ kind: "remove", learner }),
    });
    this.link = /** @type {HTMLAnchorElement} */ (
      element("a", "mpp-class-link", "As a page, with names ↗")
    );
    this.link.target = "_blank";
    this.link.rel = "noopener";
    this.bar = element("div", "mpp-bar");
    this.bar.append(
      element("span", "mpp-name", "The class"),
      element("span", "mpp-grow"),
      this.link,
      this.pasting(),
    );
    this.root.append(this.bar, this.banner, this.view.root);
  }

  show(/** @type {any} */ state) {
    this.link.hidden = !state.page;
    if (state.page) this.link.href = state.page;
    this.view.show(state);
  }

  /** A field for the code of a learner whose kernel does not reach the board. */
  pasting() {
    const form = /** @type {HTMLFormElement} */ (element("form", "mpp-class-paste"));
    const field = /** @type {HTMLInputElement} */ (element("input", "mpp-input mpp-mono"));
    field.placeholder = "Paste a learner's code";
    field.setAttribute("aria-label", field.placeholder);
    const take = button("Take", () => form.requestSubmit());
    form.append(field, take);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.command({ kind: "paste", code: field.value }).then(() => {
        field.value = "";
      });
    });
    return form;
  }

  /** @param {object} message @returns {Promise<any>} what the kernel answers, if it does */
  command(message) {
    this.say("");
    return new Promise((answered) => {
      this.line.ask(message, {
        late: (text) => this.say(text),
        done: (error, result) => {
          if (error && error !== GONE) this.say(error);
          if (!error) answered(result);
        },
      });
    });
  }
}

export default rendering(ClassFace);
