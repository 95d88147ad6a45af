/** What a view shows of the rows it holds, and what it hides. No DOM. */

import { isOfCheck } from "./filter.js";
import { fold } from "./rows.js";

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./feed.js").Feed} Feed
 *
 * @typedef {object} Shown
 * @property {import("./rows.js").Item[]} items
 * @property {number} hidden rows that the filter hides
 * @property {number} unasked of those, how many are frames or a check's, which nobody asked for
 * @property {number} kept rows that do not match and stay all the same: errors and the lab's
 * @property {boolean} found whether this is all that the kernel has, and not only what is held here
 */

/** The items that a view shows. @param {Feed} feed @returns {Shown} */
export function shownBy(feed) {
  const { shown, ready, filter } = feed;
  const opened = new Set(feed.look.now.opened);
  const folded = (/** @type {((row: Row) => boolean) | undefined} */ passes) =>
    fold(shown.rows, shown.first, opened, passes);
  if (ready) {
    const items = folded(undefined);
    return { items, ...hiddenThere(feed), kept: filter.kept(shown.rows), found: true };
  }
  if (filter.empty)
    return { items: folded(undefined), hidden: 0, unasked: 0, kept: 0, found: true };
  const matches = filter.matches();
  const counts = { hidden: 0, unasked: 0 };
  const passes = (/** @type {Row} */ row) => {
    if (matches(row) || filter.keeps(row)) return true;
    counts.hidden += 1;
    if (row.kind === "frame" || isOfCheck(row.client)) counts.unasked += 1;
    return false;
  };
  const kept = filter.kept(shown.rows);
  return { items: folded(passes), ...counts, kept, found: false };
}

/** What the kernel hides of what it has. */
function hiddenThere(/** @type {Feed} */ { search, look }) {
  const hidden = Math.max(0, search.looked - search.count);
  return { hidden, unasked: look.now.filter.trim() ? 0 : hidden };
}

/** What there is, and is hidden unless somebody asks for it. @param {Feed} feed */
export function hiddenUnasked({ totals, look }) {
  return { frames: totals.frames > 0 && !look.now.frames, checks: totals.checks > 0 };
}
