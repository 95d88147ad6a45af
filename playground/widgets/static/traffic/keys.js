/** What keys do while a picture of the traffic has the focus, or the pane beside it. No DOM. */

/** The keys as a person reads them. */
export const SHEET = [
  ["↑ ↓", "the row above, the row below"],
  ["PgUp PgDn", "a page up, a page down"],
  ["Home End", "the first row; the newest, and follow"],
  ["Enter", "deliver what is in flight; open a broadcast; else go to what the row holds"],
  ["← →", "close and open a broadcast; in the ladder, along the cause chain"],
  ["[ ]", "the row before and after in the same cause chain"],
  ["/", "filter"],
  ["Esc", "close what is open; take the selection away; then the filter"],
  ["f Space", "freeze the view, or let it move"],
  ["b", "pause handlers at such messages, or not any more"],
  ["h", "hold all messages in flight, or release them"],
  ["r", "record, or stop recording"],
  ["l", "follow again, where the view stands as it stood"],
  ["t", "times since the row above, since the selected row, or of day"],
  [".", "in the ladder, play it again from the selected step on"],
  ["c", "copy what the row holds"],
  ["d", "save it to a file"],
  ["s", "send it again"],
  ["e", "edit it and send it again"],
  ["v", "show or hide frames, if there are any"],
  ["X u", "clear the log; take that back"],
  ["o k", "the panel in a window of its own; beside the notebook, in JupyterLab"],
  ["?", "show these keys"],
];

// What is not there where no kernel is.
const LIVE = new Set([".", "f", " ", "r", "l", "h", "b", "s", "e", "X", "u"]);

const SAVED_SHEET = [
  ["Space", "in the ladder, play and pause"],
  [", .", "in the ladder, a step back and forward"],
  ["< >", "slower and faster"],
  ["p", "ask who hears a message before it is shown"],
  ...SHEET.filter(([keys]) => !keys.split(" ").some((key) => LIVE.has(key)) && keys !== "o k"),
];

/**
 * Keys without those that only a kernel could answer.
 * @param {Record<string, () => void>} keys
 */
export function withoutKernel(keys) {
  return Object.fromEntries(Object.entries(keys).filter(([key]) => !LIVE.has(key)));
}

/** The keys of a view as a person reads them: of a saved page, or of one with a kernel. */
export function sheetOf(/** @type {any} */ model) {
  return model.get("saved") ? SAVED_SHEET : SHEET;
}

/**
 * What a key does, if anything.
 * @param {import("./view.js").Traffic} traffic
 * @param {string} key
 * @param {boolean} inPicture whether the picture has the focus
 * @returns {(() => void) | undefined}
 */
export function actOf(traffic, key, inPicture) {
  const saved = traffic.feed.model.get("saved");
  const offered = saved ? withoutKernel : (/** @type {Record<string, () => void>} */ keys) => keys;
  const own = inPicture ? { ...offered(moves(traffic)), ...traffic.picture.moves(traffic) } : {};
  return own[key] ?? offered(acts(traffic))[key];
}

/** The few that are worth the room below the rows. */
export const HINT = "/ filter · f freeze · e edit and resend ·";

/**
 * @param {import("./view.js").Traffic} traffic what the keys act on
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
    End: () => {
      to(last);
      traffic.follow();
    },
    Enter: () => entered(traffic, items[index]),
    ArrowRight: () => items[index] && !items[index].opened && picking.toggle(items[index]),
    ArrowLeft: () => picking.leaveBroadcast(items[index]),
    " ": () => traffic.freeze(),
  };
}

/** Deliver what is in flight; else open a broadcast, or go to what the row holds. */
export function entered(
  /** @type {import("./view.js").Traffic} */ traffic,
  /** @type {import("./rows.js").Item | undefined} */ item,
) {
  const flying = (item && item.type !== "hole" && traffic.ruling?.flyingOf(item)) || [];
  if (flying.length) traffic.ruling?.deliver(flying);
  else traffic.picking.enter(item);
}

/**
 * Keys that do the same wherever the focus is, but where one types.
 * @param {import("./view.js").Traffic} traffic
 * @returns {Record<string, () => void>}
 */
export function acts(traffic) {
  return {
    Escape: () => traffic.escape(),
    "/": () => traffic.chrome.box.focus(),
    f: () => traffic.freeze(),
    b: () => traffic.ruling?.breakHere(),
    h: () => traffic.ruling?.holdAll(),
    r: () => traffic.record(),
    l: () => traffic.standing.goOn(),
    t: () => traffic.turnTime(),
    c: () => traffic.detail.item && void traffic.detail.copying.copy(),
    d: () => traffic.detail.item && traffic.detail.copying.save(),
    s: () => traffic.detail.again.resend(),
    e: () => traffic.detail.again.edit(),
    v: () => traffic.toggleFrames(),
    X: () => traffic.clearing?.clear(),
    u: () => traffic.clearing?.undo(),
    "[": () => traffic.picking.inChain(-1),
    "]": () => traffic.picking.inChain(1),
    "?": () => traffic.sheet.toggle(),
  };
}
