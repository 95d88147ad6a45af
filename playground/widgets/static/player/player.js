/**
 * Playing a ladder: which step is the last that is shown, and when the next one comes. It goes from
 * step to step, not by the clock of what happened. No DOM.
 */

/** @typedef {import("../ladder/steps.js").Step} Step */

export const SPEEDS = [0.5, 1, 2, 4, 16];

// How long a step stays the newest at speed 1, in milliseconds; an arrow is drawn in half of that.
const HOLDS = { arrow: 1100, mark: 1000, band: 1400, pause: 700 };
const DRAWN = 0.5;

// Words stay as long as it takes to read them, also where the steps go faster than that.
const LETTER = 55;
const SHORTEST_READ = 2200;
const FASTEST_READ = 2;

export class Player {
  /**
   * @param {(forward: boolean) => void} changed what is shown or playing is another now; `forward`
   *   if one more step has come
   * @param {(step: Step) => string} wordsAt what is told at a step
   * @param {(index: number) => boolean} waits whether something is asked before going on after a
   *   step
   */
  constructor(changed, wordsAt = () => "", waits = () => false) {
    this.changed = changed;
    this.wordsAt = wordsAt;
    this.waits = waits;
    this.steps = /** @type {Step[]} */ ([]);
    /** The index of the newest step that is shown. */
    this.at = -1;
    this.running = false;
    this.pace = 1;
    this.timer = /** @type {any} */ (undefined);
  }

  get last() {
    return this.steps.length - 1;
  }

  get atEnd() {
    return this.at >= this.last;
  }

  get speed() {
    return SPEEDS[this.pace];
  }

  /** The newest step that is shown. @returns {Step | undefined} */
  get step() {
    return this.steps[this.at];
  }

  /**
   * Take other steps, and stay where it is: at the end, or at the same step.
   * @param {Step[]} steps
   */
  take(steps) {
    const before = this.step;
    const whole = this.atEnd && !this.running;
    this.steps = steps;
    if (whole) this.at = this.last;
    else if (before && steps[this.at]?.seq !== before.seq)
      this.at = steps.filter((each) => each.seq <= before.seq).length - 1;
    this.at = Math.min(this.at, this.last);
  }

  /** Play, from the start if it is at the end; or pause. */
  toggle() {
    if (this.running) {
      this.stop();
      this.changed(false);
    } else this.play();
  }

  play() {
    if (this.last < 0) return;
    this.running = true;
    if (this.atEnd) this.at = -1;
    if (this.waits(this.at)) this.changed(false);
    else this.forward();
  }

  /** Show one more step, and have the next one come if it plays. */
  forward() {
    clearTimeout(this.timer);
    if (this.atEnd) {
      this.stop();
      this.changed(false);
      return;
    }
    this.at += 1;
    if (this.atEnd) this.running = false;
    this.changed(true);
    this.comeNext();
  }

  comeNext() {
    clearTimeout(this.timer);
    if (!this.running || this.waits(this.at)) return;
    this.timer = setTimeout(() => this.forward(), this.hold);
  }

  /** How long the newest step is to be seen, in milliseconds. */
  get hold() {
    const { step } = this;
    if (!step) return 0;
    const words = this.wordsAt(step);
    const read = words ? Math.max(SHORTEST_READ, LETTER * words.length) : 0;
    return Math.max(HOLDS[step.shape] / this.speed, read / Math.min(this.speed, FASTEST_READ));
  }

  /** How long the newest arrow is being drawn, in milliseconds. */
  get drawing() {
    return this.step ? (HOLDS[this.step.shape] / this.speed) * DRAWN : 0;
  }

  /** A step by hand: forward, or back. @param {number} way */
  by(way) {
    this.stop();
    if (way > 0 && !this.atEnd) this.forward();
    else this.go(this.at + way);
  }

  /** Show all up to a step. @param {number} index */
  go(index) {
    this.stop();
    this.at = Math.max(0, Math.min(this.last, index));
    this.changed(false);
  }

  /** Play faster or slower; beyond the fastest comes the slowest again. @param {number} way */
  turnSpeed(way) {
    this.pace = (this.pace + way + SPEEDS.length) % SPEEDS.length;
    this.comeNext();
    this.changed(false);
  }

  stop() {
    clearTimeout(this.timer);
    this.running = false;
  }
}
