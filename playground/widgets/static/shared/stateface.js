/**
 * What the faces that show how a lab stands do alike: they listen, say what is wrong, and leave.
 */

import { element, keepKeys } from "./dom.js";
import { GONE, Line } from "./line.js";
import { outliveStill } from "./still.js";

/** A face that shows the state which the kernel tells. */
export class StateFace {
  /**
   * @param {any} model
   * @param {string} className
   * @param {string} [banner] the class of what says what is wrong
   */
  constructor(model, className, banner = "mpp-banner mpp-bad mpp-gone") {
    this.line = new Line(model, {
      state: (state) => this.show(state),
      alive: (alive) => this.turned(alive),
      trouble: (text) => this.say(`Something went wrong in the kernel: ${text}`, true),
    });
    this.root = element("div", `mpp-face ${className}`);
    keepKeys(this.root);
    this.banner = element("div", banner);
    this.banner.setAttribute("role", "alert");
    this.banner.hidden = true;
  }

  /** @param {any} _state */
  show(_state) {}

  /** The kernel has fallen silent, or is back. @param {boolean} alive */
  turned(alive) {
    this.root.classList.toggle("mpp-deaf", !alive);
    this.enable(alive);
    this.say(alive ? "" : GONE, true);
  }

  /** @param {boolean} on */
  enable(on) {
    this.root.inert = !on;
  }

  /** Say something; "" takes it away. @param {string} text @param {boolean} [_bad] */
  say(text, _bad = false) {
    this.banner.textContent = text;
    this.banner.hidden = !text;
  }

  close() {
    this.line.close();
    this.root.remove();
  }
}

/**
 * What anywidget wants of a module that has such a face.
 * @param {new (model: any) => StateFace} Kind
 */
export function rendering(Kind) {
  return {
    /** @param {{model: any, el: HTMLElement}} context */
    render({ model, el }) {
      const face = new Kind(model);
      el.append(face.root);
      outliveStill(model, face.root);
      face.line.open();
      return () => face.close();
    },
  };
}
