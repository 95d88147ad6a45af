/**
 * The line between a view and its kernel: what is told and asked for, and whether the kernel is
 * there.
 */

export const LATE = 5000;
export const BUSY = "The kernel is busy; this happens when the running cell ends.";
export const SLOW = "Still waiting for an answer.";

// The kernel beats every two seconds, also while a cell runs: this long a busy one may take to
// answer.
const UNANSWERED_BEATS = 2;

/**
 * @typedef {{late: (text: string) => void, done: (error: string | null, result: any) => void}}
 *   Asker
 * @typedef {{state: (state: any) => void, alive: (alive: boolean) => void, trouble: (text: string)
 *   => void}} Ears
 */

/**
 * One view's end of a face's comm. The kernel says "taken" when it hears, and "reply" when it is
 * done.
 */
export class Line {
  /** @param {any} model @param {Ears} ears */
  constructor(model, ears) {
    this.model = model;
    this.ears = ears;
    this.view = Math.random().toString(36).slice(2);
    this.alive = true;
    this.answered = false;
    this.beats = 0;
    this.patience = UNANSWERED_BEATS;
    this.asked = 0;
    /** @type {Map<number, Asker & {timer: any}>} */
    this.waiting = new Map();
    this.hear = (/** @type {any} */ message, /** @type {DataView[]} */ buffers) =>
      this.heard(message, buffers);
  }

  /** Say hello, and listen. */
  open() {
    this.model.on("msg:custom", this.hear);
    this.unwatch = watchKernel(this.model, (alive) => this.turned(alive));
    this.hello();
  }

  hello() {
    this.say({ kind: "hello", origin: globalThis.location?.origin ?? "", around: ancestors() });
  }

  /** Say goodbye; nothing is heard any more. */
  close() {
    this.say({ kind: "bye" });
    this.unwatch?.();
    this.model.off("msg:custom", this.hear);
    for (const each of this.waiting.values()) clearTimeout(each.timer);
    this.waiting.clear();
  }

  /**
   * Tell the kernel something; the line of one that was restarted is cut.
   * @param {object} message
   * @returns {boolean} whether there is a line
   */
  say(message) {
    try {
      this.model.send({ ...message, view: this.view });
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Give the kernel a command.
   * @param {object} message
   * @param {Asker} asker `late` hears why it takes long ("" when that is over), `done` the end,
   *   once
   */
  ask(message, asker) {
    const id = ++this.asked;
    const timer = setTimeout(() => asker.late(BUSY), LATE);
    this.waiting.set(id, { ...asker, timer });
    if (!this.say({ ...message, id })) this.ended(id, GONE, null);
  }

  /**
   * @param {any} message
   * @param {DataView[]} [_] what came beside it, for a line that is sent bytes
   */
  heard(message, _) {
    if (message.view && message.view !== this.view) return;
    if (message.kind === "beat") this.beaten();
    else if (message.kind === "state") this.stated(message);
    else if (message.kind === "taken") this.taken(message.id);
    else if (message.kind === "reply") this.ended(message.id, message.error, message.result);
    else if (message.kind === "trouble") this.ears.trouble(message.text);
    else if (message.kind === "again") this.hello();
  }

  /** Whoever was just shown is told without having been heard, so that it need not wait. */
  stated(/** @type {any} */ message) {
    this.answered ||= message.greeted === this.view;
    this.ears.state(message);
  }

  /**
   * The kernel is there. Where it has not answered the hello yet, that may be lost: a page that is
   * loaded again says it while the line to its kernel is being laid. So say it again, less and less
   * often.
   */
  beaten() {
    this.beats += 1;
    if (this.answered || this.beats < this.patience) return;
    this.beats = 0;
    this.patience *= 2;
    this.hello();
  }

  /** The kernel has heard: from now on it is the app that is waited for. @param {number} id */
  taken(id) {
    const asker = this.waiting.get(id);
    if (!asker) return;
    clearTimeout(asker.timer);
    asker.late("");
    asker.timer = setTimeout(() => asker.late(SLOW), LATE);
  }

  ended(/** @type {number} */ id, /** @type {string | null} */ error, /** @type {any} */ result) {
    const asker = this.waiting.get(id);
    if (!asker) return;
    clearTimeout(asker.timer);
    this.waiting.delete(id);
    asker.late("");
    asker.done(error, result);
  }

  turned(/** @type {boolean} */ alive) {
    this.alive = alive;
    this.ears.alive(alive);
    if (alive) this.hello();
    else for (const id of [...this.waiting.keys()]) this.ended(id, GONE, null);
  }
}

export const SILENCE = 6000;
export const GONE =
  "The kernel does not answer. If it was restarted, run the cell that serves the app again.";

/**
 * Watch a model for silence.
 * @param {{on: Function, off: Function}} model
 * @param {(alive: boolean) => void} changed called when the kernel falls silent, and when it is
 *   back
 * @param {number} [silence] milliseconds
 * @returns {() => void} stop watching
 */
export function watchKernel(model, changed, silence = SILENCE) {
  let alive = true;
  let heard = performance.now();
  const set = (/** @type {boolean} */ now) => {
    if (now === alive) return;
    alive = now;
    changed(now);
  };
  const listen = () => {
    heard = performance.now();
    set(true);
  };
  const look = () => {
    const silent = performance.now() - heard;
    // A page that was asleep looks late itself: give the kernel one more look's time.
    if (silent > silence * 3) heard = performance.now() - silence + 1500;
    else if (silent > silence) set(false);
  };
  model.on("msg:custom", listen);
  const timer = setInterval(look, 1000);
  return () => {
    clearInterval(timer);
    model.off("msg:custom", listen);
  };
}

/**
 * The origins of the pages in whose frames this one is, "*" where the browser does not say: they
 * are around whatever this page frames.
 */
function ancestors() {
  const known = globalThis.location?.ancestorOrigins;
  if (known) return [...known];
  return globalThis.parent === globalThis.self ? [] : ["*"];
}
