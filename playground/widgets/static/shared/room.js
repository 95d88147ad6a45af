/** A strip of a panel says how high it is: the list of the traffic gives it room. */

import { onResize } from "./dom.js";

export const ROOM = "mpp-room";

/** Have the traffic around hear how high a strip is. @param {HTMLElement} root of the strip */
export function tellRoom(root) {
  return onResize(root, () => root.dispatchEvent(new Event(ROOM, { bubbles: true })));
}
