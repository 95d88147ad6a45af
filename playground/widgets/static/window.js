/** Which of many rows of one height are in sight. No DOM. */

export const ROW_HEIGHT = 23;

// Rows drawn beyond the edges, so that a fast scroll shows no blank.
export const OVERSCAN = 6;

/**
 * @param {number} top how far the list is scrolled, in pixels
 * @param {number} height of what is seen, in pixels
 * @param {number} count of rows
 * @returns {{first: number, end: number}} the rows to draw: from `first` up to `end`
 */
export function inSight(top, height, count) {
  const first = Math.max(0, Math.min(count, Math.floor(top / ROW_HEIGHT) - OVERSCAN));
  const end = Math.min(count, Math.ceil((top + height) / ROW_HEIGHT) + OVERSCAN);
  return { first, end: Math.max(first, end) };
}

/** Whether the last row is in sight, give or take half a row. */
export function atBottom(/** @type {number} */ top, /** @type {number} */ height, /** @type {number} */ count) {
  return top + height >= count * ROW_HEIGHT - ROW_HEIGHT / 2;
}

/** How far to scroll so that a row is in sight, moving no more than needed. */
export function reveal(/** @type {number} */ index, /** @type {number} */ top, /** @type {number} */ height) {
  const start = index * ROW_HEIGHT;
  if (start < top) return start;
  return start + ROW_HEIGHT > top + height ? start + ROW_HEIGHT - height : top;
}

/**
 * The index of the item with a number, or of the first after it.
 * @param {{seq: number}[]} items by number
 * @param {number} seq
 */
export function indexOf(items, seq) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
