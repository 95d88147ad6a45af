/** A packet of Engine.IO and Socket.IO: its parts as terms, and its data as a tree. */

import { element } from "./dom.js";
import { escaped, parsedJson } from "./format.js";
import { tree } from "./tree.js";

/** @typedef {{parts: [string, string][], data: string}} Packet as `traffic/socketio.py` reads it */

/** @param {Packet[]} packets @returns {HTMLElement[]} */
export function packetList(packets) {
  return packets.map(packetOf);
}

/** @param {Packet} packet */
function packetOf({ parts, data }) {
  const list = element("dl", "mpp-why mpp-packet");
  for (const [term, said] of parts) list.append(element("dt", "", term), element("dd", "", escaped(said)));
  const json = parsedJson(data);
  if (json !== undefined) {
    const shown = element("dd", "mpp-mono");
    shown.append(tree(json));
    list.append(element("dt", "", "data"), shown);
  }
  return list;
}
