/**
 * A row of the traffic, as the kernel sends it. No DOM.
 *
 * Made from the list in `widgets/row.py`, so change that: `python -m playground.widgets.row`.
 */

/**
 * @typedef {object} Row
 * @property {number} seq its number in the log, from 1
 * @property {number} at seconds since the Unix epoch
 * @property {number} exchange number of the exchange, 0 for what belongs to the lab
 * @property {string} kind what happened
 * @property {"client" | "server" | "lab"} sender the side it came from
 * @property {string} text the beginning of the payload, bytes in hex
 * @property {number} size bytes of the whole payload
 * @property {number | null} cause number of the entry that set it off
 * @property {number} revision of the app's code that was at work
 * @property {string | null} where the line of code it was sent from
 * @property {number | null} code HTTP status or close code
 * @property {string | null} note what a filter finds in the note
 * @property {number} cut a fingerprint of the whole payload if `text` is cut
 * @property {boolean} bytes whether the payload is bytes
 * @property {string} read which packets of Socket.IO it holds
 * @property {string} who what stands in place of who sent it to whom
 * @property {string} lead plain words before the payload
 * @property {string} chip what the payload is, if it is no text
 * @property {string} payload the payload on one line, marks written out
 * @property {string} said plain words that stand alone or after the payload
 * @property {string} label what a ladder says
 * @property {string} tag what a ladder says before that
 * @property {"error" | "life" | "quiet" | "pause" | ""} tone bad news, begin or end, beside, paused
 * @property {string} shape what is new in its shape
 * @property {string} client whose it is, "" for what belongs to the lab
 * @property {string} path of its exchange
 * @property {number} place among the finds of a filter; its number, if it is not one of those
 *
 * @typedef {Record<string, [string, string, string]>} Exchanges by number
 */

/** Kinds that carry a payload, so that their size is worth a column. */
export const SIZED = new Set(["binary", "body", "event", "frame", "response", "text"]);

/**
 * @param {any} sent one row of a message
 * @param {Exchanges} exchanges of the same message
 * @param {number} [place]
 * @returns {Row}
 */
export function toRow(sent, exchanges, place) {
  const {
    seq,
    at,
    exchange,
    kind = "text",
    sender = "server",
    text = "",
    size = text.length,
    cause = null,
    revision = 1,
    where = null,
    code = null,
    note = null,
    cut = 0,
    bytes = false,
    read = "",
    who = "",
    lead = "",
    chip = "",
    payload = text,
    said = "",
    label = lead + payload + said,
    tag = chip,
    tone = "",
    shape = "",
  } = sent;
  const [, client = "", path = ""] = exchanges[exchange] ?? [];
  return {
    seq,
    at,
    exchange,
    kind,
    sender,
    text,
    size,
    cause,
    revision,
    where,
    code,
    note,
    cut,
    bytes,
    read,
    who,
    lead,
    chip,
    payload,
    said,
    label,
    tag,
    tone,
    shape,
    client,
    path,
    place: place ?? seq,
  };
}
