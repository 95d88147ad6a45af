/**
 * How a person has set up a view of the traffic: what is filtered, selected, frozen, and where one
 * reads. All pictures of one view share it, and a page that is loaded again finds it as it was. No
 * DOM.
 */

// A drag of the scroll bar changes it often; the kernel need not hear of each step.
const SAVE_AFTER = 300;

/**
 * @typedef {object} Setup
 * @property {string} filter what stands in the filter box
 * @property {number} selected the `id` of the selected item, 0 for none; negative for one send of a
 *   broadcast
 * @property {boolean} frozen new rows wait in the kernel
 * @property {boolean} following the newest row is kept in sight
 * @property {{seq: number, offset: number}} anchor the topmost row while one reads, and the pixels
 *   above it
 * @property {number} time how times are shown, an index of `TIMES`
 * @property {boolean} frames frames are shown among the messages
 * @property {number[]} opened the broadcasts whose sends are shown
 * @property {string} picture the name of the picture that is shown
 * @property {string} tab what the detail was asked to show, "" for what tells most
 */

/** What the times of rows are measured from: the row before, the selected row, or the day. */
export const TIMES = ["previous", "selected", "clock"];

/** @type {Setup} */
const FRESH = {
  filter: "",
  selected: 0,
  frozen: false,
  following: true,
  anchor: { seq: 0, offset: 0 },
  time: 0,
  frames: false,
  opened: [],
  picture: "",
  tab: "",
};

export class Look {
  /**
   * @param {{get: Function, set: Function, save_changes: Function}} model whose trait `look` keeps
   *   it
   */
  constructor(model) {
    this.model = model;
    this.timer = /** @type {any} */ (undefined);
    /** @type {Setup} */
    this.now = readSetup(model.get("look"));
  }

  /** Change something. @param {Partial<Setup>} changes */
  set(changes) {
    this.now = { ...this.now, ...changes };
    this.timer ??= setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.model.set("look", { ...this.now });
    this.model.save_changes();
  }

  /** Save what has not been saved yet, and change no more. */
  close() {
    if (this.timer !== undefined) this.save();
  }
}

/**
 * Read a set-up that was saved; what is missing or of another kind is as in a fresh view.
 * @param {any} saved
 * @returns {Setup}
 */
export function readSetup(saved) {
  const read = /** @type {any} */ ({ ...FRESH });
  for (const [key, fresh] of Object.entries(FRESH)) {
    const value = saved?.[key];
    if (value !== undefined && value !== null && typeof value === typeof fresh) read[key] = value;
  }
  return read;
}
