/** Learners and exercises as a table, which is kept up cell by cell. */

import { button, element } from "../shared/dom.js";
import { calledBy, doneIn, standingOf } from "./said.js";

/**
 * @typedef {import("./said.js").ClassState} ClassState
 * @typedef {import("./said.js").Cell} Cell
 * @typedef {import("./said.js").Learner} Learner
 * @typedef {{learner: number, exercise: string}} Place what is chosen; no exercise: the learner
 * @typedef {{row: HTMLElement, name: HTMLButtonElement, note: HTMLElement,
 *   cells: HTMLButtonElement[]}} Row
 */

export class ClassGrid {
  /** @param {(place: Place) => void} choose */
  constructor(choose) {
    this.choose = choose;
    /** @type {Map<number, Row>} */
    this.rows = new Map();
    this.columns = "";
    this.head = element("thead");
    this.body = element("tbody");
    this.table = element("table", "mpp-class-table");
    this.table.append(this.head, this.body);
    this.root = element("div", "mpp-class-grid");
    this.root.append(this.table);
  }

  /** @param {ClassState} state @param {boolean} named */
  show(state, named) {
    const columns = JSON.stringify(state.exercises);
    if (columns !== this.columns) {
      this.columns = columns;
      this.rows.clear();
      this.body.replaceChildren();
    }
    this.showHead(state);
    const there = new Set(state.learners.map((each) => each.id));
    for (const [id, { row }] of this.rows) {
      if (there.has(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    for (const learner of state.learners) this.showRow(state, learner, named);
  }

  showHead(/** @type {ClassState} */ state) {
    const row = element("tr");
    row.append(element("td", "mpp-class-corner"));
    for (const [column, exercise] of state.exercises.entries()) {
      const head = element("th", "mpp-class-exercise");
      head.setAttribute("scope", "col");
      const done = doneIn(state, column);
      const many = element("span", "mpp-class-done", String(done));
      many.title = `${done} of ${state.learners.length} have done ${exercise}`;
      head.append(element("span", "mpp-class-label", exercise), many);
      row.append(head);
    }
    this.head.replaceChildren(row);
  }

  /** @param {ClassState} state @param {Learner} learner @param {boolean} named */
  showRow(state, learner, named) {
    const row = this.rows.get(learner.id) ?? this.newRow(state, learner);
    const called = calledBy(learner, named);
    const note = learner.away || (learner.pasted ? "by a code" : "");
    putWords(row.name, called);
    row.name.title = called;
    putWords(row.note, note);
    row.row.classList.toggle("mpp-class-away", Boolean(learner.away));
    for (const [column, cell] of learner.cells.entries())
      showCell(row.cells[column], cell, `${called}, ${state.exercises[column]}`);
  }

  /** @param {ClassState} state @param {Learner} learner @returns {Row} */
  newRow(state, learner) {
    const row = element("tr", "mpp-class-row");
    const head = element("th", "mpp-class-learner");
    head.setAttribute("scope", "row");
    const name = button("", () => this.choose({ learner: learner.id, exercise: "" }), "mpp-quiet");
    name.classList.add("mpp-class-name");
    const note = element("span", "mpp-class-note");
    head.append(name, note);
    row.append(head);
    const cells = state.exercises.map((exercise) => {
      const made = button("", () => this.choose({ learner: learner.id, exercise }), "mpp-cell");
      const box = element("td");
      box.append(made);
      row.append(box);
      return made;
    });
    this.body.append(row);
    const made = { row, name, note, cells };
    this.rows.set(learner.id, made);
    return made;
  }

  /**
   * Mark what is chosen, and the cells that a sentence is met in.
   * @param {ClassState} state @param {Place | null} place @param {number} sentence
   */
  mark(state, place, sentence) {
    for (const learner of state.learners) {
      const row = this.rows.get(learner.id);
      for (const [column, button] of row?.cells.entries() ?? []) {
        const here = place?.learner === learner.id && place.exercise === state.exercises[column];
        button.classList.toggle("mpp-chosen", here);
        const met = sentence >= 0 && learner.cells[column]?.sentence === sentence;
        button.classList.toggle("mpp-met", met);
      }
    }
    this.root.classList.toggle("mpp-asking", sentence >= 0);
  }
}

/** @param {HTMLButtonElement} made @param {Cell | null} cell @param {string} where */
function showCell(made, cell, where) {
  const state = cell?.state ?? "none";
  const kind = `mpp-button mpp-cell mpp-is-${state}${cell?.help ? " mpp-helps" : ""}`;
  const said = `${where}: ${standingOf(cell)}`;
  if (made.getAttribute("aria-label") === said && made.dataset.kind === kind) return;
  made.dataset.kind = kind;
  made.className = kind;
  made.setAttribute("aria-label", said);
  made.title = cell?.text ? `${said}\n${cell.text}` : said;
  made.disabled = !cell;
}

function putWords(/** @type {HTMLElement} */ el, /** @type {string} */ text) {
  if (el.textContent !== text) el.textContent = text;
}
