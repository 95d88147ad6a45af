/** A model as anywidget gives one to a face, over the line of a page. No DOM. */

/** @typedef {(message: any, buffers?: ArrayBuffer[]) => boolean} Say whether it could be said */

export class PlainModel {
  /** @param {number} number @param {Record<string, any>} traits @param {Say} say */
  constructor(number, traits, say) {
    this.number = number;
    this.traits = traits;
    this.say = say;
    /** @type {Record<string, any>} */
    this.changed = {};
    /** @type {Map<string, Set<Function>>} */
    this.ears = new Map();
  }

  get(/** @type {string} */ name) {
    return this.traits[name];
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    this.changed[name] = value;
    this.take({ [name]: value });
  }

  /** Tell the lab what was set; what cannot be told now is told with the next. */
  save_changes() {
    if (!Object.keys(this.changed).length) return;
    const said = { model: this.number, method: "update", state: this.changed };
    if (this.say(said)) this.changed = {};
  }

  /** @param {string} name @param {Function} heard */
  on(name, heard) {
    const ears = this.ears.get(name) ?? new Set();
    this.ears.set(name, ears.add(heard));
  }

  /** @param {string} name @param {Function} heard */
  off(name, heard) {
    this.ears.get(name)?.delete(heard);
  }

  /**
   * @param {any} content
   * @param {any} [_callbacks] which nobody uses
   * @param {ArrayBuffer[]} [buffers]
   */
  send(content, _callbacks, buffers) {
    const said = { model: this.number, method: "custom", content };
    if (!this.say(said, buffers)) throw new Error("expected a line to the lab, and it is cut");
  }

  /** Hear what the lab says to this model. @param {any} message @param {DataView[]} buffers */
  heard(message, buffers) {
    if (message.method === "custom") this.emit("msg:custom", message.content, buffers);
    else if (message.state) this.take(message.state);
  }

  /** Have these values from now on; who listens hears of those that are others. */
  take(/** @type {Record<string, any>} */ state) {
    for (const [name, value] of Object.entries(state)) {
      const same = JSON.stringify(this.traits[name]) === JSON.stringify(value);
      this.traits[name] = value;
      if (!same) this.emit(`change:${name}`);
    }
  }

  /** @param {string} name @param {...any} told */
  emit(name, ...told) {
    for (const heard of [...(this.ears.get(name) ?? [])]) heard(...told);
  }
}
