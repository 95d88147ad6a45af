/** What keys and buttons of the traffic do about messages in flight and handlers that pause. */

/** @typedef {import("./view.js").Traffic} Traffic */

/** Hold every message in flight, or release them. @param {Traffic} traffic */
export function holdAll(traffic) {
  askRuler(traffic, { kind: "hold", on: !traffic.feed.totals.holds });
}

/** Set a breakpoint for messages like the selected one, or remove it. @param {Traffic} traffic */
export function breakHere(traffic) {
  const row = traffic.picking.item?.row;
  if (row) breakAt(traffic, { seq: row.seq });
  else traffic.chrome.warn("Select the row of a message first: a breakpoint is for such messages.");
}

/** Set a breakpoint for messages like a row, or at a line; or remove it. */
export function breakAt(
  /** @type {Traffic} */ traffic,
  /** @type {{seq?: number, line?: string}} */ where,
) {
  askRuler(traffic, { kind: "break", ...where });
}

/** Have messages in flight arrive; what was sent before them on their lines arrives first. */
export function deliver(/** @type {Traffic} */ traffic, /** @type {number[]} */ seqs) {
  askRuler(traffic, { kind: "deliver", seqs });
}

/** The numbers of an item's rows that are in flight. */
export function flyingOf(
  /** @type {Traffic} */ { feed },
  /** @type {import("./rows.js").Item} */ item,
) {
  const flying = /** @type {number[]} */ (feed.totals.flying ?? []);
  return item.members.map((row) => row.seq).filter((seq) => flying.includes(seq));
}

/** Have the kernel do it, and say what came of it. */
function askRuler(/** @type {Traffic} */ { feed, chrome, aloud }, /** @type {object} */ message) {
  feed.ask(message, {
    late: (/** @type {string} */ text) => chrome.warn(text),
    done: (/** @type {string | null} */ error, /** @type {string | null} */ said) => {
      if (error) chrome.warn(error);
      else if (said) aloud.say(said);
    },
  });
}
