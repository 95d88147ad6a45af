/** A question to the reader of a ladder that plays: who hears a message? */

import { button, element } from "../shared/dom.js";
import { escaped } from "../shared/format.js";
import { choicesAt, heardBy, verdict } from "./hearing.js";

/** @typedef {import("../ladder/steps.js").Step} Step */

export class Question {
  /** @param {() => void} answered called when the reader has chosen */
  constructor(answered) {
    this.answered = answered;
    this.step = /** @type {Step | null} */ (null);
    this.chosen = /** @type {string[]} */ ([]);
    this.el = element("div", "mpp-play-question");
    this.el.setAttribute("role", "group");
    this.el.hidden = true;
    this.done = button("", () => this.answer(), "mpp-on");
    this.outcome = element("span", "mpp-play-outcome");
    this.outcome.setAttribute("role", "status");
  }

  /** Whether an answer is awaited. */
  get open() {
    return this.step !== null;
  }

  /** Ask who hears the message at an index. @param {Step[]} steps @param {number} index */
  ask(steps, index) {
    this.step = steps[index];
    const all = choicesAt(steps, index);
    const heard = heardBy(steps, index);
    // Named in the order in which they can be chosen.
    this.heard = heard.sort((one, other) => all.indexOf(one) - all.indexOf(other));
    this.chosen = [];
    const said = `Who hears #${this.step.seq} of ${escaped(this.step.clients[0])}?`;
    this.el.setAttribute("aria-label", said);
    const choices = all.map((name) => this.choice(name));
    this.el.replaceChildren(element("span", "", said), ...choices, this.done);
    this.el.hidden = false;
    this.draw();
    (choices[0] ?? this.done).focus();
  }

  choice(/** @type {string} */ name) {
    const made = button(escaped(name), () => {
      const others = this.chosen.filter((each) => each !== name);
      this.chosen = others.length < this.chosen.length ? others : [...others, name];
      made.setAttribute("aria-pressed", String(this.chosen.includes(name)));
      this.draw();
    });
    made.classList.add("mpp-play-choice");
    made.setAttribute("aria-pressed", "false");
    return made;
  }

  draw() {
    this.done.textContent = this.chosen.length ? "They hear it" : "Nobody hears it";
    this.done.title = "Say so, and see who does (Enter)";
  }

  answer() {
    const said = verdict(this.heard ?? [], this.chosen);
    this.step = null;
    this.outcome.textContent = said;
    this.el.replaceChildren(this.outcome);
    this.answered();
  }

  /** Ask no more. */
  shut() {
    this.step = null;
    this.el.hidden = true;
  }
}
