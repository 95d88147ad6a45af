/** The bar above a ladder that plays. */

import { button, element } from "../shared/dom.js";
import { grouped } from "../shared/format.js";

/**
 * @typedef {object} BarActs
 * @property {() => void} toggle play, or pause
 * @property {(way: number) => void} by a step, forward or back
 * @property {(index: number) => void} go to a step
 * @property {() => void} faster
 * @property {() => void} predict
 *
 * @typedef {{player: import("./player.js").Player, asked: boolean, predicts: boolean}} BarState
 */

export class PlayerBar {
  /** @param {BarActs} acts */
  constructor(acts) {
    this.acts = acts;
    this.el = element("div", "mpp-bar mpp-play-bar");
    this.el.setAttribute("role", "toolbar");
    this.el.setAttribute("aria-label", "Player");
    this.back = this.made("‹", "A step back (,)", () => acts.by(-1));
    this.play = this.made("", "", acts.toggle);
    this.play.classList.add("mpp-on", "mpp-play-button");
    this.next = this.made("›", "A step forward (.)", () => acts.by(1));
    this.speed = this.made("", "", acts.faster);
    this.slider = this.makeSlider();
    this.count = this.el.appendChild(element("span", "mpp-dim mpp-play-count"));
    this.predict = this.made(
      "Predict",
      "Ask who hears a message before it is shown (p)",
      acts.predict,
    );
  }

  made(/** @type {string} */ text, /** @type {string} */ title, /** @type {() => void} */ press) {
    const each = button(text, press);
    each.title = title;
    each.setAttribute("aria-label", title.replace(/ \(.*/, ""));
    this.el.append(each);
    return each;
  }

  makeSlider() {
    const slider = /** @type {HTMLInputElement} */ (element("input", "mpp-play-slider"));
    slider.type = "range";
    slider.min = "1";
    slider.title = "Show all up to a step";
    slider.setAttribute("aria-label", "Step");
    slider.addEventListener("input", () => this.acts.go(Number(slider.value) - 1));
    this.el.append(slider);
    return slider;
  }

  /** @param {BarState} state */
  draw({ player, asked, predicts }) {
    const { running, at, last } = player;
    const of = player.steps.length;
    this.play.textContent = running ? "❚❚ Pause" : "▶\ufe0e Play";
    this.play.title = running ? "Pause (Space)" : "Play it step by step (Space)";
    this.play.setAttribute("aria-label", running ? "Pause" : "Play");
    this.play.disabled = asked || last < 0;
    this.back.disabled = at <= 0;
    this.next.disabled = asked || player.atEnd;
    this.speed.textContent = `${player.speed === 0.5 ? "½" : player.speed}×`;
    this.speed.title = "Speed; press for another (< >)";
    this.speed.setAttribute("aria-label", `Speed ${player.speed}`);
    this.slider.max = String(of);
    this.slider.value = String(at + 1);
    this.slider.disabled = asked || last < 1;
    this.count.textContent = `${grouped(at + 1)} of ${grouped(of)}`;
    this.predict.setAttribute("aria-pressed", String(predicts));
    this.predict.classList.toggle("mpp-on", predicts);
  }
}
