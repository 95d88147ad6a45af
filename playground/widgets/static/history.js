/** What was sent before, to be found again with the arrow keys. No DOM. */

const MOST = 200;

export class History {
  constructor() {
    /** @type {string[]} */
    this.lines = [];
    this.at = 0;
    this.draft = "";
  }

  /** Remember a line; the same twice in a row counts once. @param {string} line */
  add(line) {
    if (this.lines.at(-1) !== line) this.lines.push(line);
    if (this.lines.length > MOST) this.lines.shift();
    this.at = this.lines.length;
  }

  /** The line before; what was being typed is kept. @param {string} typed @returns {string} */
  earlier(typed) {
    if (this.at === this.lines.length) this.draft = typed;
    this.at = Math.max(0, this.at - 1);
    return this.lines[this.at] ?? typed;
  }

  /** The line after, and at the end what was being typed. @param {string} typed @returns {string} */
  later(typed) {
    if (this.at >= this.lines.length) return typed;
    this.at += 1;
    return this.lines[this.at] ?? this.draft;
  }
}
