/** The line between a view and its kernel: what is told, what is asked for, and how long that takes. */

import { GONE, watchKernel } from "./heartbeat.js";

export const LATE = 5000;
export const BUSY = "The kernel is busy; this happens when the running cell ends.";
export const SLOW = "Still waiting for an answer.";

// The kernel beats every two seconds, also while a cell runs: this long a busy one may take to answer.
const UNANSWERED_BEATS = 2;

/**
 * @typedef {{late: (text: string) => void, done: (error: string | null, result: any) => void}} Asker
 * @typedef {{state: (state: any) => void, alive: (alive: boolean) => void, trouble: (text: string) => void}} Ears
 */

/** One view's end of a face's comm. The kernel says "taken" when it hears, and "reply" when it is done. */
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
    this.hear = (/** @type {any} */ message, /** @type {DataView[]} */ buffers) => this.heard(message, buffers);
  }

  /** Say hello, and listen. */
  open() {
    this.model.on("msg:custom", this.hear);
    this.unwatch = watchKernel(this.model, (alive) => this.turned(alive));
    this.hello();
  }

  hello() {
    this.say({ kind: "hello", origin: globalThis.location?.origin ?? "" });
  }

  /** Say goodbye; nothing is heard any more. */
  close() {
    this.say({ kind: "bye" });
    this.unwatch?.();
    this.model.off("msg:custom", this.hear);
    for (const each of this.waiting.values()) clearTimeout(each.timer);
    this.waiting.clear();
  }

  /** @param {object} message */
  say(message) {
    this.model.send({ ...message, view: this.view });
  }

  /**
   * Give the kernel a command.
   * @param {object} message
   * @param {Asker} asker `late` hears why it takes long ("" when that is over), `done` the end, once
   */
  ask(message, asker) {
    const id = ++this.asked;
    const timer = setTimeout(() => asker.late(BUSY), LATE);
    this.waiting.set(id, { ...asker, timer });
    this.say({ ...message, id });
  }

  /** @param {any} message @param {DataView[]} [_] what came beside it, for a line that is sent bytes */
  heard(message, _) {
    if (message.view && message.view !== this.view) return;
    if (message.kind === "beat") this.beaten();
    else if (message.kind === "state") this.stated(message);
    else if (message.kind === "taken") this.taken(message.id);
    else if (message.kind === "reply") this.ended(message.id, message.error, message.result);
    else if (message.kind === "trouble") this.ears.trouble(message.text);
  }

  stated(/** @type {any} */ message) {
    this.answered = true;
    this.ears.state(message);
  }

  /**
   * The kernel is there. Where it has told nothing yet, the hello may be lost: a page that is loaded
   * again says it while the line to its kernel is being laid. So say it again, less and less often.
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
