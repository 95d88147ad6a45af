/** A ladder that plays: step by step, with the source beside it and what is told of it below. */

import { Ladder } from "../ladder/ladder.js";
import { element } from "../shared/dom.js";
import { isAsked } from "./hearing.js";
import { Player } from "./player.js";
import { PlayerBar } from "./playerbar.js";
import { Question } from "./question.js";
import { SourcePane } from "./source.js";

// Steps that come faster are not read out: nobody could follow.
const READ_OUT_SPEED = 1;

/**
 * @typedef {import("../ladder/steps.js").Step} Step
 * @typedef {{words: Record<string, string>, story: boolean,
 *   sheets: import("../code/places.js").SourceSheet[]}} Told
 */

export class PlayingLadder extends Ladder {
  /**
   * @param {import("../traffic/picture.js").Acts} acts
   * @param {import("../traffic/look.js").Look} look
   * @param {Told} told what goes with the steps
   */
  constructor(acts, look, told) {
    super(acts, look);
    this.told = told;
    this.predicts = false;
    /** The step whose question was answered last. @type {Step | undefined} */
    this.known = undefined;
    this.fresh = { step: /** @type {Step | undefined} */ (undefined), since: 0, lasts: 0 };
    this.player = new Player(
      (forward) => this.turned(forward),
      (step) => this.wordsOf(step),
      (index) => this.asksAt(index),
    );
    this.bar = new PlayerBar({
      toggle: () => this.toggle(),
      by: (way) => this.player.by(way),
      go: (index) => this.player.go(index),
      faster: () => this.player.turnSpeed(1),
      predict: () => this.predict(),
    });
    this.source = new SourcePane(told.sheets);
    this.question = new Question(() => this.answered());
    this.said = element("p", "mpp-play-words");
    this.said.setAttribute("role", "status");
    this.aloud = element("div", "mpp-aloud");
    this.aloud.setAttribute("role", "status");
    const stage = element("div", "mpp-play-stage");
    stage.append(this.el, this.source.el);
    this.whole = element("div", "mpp-play");
    this.whole.append(this.bar.el, stage, this.said, this.question.el, this.aloud);
    this.began = !told.story;
  }

  get frame() {
    return this.whole;
  }

  /** The steps up to the newest that is shown. @param {Step[]} all */
  shownOf(all) {
    this.player.take(all);
    if (!this.began && all.length) {
      this.began = true;
      this.player.at = 0;
    }
    // What stands round the steps first: it takes of their room.
    this.drawPlayer();
    return this.player.atEnd ? all : all.slice(0, this.player.at + 1);
  }

  toggle() {
    if (this.question.open) return;
    this.acts.unpick();
    this.player.toggle();
  }

  /** Another step is the newest now, or it began or ceased to play. */
  turned(/** @type {boolean} */ forward) {
    const { player } = this;
    const { step } = player;
    if (forward && this.asksAt(player.at)) this.question.ask(player.steps, player.at);
    else if (!this.isAbout(step)) this.question.shut();
    this.fresh = {
      step: forward ? step : undefined,
      since: performance.now(),
      lasts: player.drawing,
    };
    this.scroll.look.set({ following: true });
    this.show(this.scene);
    if (step && forward && player.speed <= READ_OUT_SPEED && !this.wordsOf(step))
      this.aloud.textContent = this.sayRow(step);
  }

  /** Whether the reader is asked who hears the step at an index, and has not answered yet. */
  asksAt(/** @type {number} */ index) {
    const step = this.player.steps[index];
    return this.predicts && isAsked(step) && step !== this.known;
  }

  /** Whether a step is the one that was asked about, or comes of it. */
  isAbout(/** @type {Step | undefined} */ step) {
    const { known } = this;
    if (this.question.open) return step === this.question.step;
    return step === known || (known?.members.includes(step?.cause ?? 0) ?? false);
  }

  answered() {
    this.known = this.player.step;
    this.drawPlayer();
    this.el.focus();
    this.player.comeNext();
  }

  predict() {
    this.predicts = !this.predicts;
    if (this.question.open) {
      this.question.shut();
      this.player.comeNext();
    }
    this.drawPlayer();
  }

  /** What is told at a step. @param {Step | undefined} step */
  wordsOf(step) {
    const told = step?.members.map((seq) => this.told.words[seq]).filter(Boolean) ?? [];
    return told.join(" ");
  }

  /** What was told last, up to the newest step that is shown. */
  get newestWords() {
    const { player } = this;
    for (let index = player.at; index >= 0; index -= 1) {
      const words = this.wordsOf(player.steps[index]);
      if (words) return words;
    }
    return "";
  }

  drawPlayer() {
    const { player, question, predicts } = this;
    this.bar.draw({ player, asked: question.open, predicts });
    this.source.show(player.step);
    const words = this.newestWords;
    if (this.said.textContent !== words) this.said.textContent = words;
    this.said.hidden = !words;
  }

  classes(/** @type {Step} */ step, /** @type {boolean} */ selected) {
    const names = [super.classes(step, selected)];
    if (step === this.player.step && !this.player.atEnd) names.push("mpp-step-now");
    if (this.wordsOf(step)) names.push("mpp-step-told");
    return names.join(" ");
  }

  sayRow(/** @type {Step} */ step) {
    const words = this.wordsOf(step);
    return `${super.sayRow(step)}${words ? `. ${words}` : ""}`;
  }

  /** Have the newest arrow drawn, from where it begins. */
  freshen(
    /** @type {SVGElement} */ made,
    /** @type {Step} */ step,
    /** @type {import("../ladder/layout.js").Placed} */ placed,
  ) {
    const { since, lasts } = this.fresh;
    if (step !== this.fresh.step) return;
    const past = performance.now() - since;
    if (past >= lasts) return;
    made.classList.add("mpp-rung-new");
    made.style.setProperty("--mpp-from", `${placed.start}px`);
    made.style.setProperty("--mpp-lasts", `${lasts}ms`);
    made.style.setProperty("--mpp-past", `${-past}ms`);
  }

  /**
   * What keys do where the ladder plays.
   * @param {any} traffic
   * @returns {Record<string, () => void>}
   */
  moves(traffic) {
    return {
      ...super.moves(traffic),
      " ": () => this.toggle(),
      ".": () => this.question.open || this.player.by(1),
      ",": () => this.player.by(-1),
      ">": () => this.player.turnSpeed(1),
      "<": () => this.player.turnSpeed(-1),
      p: () => this.predict(),
    };
  }
}
