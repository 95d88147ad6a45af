/** What keys do while a picture of the traffic has the focus, or the pane beside it. No DOM. */

/** The keys as a person reads them. */
export const SHEET = [
  ["↑ ↓", "the row above, the row below"],
  ["PgUp PgDn", "a page up, a page down"],
  ["Home End", "the first row; the newest, and follow"],
  ["Enter", "open a broadcast; else go to what the row holds"],
  ["← →", "close and open a broadcast; in the ladder, along the cause chain"],
  ["[ ]", "the row before and after in the same cause chain"],
  ["/", "filter"],
  ["Esc", "close what is open; take the selection away; then the filter"],
  ["f Space", "freeze the view, or let it move"],
  ["r", "record, or stop recording"],
  ["t", "times since the row above, since the selected row, or of day"],
  ["c", "copy what the row holds"],
  ["s", "send it again"],
  ["e", "edit it and send it again"],
  ["v", "show or hide frames, if there are any"],
  ["?", "show these keys"],
];

/** The few that are worth the room below the rows. */
export const HINT = "/ filter · f freeze · e edit and resend ·";

/**
 * @param {import("./traffic.js").Traffic} traffic what the keys act on
 * @returns {Record<string, () => void>} key → what it does
 */
export function moves(traffic) {
  const { picking, picture } = traffic;
  const { items, index } = picking;
  const last = items.length - 1;
  const from = index < 0 ? last + 1 : index;
  const to = (/** @type {number} */ target) => picking.step(Math.max(0, Math.min(last, target)));
  return {
    ArrowUp: () => to(from - 1),
    ArrowDown: () => to(index < 0 ? last : index + 1),
    PageUp: () => to(from - picture.page),
    PageDown: () => to(from + picture.page),
    Home: () => to(0),
    End: () => (to(last), traffic.follow()),
    Enter: () => picking.enter(items[index]),
    ArrowRight: () => items[index] && !items[index].opened && picking.toggle(items[index]),
    ArrowLeft: () => picking.leaveBroadcast(items[index]),
    " ": () => traffic.freeze(),
  };
}

/**
 * Keys that do the same wherever the focus is, but where one types.
 * @param {import("./traffic.js").Traffic} traffic
 * @returns {Record<string, () => void>}
 */
export function acts(traffic) {
  return {
    Escape: () => traffic.escape(),
    "/": () => traffic.chrome.box.focus(),
    f: () => traffic.freeze(),
    r: () => traffic.record(),
    t: () => traffic.turnTime(),
    c: () => traffic.detail.item && void traffic.detail.copying.copy(),
    s: () => traffic.detail.again.resend(),
    e: () => traffic.detail.again.edit(),
    v: () => traffic.toggleFrames(),
    "[": () => traffic.picking.inChain(-1),
    "]": () => traffic.picking.inChain(1),
    "?": () => traffic.sheet.toggle(),
  };
}
