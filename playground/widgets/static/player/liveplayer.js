/**
 * A live ladder that is played once more, from the selected step on. Only the picture goes back:
 * what comes meanwhile is recorded as ever, and stands there when the player is shut.
 */

import { Drag } from "../ladder/drag.js";
import { button } from "../shared/dom.js";
import { Margin } from "../traffic/margin.js";
import { PlayingLadder } from "./playing.js";

// What these keys do else is the table's.
const PLAYERS = [" ", ".", ",", ">", "<", "p"];
const NOTHING_TOLD = { words: {}, story: false, sheets: [] };

export class LivePlayer extends PlayingLadder {
  /**
   * @param {import("../traffic/picture.js").Acts} acts
   * @param {import("../traffic/look.js").Look} look
   */
  constructor(acts, look) {
    super(acts, look, NOTHING_TOLD);
    this.margin = new Margin();
    this.drag = new Drag(this);
    /** The number of the step it is played from. */
    this.from = 0;
    this.bar.el.hidden = true;
    this.source.el.hidden = true;
    this.said.hidden = true;
    const shut = button("×", () => this.shut(), "mpp-quiet");
    shut.title = "Back to what is live (Esc)";
    shut.setAttribute("aria-label", "Shut the player");
    this.bar.el.append(shut);
  }

  get plays() {
    return !this.bar.el.hidden;
  }

  /** Play from the selected step on, else from the first in sight. */
  open() {
    if (!this.steps.length) return;
    const selected = this.steps.find((step) => this.isSelected(step));
    this.from = (selected ?? this.steps[this.first] ?? this.steps[0]).seq;
    this.bar.el.hidden = false;
    this.player.at = this.player.last;
    this.toggle();
    this.el.focus({ preventScroll: true });
  }

  /** Play, once more from where it began if it is at the end; or pause. */
  toggle() {
    const { player } = this;
    if (this.question.open) return;
    this.acts.unpick();
    if (player.running || !player.atEnd) return player.toggle();
    const start = player.steps.findIndex((step) => step.seq >= this.from);
    player.at = Math.max(0, start) - 1;
    player.toggle();
  }

  /** Show what is live again. */
  shut() {
    if (!this.plays) return;
    this.player.stop();
    this.question.shut();
    this.predicts = false;
    this.player.at = this.player.last;
    this.bar.el.hidden = true;
    this.scroll.look.set({ following: true });
    this.show(this.scene);
    this.el.focus({ preventScroll: true });
  }

  drawPlayer() {
    const { player, question, predicts } = this;
    if (this.plays) this.bar.draw({ player, asked: question.open, predicts });
  }

  /** What keys do: those of the player, while it is open. @param {any} traffic */
  moves(traffic) {
    const all = super.moves(traffic);
    if (this.plays) return { ...all, Escape: () => this.shut() };
    const live = Object.entries(all).filter(([key]) => !PLAYERS.includes(key));
    return { ...Object.fromEntries(live), ".": () => this.open() };
  }
}

/**
 * Offer to play the ladder of a view, in its foot.
 * @param {import("../traffic/view.js").Traffic} view
 */
export function offerPlaying(view) {
  const ladder = /** @type {LivePlayer} */ (/** @type {unknown} */ (view.pictures.Ladder));
  const offer = button("▶\ufe0e play", () => ladder.open(), "mpp-quiet mpp-keys mpp-play-offer");
  offer.title = "Play this again step by step, from the selected one on (.)";
  offer.setAttribute("aria-label", "Play this again");
  view.chrome.foot.lastElementChild?.before(offer);
}
