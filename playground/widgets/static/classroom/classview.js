/** How a class stands: the table, what the learners meet, and what is known of one cell. */

import { button, element } from "../shared/dom.js";
import { ClassGrid } from "./classgrid.js";
import { calledBy, detailsOf, howToJoin, thoseWho } from "./said.js";

/**
 * @typedef {import("./said.js").ClassState} ClassState
 * @typedef {import("./said.js").Sentence} Sentence
 * @typedef {import("./said.js").Learner} Learner
 * @typedef {import("./said.js").Cell} Cell
 * @typedef {import("./classgrid.js").Place} Place
 * @typedef {{ladder?: (learner: number, exercise: string) => Promise<string>,
 *   remove?: (learner: number) => void}} Powers what a teacher may do
 */

const LEGEND = [
  ["done", "done"],
  ["open", "open"],
  ["stuck", "the same sentence for five minutes"],
  ["failed", "could not be checked"],
];

export class ClassView {
  /** @param {Powers} powers */
  constructor(powers) {
    this.powers = powers;
    /** @type {ClassState | null} */
    this.state = null;
    /** @type {Place | null} */
    this.place = null;
    this.asked = "";
    this.named = true;
    /** @type {string} what the detail shows, so that it is drawn anew only when that changes */
    this.shown = "";
    this.headline = element("div", "mpp-class-headline");
    this.headline.setAttribute("role", "status");
    this.empty = element("div", "mpp-class-empty");
    this.grid = new ClassGrid((place) => this.choose(place));
    this.met = element("ol", "mpp-class-met");
    this.detail = element("section", "mpp-class-detail");
    this.detail.setAttribute("aria-live", "polite");
    const aside = element("div", "mpp-class-aside");
    this.metHead = element("h2", "mpp-class-title", "What they meet");
    aside.append(this.detail, this.metHead, this.met);
    this.main = element("div", "mpp-class-main");
    const table = element("div", "mpp-class-left-side");
    this.legend = legend();
    table.append(this.grid.root, this.legend);
    this.main.append(table, aside);
    this.root = element("div", "mpp-class");
    this.root.append(this.headline, this.empty, this.main);
  }

  /** @param {ClassState} state */
  show(state) {
    this.state = state;
    if (this.headline.textContent !== state.headline) this.headline.textContent = state.headline;
    const nobody = state.learners.length === 0;
    this.headline.hidden = this.main.hidden = nobody;
    this.empty.hidden = !nobody;
    if (nobody) this.showEmpty(state.port);
    this.root.style.setProperty("--mpp-rows", String(Math.max(8, state.learners.length)));
    this.grid.show(state, this.named && state.names);
    this.legend.hidden = this.grid.root.hidden = state.exercises.length === 0 && nobody;
    this.showMet(state);
    this.draw();
  }

  /** Whether learners are named, where the names are known. @param {boolean} on */
  setNamed(on) {
    this.named = on;
    this.shown = "";
    if (this.state) this.show(this.state);
  }

  showEmpty(/** @type {string} */ port) {
    if (this.empty.dataset.port === port) return;
    this.empty.dataset.port = port;
    this.empty.replaceChildren(
      element("p", "mpp-class-nobody", "Nobody has joined yet. In a learner's notebook:"),
      element("pre", "mpp-class-join mpp-mono", howToJoin(port)),
      element(
        "p",
        "mpp-dim",
        "What is checked there stands here from then on: done or not, and what is wrong.",
      ),
    );
  }

  showMet(/** @type {ClassState} */ state) {
    const many = state.learners.length;
    this.metHead.hidden = state.sentences.length === 0;
    const focused = this.met.contains(document.activeElement);
    this.met.replaceChildren(...state.sentences.map((each) => this.sentence(each, many)));
    if (focused) /** @type {HTMLElement | null} */ (this.met.querySelector(".mpp-on"))?.focus();
  }

  sentence(/** @type {Sentence} */ each, /** @type {number} */ many) {
    const item = element("li", "mpp-class-sentence");
    const made = button("", () => this.ask(each), "mpp-quiet mpp-class-ask");
    const on = sentenceKey(each) === this.asked;
    made.classList.toggle("mpp-on", on);
    made.setAttribute("aria-pressed", String(on));
    const head = element("span", "mpp-class-many");
    head.append(
      element("b", "", String(each.met)),
      ` of ${many}`,
      element("span", "mpp-class-of mpp-mono", each.exercise),
    );
    if (each.stuck) head.append(element("span", "mpp-class-stuck", `${each.stuck} stuck`));
    made.append(head, element("span", "mpp-class-words", ended(each.text)));
    item.append(made);
    return item;
  }

  /** Show where a sentence is met; asked again, nowhere. @param {Sentence} sentence */
  ask(sentence) {
    this.asked = sentenceKey(sentence) === this.asked ? "" : sentenceKey(sentence);
    this.place = null;
    if (this.state) this.show(this.state);
    this.reveal();
  }

  /** @param {Place} place */
  choose(place) {
    const same = this.place?.learner === place.learner && this.place.exercise === place.exercise;
    this.place = same ? null : place;
    this.asked = "";
    if (this.state) this.show(this.state);
    this.reveal();
  }

  /** Where there is little room it stands below the table. */
  reveal() {
    if (!this.detail.hidden) this.detail.scrollIntoView({ block: "nearest" });
  }

  draw() {
    const state = /** @type {ClassState} */ (this.state);
    const asked = state.sentences.find((each) => sentenceKey(each) === this.asked);
    this.grid.mark(state, this.place, asked?.number ?? -1);
    const learner = state.learners.find((each) => each.id === this.place?.learner);
    const column = state.exercises.indexOf(this.place?.exercise ?? "");
    const cell = learner?.cells[column] ?? null;
    const shown = JSON.stringify([this.place, this.asked, learner, asked]);
    if (shown === this.shown) return;
    this.shown = shown;
    if (asked) this.showAsked(state, asked);
    else if (learner) this.showOne(learner, this.place?.exercise ?? "", cell);
    else this.detail.replaceChildren();
    this.detail.hidden = !asked && !learner;
  }

  /** @param {ClassState} state @param {Sentence} asked */
  showAsked(state, asked) {
    const named = this.named && state.names;
    const who = thoseWho(state, asked).map((each) => (named ? each.name : ""));
    this.detail.replaceChildren(
      element(
        "h2",
        "mpp-class-title",
        `${asked.met} of ${state.learners.length} · ${asked.exercise}`,
      ),
      element("p", "mpp-class-fault", ended(asked.text)),
    );
    if (named) this.detail.append(element("p", "mpp-class-who", who.join(", ")));
  }

  /** @param {Learner} learner @param {string} exercise @param {Cell | null} cell */
  showOne(learner, exercise, cell) {
    const named = this.named && (this.state?.names ?? false);
    const called = calledBy(learner, named);
    const parts = [element("h2", "mpp-class-title", exercise ? `${called} · ${exercise}` : called)];
    if (!exercise) parts.push(element("p", "mpp-dim", this.whole(learner)));
    if (cell) parts.push(element("p", "mpp-dim", detailsOf(cell)));
    if (cell?.text) parts.push(element("p", "mpp-class-fault", ended(cell.text)));
    if (cell?.help && this.powers.ladder) parts.push(this.ladder(learner.id, exercise));
    const { remove } = this.powers;
    if (!exercise && remove) parts.push(removal(called, () => remove(learner.id)));
    this.detail.replaceChildren(...parts);
  }

  whole(/** @type {Learner} */ learner) {
    const done = learner.cells.filter((each) => each?.state === "done").length;
    const parts = [`${done} of ${learner.cells.length} done`];
    if (learner.away) parts.push(learner.away);
    if (learner.pasted) parts.push("as of the code that was pasted");
    return parts.join(" · ");
  }

  /** What came with a wish for help, as a picture: so nothing in it can run. */
  ladder(/** @type {number} */ learner, /** @type {string} */ exercise) {
    const box = element("div", "mpp-class-ladder");
    this.powers.ladder?.(learner, exercise).then((svg) => {
      if (!svg) return;
      const image = /** @type {HTMLImageElement} */ (element("img"));
      image.alt = `Ladder of what the check of ${exercise} played`;
      image.onload = () => this.reveal();
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
      box.replaceChildren(image);
    });
    return box;
  }
}

/** A sentence by its words: its number is another one when others meet more. */
function sentenceKey(/** @type {Sentence} */ each) {
  return `${each.exercise} ${each.text}`;
}

function ended(/** @type {string} */ text) {
  const said = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!…]$/.test(said) ? said : `${said}.`;
}

/** A button that asks once more. @param {string} called @param {() => void} remove */
function removal(called, remove) {
  const made = button("Take off the board", () => {
    if (made.dataset.sure) remove();
    made.dataset.sure = "yes";
    made.textContent = `Take ${called} off? Press again`;
  });
  return made;
}

function legend() {
  const root = element("div", "mpp-class-legend");
  for (const [state, words] of LEGEND) {
    const each = element("span", "mpp-class-key");
    each.append(element("span", `mpp-cell mpp-is-${state}`), words);
    root.append(each);
  }
  const help = element("span", "mpp-class-key");
  help.append(element("span", "mpp-cell mpp-is-open mpp-helps"), "asks for help");
  root.append(help);
  return root;
}
