/** Rows to test with: text from alice unless something else is said. */

import { toRow } from "../../playground/widgets/static/traffic/row.js";

const CLIENTS = {
  1: ["websocket", "alice", "/chat"],
  2: ["websocket", "bob", "/chat"],
  3: ["websocket", "carol", "/chat"],
  4: ["websocket", "dave", "/chat"],
};

export function row(seq, { place = seq, ...changes } = {}) {
  return toRow(
    { seq, at: seq / 10, exchange: 1, sender: "client", text: "hi", ...changes },
    CLIENTS,
    place,
  );
}
