/** Rows to test with: text from alice unless something else is said. */

import { toRow } from "../../playground/widgets/static/rows.js";

const CLIENTS = { 1: ["websocket", "alice", "/chat"], 2: ["websocket", "bob", "/chat"], 3: ["websocket", "carol", "/chat"], 4: ["websocket", "dave", "/chat"] };

export function row(seq, changes = {}, exchanges = CLIENTS) {
  const all = { at: seq / 10, exchange: 1, kind: "text", sender: "client", text: "hi", size: 2, cause: null, revision: 1, where: null, code: null, note: null, cut: 0, flags: "", place: seq, read: undefined, ...changes };
  const { at, exchange, kind, sender, text, size, cause, revision, where, code, note, cut, flags, place, read } = all;
  return toRow([seq, at, exchange, kind, sender, text, size, cause, revision, where, code, note, cut, flags, read], exchanges, place);
}
