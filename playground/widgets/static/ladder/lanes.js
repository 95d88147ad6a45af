/**
 * A ladder's lanes: who has one, where it stands, who shares one. As `exports/ladder/lanes.py`. No
 * DOM.
 */

import { escaped } from "../shared/format.js";

/**
 * One vertical line: whose it is, and how far from the left edge.
 * @typedef {{name: string, role: "client" | "server" | "others", x: number, clients: string[]}}
 *   Lane
 *
 * All lanes from left to right; `width` is more than asked for if they had to take more. `places`
 * is client name → index of its lane, its own or the shared one.
 * @typedef {{lanes: Lane[], pitch: number, width: number, places: Map<string, number>, server:
 *   Lane}} Lanes
 */

// The rows' numbers stand left of the lanes.
export const GUTTER = 52;
const MARGIN = 16;

// A lane that is narrower has no room for a name, or for a dozen characters on an arrow.
const NARROWEST_LANE = 66;
// Where one scrolls for the others anyway, names need not be cut.
const UNFOLDED_LANE = 84;
// In lanes that are wider the eye loses the line.
const WIDEST_LANE = 300;

// Eight clients, the server, and one that the others share: more are too many to tell apart.
const MOST_LANES = 10;

/**
 * The lanes for some clients.
 * @param {string[]} clients in the order of joining
 * @param {number} width pixels there are
 * @param {boolean} [unfolded] give everybody a lane, and take more width if that needs it
 * @returns {Lanes}
 */
export function lanesOf(clients, width, unfolded = false) {
  const room = Math.max(NARROWEST_LANE, width - GUTTER - MARGIN);
  const most = Math.min(MOST_LANES, Math.floor(room / NARROWEST_LANE));
  const heads = headsOf(clients, unfolded ? clients.length + 1 : most);
  const pitch = Math.min(WIDEST_LANE, Math.max(unfolded ? UNFOLDED_LANE : 0, room / heads.length));
  const start = GUTTER + Math.max(0, (room - pitch * heads.length) / 2);
  const lanes = heads.map((head, index) => ({
    ...head,
    x: Math.floor(start + pitch * (index + 0.5) + 0.5),
  }));
  const places = new Map(
    lanes.flatMap((lane, index) =>
      lane.clients.map((name) => /** @type {[string, number]} */ ([name, index])),
    ),
  );
  const server = /** @type {Lane} */ (lanes.find((lane) => lane.role === "server"));
  return {
    lanes,
    pitch,
    width: Math.max(width, Math.floor(GUTTER + pitch * heads.length + MARGIN)),
    places,
    server,
  };
}

/** What stands above the lanes: three always have room. @returns {Omit<Lane, "x">[]} */
function headsOf(/** @type {string[]} */ clients, /** @type {number} */ room) {
  const most = Math.max(3, room);
  const alone = clients.length < most ? clients.length : most - 2;
  const heads = /** @type {Omit<Lane, "x">[]} */ (
    clients
      .slice(0, alone)
      .map((name) => ({ name: escaped(name), role: "client", clients: [name] }))
  );
  const rest = clients.slice(alone);
  if (rest.length) heads.push({ name: `+${rest.length} others`, role: "others", clients: rest });
  // In the middle no arrow is longer than half the ladder.
  heads.splice(Math.floor((heads.length + 1) / 2), 0, {
    name: "server",
    role: "server",
    clients: [],
  });
  return heads;
}

/**
 * The lane of a client; the server's if it has none.
 * @param {Lanes} across
 * @param {string} client
 */
export function laneOf(across, client) {
  return across.lanes[across.places.get(client) ?? -1] ?? across.server;
}
