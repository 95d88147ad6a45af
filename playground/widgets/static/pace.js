/** When to draw: at most once a frame, and with a rest after each, however much comes. */

// A page that is slow gets so many times as long for other things as for drawing, up to a limit in
// milliseconds: a picture that moves less often does not look live.
const RESTS = 6;
const LONGEST_REST = 120;

export class Pace {
  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
    this.frame = 0;
    this.timer = /** @type {any} */ (0);
    this.ended = 0;
    this.rest = 0;
  }

  /** Draw soon, once. */
  soon() {
    if (this.frame || this.timer) return;
    const rest = this.rest - (performance.now() - this.ended);
    if (rest > 0) this.timer = setTimeout(() => this.onNextFrame(), rest);
    else this.onNextFrame();
  }

  onNextFrame() {
    this.timer = 0;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const began = performance.now();
      this.draw();
      this.ended = performance.now();
      this.rest = Math.min(LONGEST_REST, RESTS * (this.ended - began));
    });
  }

  stop() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
  }
}
