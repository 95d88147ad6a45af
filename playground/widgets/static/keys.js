/** What keys do in the traffic table, while it has the focus. No DOM. */

export const KEYS = "keys: ↑↓ move · / filter · space freeze · f follow · c copy · [ ] chain";

/**
 * @param {any} table the `Table` that the keys act on
 * @returns {Record<string, () => void>} key → what it does
 */
export function keys(table) {
  const { grid } = table;
  const index = table.selectedIndex();
  const last = grid.items.length - 1;
  const from = index < 0 ? last + 1 : index;
  const to = (/** @type {number} */ target) =>
    table.step(Math.max(0, Math.min(last, target)), target >= index ? 1 : -1);
  return {
    ArrowUp: () => to(from - 1),
    ArrowDown: () => to(index < 0 ? last : index + 1),
    PageUp: () => to(from - grid.page),
    PageDown: () => to(from + grid.page),
    Home: () => to(0),
    End: () => (to(last), table.follow()),
    Enter: () => table.enter(index),
    ArrowRight: () => !grid.items[index]?.opened && table.toggle(index),
    ArrowLeft: () => grid.items[index]?.opened && table.toggle(index),
    Escape: () => table.select(0),
    "/": () => table.box.focus(),
    " ": () => table.freeze(),
    f: () => table.follow(),
    c: () => table.detail.item && table.detail.copy(),
    t: () => grid.turnTime(),
    "[": () => table.inChain(-1),
    "]": () => table.inChain(1),
  };
}
