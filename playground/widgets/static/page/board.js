/** The board: which exercises are done, and what the open ones still miss. */

import { button, element } from "../shared/dom.js";
import { GONE } from "../shared/line.js";
import { rendering, StateFace } from "../shared/stateface.js";

const WORDS = /** @type {Record<string, string>} */ ({
  done: "done",
  open: "open",
  checking: "checking …",
  failed: "not checked",
});
const STEPS = "What the check did";

/**
 * @typedef {{name: string, task: string, state: string, fault: string, steps: string[],
 *   revision: number}} Exercise
 * @typedef {{as?: string, here?: boolean, away?: string, helped?: string[]}} Standing with the
 *   class's board
 * @typedef {{lab: string, exercises: Exercise[], done: number, class: Standing}} State
 */

class Board extends StateFace {
  /** @param {any} model */
  constructor(model) {
    super(model, "mpp-board", "mpp-banner mpp-bad");
    /** @type {Set<string>} the exercises whose steps are unfolded */
    this.unfolded = new Set();
    this.count = element("span", "mpp-dim mpp-board-count");
    this.count.setAttribute("role", "status");
    this.pips = element("span", "mpp-pips");
    this.pips.setAttribute("aria-hidden", "true");
    this.joined = element("span", "mpp-dim mpp-board-joined");
    /** @type {Standing} */
    this.standing = {};
    this.againButton = button("Check again", () => this.again());
    this.list = element("ul", "mpp-exercises");
    const bar = element("div", "mpp-bar");
    bar.append(
      element("span", "mpp-name", "Exercises"),
      this.pips,
      this.count,
      element("span", "mpp-grow"),
      this.joined,
      this.againButton,
    );
    this.away = element("div", "mpp-dim mpp-board-away");
    this.root.append(bar, this.banner, this.away, this.list);
  }

  show(/** @type {State} */ state) {
    const { exercises, done } = state;
    this.standing = state.class ?? {};
    this.showStanding();
    const told = `${done} of ${exercises.length} done`;
    // Read aloud when it changes, and then only.
    if (this.count.textContent !== told) this.count.textContent = told;
    this.pips.replaceChildren(
      ...exercises.map((each) => element("span", `mpp-pip mpp-${each.state}`)),
    );
    this.list.replaceChildren(...exercises.map((each) => this.row(each)));
  }

  row(/** @type {Exercise} */ exercise) {
    const row = element("li", `mpp-exercise mpp-${exercise.state}`);
    const mark = element("span", `mpp-mark mpp-${exercise.state}`);
    mark.setAttribute("aria-hidden", "true");
    const head = element("div", "mpp-exercise-head");
    head.append(
      element("span", "mpp-mono mpp-exercise-name", exercise.name),
      element("span", "mpp-exercise-state", standing(exercise)),
    );
    const told = element("div", "mpp-exercise-told");
    told.append(head, element("div", "mpp-exercise-task", exercise.task));
    if (exercise.fault) told.append(element("div", "mpp-exercise-fault", sentence(exercise.fault)));
    if (exercise.fault && this.standing.as) told.append(this.helping(exercise));
    if (exercise.steps.length) told.append(this.steps(exercise));
    row.append(mark, told);
    return row;
  }

  /** Whether the class's board hears of it. */
  showStanding() {
    const { as, here, away = "" } = this.standing;
    this.joined.hidden = !as || Boolean(away);
    this.joined.textContent = here
      ? `on the class's board as ${as}`
      : "joining the class's board …";
    this.joined.title = "It is told what is done, and the sentence of what is not.";
    this.away.textContent = away;
    this.away.hidden = !away;
  }

  helping(/** @type {Exercise} */ exercise) {
    const asked = this.standing.helped?.includes(exercise.name);
    const told = this.standing.away
      ? "Your wish for help goes along as soon as the class's board is there."
      : "Your teacher is asked for help.";
    if (asked) return element("div", "mpp-dim mpp-helping", told);
    const ask = button("Ask for help", () => this.ask({ kind: "help", exercise: exercise.name }));
    ask.title = "Shows your teacher this sentence and the ladder of what the check played";
    const box = element("div", "mpp-helping");
    box.append(ask);
    return box;
  }

  steps(/** @type {Exercise} */ exercise) {
    const folded = /** @type {HTMLDetailsElement} */ (element("details", "mpp-steps"));
    folded.open = this.unfolded.has(exercise.name);
    folded.addEventListener("toggle", () => {
      if (folded.open) this.unfolded.add(exercise.name);
      else this.unfolded.delete(exercise.name);
    });
    const list = element("ol", "mpp-steps-list");
    list.append(...exercise.steps.map((step) => element("li", "", step)));
    folded.append(element("summary", "mpp-dim", STEPS), list);
    return folded;
  }

  again() {
    this.ask({ kind: "again" });
  }

  ask(/** @type {object} */ message) {
    this.say("");
    this.line.ask(message, {
      late: (text) => this.say(text),
      done: (error) => error !== GONE && this.say(error ?? ""),
    });
  }

  /** What was checked stays to be read. @param {boolean} on */
  enable(on) {
    this.againButton.disabled = !on;
  }
}

/** How it stands, and with which code it was so. */
function standing(/** @type {Exercise} */ exercise) {
  const told = WORDS[exercise.state] ?? exercise.state;
  return exercise.revision ? `${told} · revision ${exercise.revision}` : told;
}

function sentence(/** @type {string} */ fault) {
  const said = fault.charAt(0).toUpperCase() + fault.slice(1);
  return /[.?!]$/.test(said) ? said : `${said}.`;
}

export default rendering(Board);
