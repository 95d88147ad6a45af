/** The kept conversations: what the newest code says otherwise, old and new side by side. */

import { button, element, focusedIn } from "../shared/dom.js";
import { Outcome } from "../shared/fields.js";
import { escaped } from "../shared/format.js";
import { rendering, StateFace } from "../shared/stateface.js";

/**
 * @typedef {[string, boolean][]} Pieces the text, and whether it differs
 * @typedef {{client: string, kind: string, old: Pieces, new: Pieces}} KeptRow
 * @typedef {{name: string, which: string, whom: string, counts: string, said: string,
 *   differs: boolean, old: string, new: string, rows: KeptRow[], more: number}} KeptOne
 */

class KeptList extends StateFace {
  /** @param {any} model */
  constructor(model) {
    super(model, "mpp-kept");
    this.outcome = new Outcome();
    this.list = element("div", "mpp-kept-list");
    this.drawn = "";
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", "Kept conversations");
    this.root.tabIndex = -1;
    this.root.hidden = true;
    this.root.append(this.banner, this.list, this.outcome.el);
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.ask({ kind: "shut" });
    });
  }

  /** @param {{open: boolean, kept: KeptOne[]}} state */
  show({ open, kept }) {
    const drawn = JSON.stringify(kept);
    if (!open) this.outcome.note("");
    this.root.hidden = !open;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const act = focusedIn(this.list)?.dataset.act;
    this.list.replaceChildren(...kept.map((each) => this.one(each)));
    /** @type {NodeListOf<HTMLElement>} */
    const acts = this.list.querySelectorAll("[data-act]");
    if (act) ([...acts].find((each) => each.dataset.act === act) ?? this.root).focus();
  }

  /** @param {KeptOne} kept */
  one(kept) {
    const box = element("section", "mpp-kept-one");
    box.setAttribute("aria-label", escaped(`Kept: ${kept.name}`));
    const head = element("div", "mpp-kept-head");
    head.append(
      element("b", "", escaped(kept.name)),
      element("span", "mpp-dim", escaped(kept.counts)),
      element("span", "mpp-grow"),
      ...this.acts(kept),
    );
    box.append(head, element("p", "mpp-kept-said mpp-dim", escaped(kept.whom)));
    if (kept.said) box.append(element("p", "mpp-kept-said", escaped(kept.said)));
    if (kept.rows.length) box.append(keptTable(kept));
    return box;
  }

  /** @param {KeptOne} kept @returns {HTMLElement[]} */
  acts(kept) {
    /** @type {(text: string, kind: string, title: string) => HTMLElement} */
    const made = (text, kind, title) => {
      const one = button(text, () => this.ask({ kind, name: kept.name }), "mpp-quiet");
      one.dataset.act = `${kind} ${kept.name}`;
      one.title = title;
      one.setAttribute("aria-label", escaped(`${text}: ${kept.name}`));
      return one;
    };
    const accept = made("Accept", "accept", "Expect from now on what the new code says");
    return [
      ...(kept.differs ? [accept] : []),
      made("Save as test", "save", "Write a pytest beside the notebook that has it again"),
      made("Forget", "forget", "Keep it no more"),
    ];
  }

  /** @param {object} message */
  ask(message) {
    this.outcome.note("");
    this.line.ask(message, {
      late: (text) => this.outcome.note(text),
      done: (error, result) => {
        if (error !== null) this.outcome.error(error);
        else if (typeof result === "string") this.outcome.note(result);
      },
    });
  }
}

/** @param {KeptOne} kept */
function keptTable(kept) {
  const table = element("table", "mpp-kept-rows");
  const head = element("tr");
  for (const name of ["", kept.old, kept.new]) {
    const cell = element("th", "", escaped(name));
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  table.append(head, ...kept.rows.map(keptRow));
  if (kept.more) {
    const rest = element("tr");
    const cell = /** @type {HTMLTableCellElement} */ (
      element("td", "mpp-dim", `and ${kept.more} more; lab.kept has them all`)
    );
    cell.colSpan = 3;
    rest.append(cell);
    table.append(rest);
  }
  return table;
}

/** @param {KeptRow} row */
function keptRow(row) {
  const line = element("tr");
  line.append(
    element("td", "mpp-kept-client", escaped(row.client)),
    keptCell(row.old, "del"),
    keptCell(row.new, "ins"),
  );
  return line;
}

/** @param {Pieces} parts @param {"del" | "ins"} tag */
function keptCell(parts, tag) {
  const cell = element("td", "mpp-mono mpp-kept-cell");
  if (!parts.length) cell.append(element("span", "mpp-dim", "nothing"));
  for (const [text, differs] of parts) {
    cell.append(element(differs ? tag : "span", "", escaped(text)));
  }
  return cell;
}

export default rendering(KeptList);
