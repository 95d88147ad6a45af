/** Which of many rows of one height are in sight. No DOM. */

export const ROW_HEIGHT = 23;

// Rows drawn beyond the edges, so that a fast scroll shows no blank.
export const OVERSCAN = 6;

/**
 * @param {number} top how far the list is scrolled, in pixels
 * @param {number} height of what is seen, in pixels
 * @param {number} count of rows
 * @param {number} [row] the height of a row, in pixels
 * @returns {{first: number, end: number}} the rows to draw: from `first` up to `end`
 */
export function inSight(top, height, count, row = ROW_HEIGHT) {
  const first = Math.max(0, Math.min(count, Math.floor(top / row) - OVERSCAN));
  const end = Math.min(count, Math.ceil((top + height) / row) + OVERSCAN);
  return { first, end: Math.max(first, end) };
}

/** Whether the last row is in sight, give or take half a row. */
export function atBottom(
  /** @type {number} */ top,
  /** @type {number} */ height,
  /** @type {number} */ count,
  row = ROW_HEIGHT,
) {
  return top + height >= count * row - row / 2;
}

/** How far to scroll so that a row is in sight, moving no more than needed. */
export function reveal(
  /** @type {number} */ index,
  /** @type {number} */ top,
  /** @type {number} */ height,
  row = ROW_HEIGHT,
) {
  const start = index * row;
  if (start < top) return start;
  return start + row > top + height ? start + row - height : top;
}
