/** Keeping the conversation of a row, and saving it as a test: the pane's two buttons. */

import { button, element } from "../shared/dom.js";
import { setBusy } from "../shared/fields.js";

const KEEP_ROW = "Have this conversation again with each new code, and see what differs";
const SAVE_TEST = "Write a pytest beside the notebook that has this conversation again";

export class Keeping {
  /**
   * @param {(message: object, asker: import("../shared/line.js").Asker) => void} ask
   * @param {import("../shared/fields.js").Outcome} outcome
   */
  constructor(ask, outcome) {
    this.tell = ask;
    this.outcome = outcome;
    this.seq = 0;
    this.el = element("span", "mpp-keeping");
    this.keepButton = this.made("Keep", "keep", KEEP_ROW);
    this.saveButton = this.made("Save as test", "save_test", SAVE_TEST);
    this.el.append(this.keepButton, this.saveButton);
    this.el.hidden = true;
  }

  made(/** @type {string} */ text, /** @type {string} */ kind, /** @type {string} */ title) {
    const made = button(text, () => this.ask(kind, made));
    made.title = title;
    return made;
  }

  /**
   * Show the buttons if a row can be kept; return whether it can.
   *
   * @param {{seq?: number, keeps?: boolean}} answer what the kernel says of it
   */
  show({ seq, keeps }) {
    this.seq = seq ?? 0;
    this.el.hidden = !keeps;
    return Boolean(keeps);
  }

  /** @param {string} kind @param {HTMLButtonElement} pressed */
  ask(kind, pressed) {
    const { seq } = this;
    const isHere = () => this.seq === seq;
    setBusy(pressed, true);
    this.tell(
      { kind, seq },
      {
        late: (text) => isHere() && this.outcome.note(text),
        done: (error, result) => {
          setBusy(pressed, false);
          if (!isHere()) return;
          if (error !== null) this.outcome.error(error);
          else this.outcome.note(String(result));
        },
      },
    );
  }
}

/**
 * Offer to keep what a row says, where there is a kernel that would have it again.
 *
 * @param {import("./detail.js").Detail} detail
 */
export function offerKeeping(detail) {
  detail.keeping = new Keeping(detail.outside.ask, detail.again.outcome);
  detail.acts.append(detail.keeping.el);
}
