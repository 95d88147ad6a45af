/** Beside a ladder that plays: the source of the revision at work, with the line that sent it. */

import { dedented, words } from "../code/places.js";
import { element } from "../shared/dom.js";
import { escaped } from "../shared/format.js";

/**
 * @typedef {import("../code/places.js").SourceSheet} SourceSheet
 * @typedef {import("../ladder/steps.js").Step} Step
 */

/**
 * The sheet that a step was sent from, with the line; or the one that was at work.
 * @param {SourceSheet[]} sheets
 * @param {Step | undefined} step
 * @returns {{sheet: SourceSheet | undefined, line: number}} 0 for no line of it
 */
export function standsAt(sheets, step) {
  const row = step?.item?.row;
  if (!row) return { sheet: undefined, line: 0 };
  const theirs = sheets.filter((each) => each.revision === row.revision);
  const [, place, number] = /^(.*):(\d+)$/.exec(row.where ?? "") ?? [];
  const line = Number(number ?? 0);
  const found = theirs.find(
    (each) => each.place === place && line >= each.first && line < each.first + each.lines.length,
  );
  return found ? { sheet: found, line } : { sheet: theirs[0], line: 0 };
}

export class SourcePane {
  /** @param {SourceSheet[]} sheets */
  constructor(sheets) {
    this.sheets = sheets.filter((each) => each.lines.length);
    this.shown = /** @type {SourceSheet | undefined} */ (undefined);
    this.lines = /** @type {HTMLElement[]} */ ([]);
    this.el = element("section", "mpp-play-source");
    this.el.setAttribute("aria-label", "Source");
    this.el.hidden = !this.sheets.length;
    this.title = element("div", "mpp-code-head");
    this.note = element("span", "mpp-dim");
    this.body = element("div", "mpp-play-lines mpp-mono");
    this.body.tabIndex = 0;
    this.el.append(this.title, this.body);
  }

  /** Show where a step was sent from. @param {Step | undefined} step */
  show(step) {
    const { sheet, line } = standsAt(this.sheets, step);
    const shown = sheet ?? this.shown ?? this.sheets[0];
    if (!shown) return;
    if (shown !== this.shown) this.draw(shown);
    this.light(line ? line - shown.first : -1);
    const where = step?.item?.row?.where;
    this.note.textContent = line || !where ? "" : `sent at ${escaped(where)}`;
  }

  draw(/** @type {SourceSheet} */ sheet) {
    this.shown = sheet;
    this.title.replaceChildren(
      element("span", "mpp-code-name", [sheet.name, sheet.place].filter(Boolean).join(" · ")),
      element("span", "mpp-badge", `revision ${sheet.revision}`),
      this.note,
    );
    const table = element("div", "mpp-code-table");
    this.lines = dedented(sheet.lines).map((text, index) => sourceLine(text, sheet.first + index));
    table.append(...this.lines);
    this.body.replaceChildren(table);
  }

  /** Light a line, and have it in sight. @param {number} index -1 for none */
  light(index) {
    for (const [each, line] of this.lines.entries()) {
      line.classList.toggle("mpp-code-here", each === index);
      if (each === index) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
    }
    const lit = this.lines[index]?.getBoundingClientRect();
    const { top, bottom, height } = this.body.getBoundingClientRect();
    if (lit && (lit.top < top || lit.bottom > bottom))
      this.body.scrollTop += lit.top - top - height / 2;
  }
}

function sourceLine(/** @type {string} */ text, /** @type {number} */ number) {
  const line = element("div", "mpp-code-line");
  const source = element("code", "mpp-code-source");
  source.append(...words(text).map(([word, kind]) => (kind ? element("span", kind, word) : word)));
  line.append(element("span", "mpp-code-n mpp-dim", `${number}`), source);
  return line;
}
