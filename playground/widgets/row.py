"""A row: what a view gets of an entry, as named fields with words that are finished.

Law of the room: the fields are listed here and nowhere else. ``static/traffic/row.js`` is made
of the list: run ``python -m playground.widgets.row`` to write it anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from playground.exports.text import SIZED
from playground.traffic.decoding import Decoded
from playground.traffic.escapes import escaped
from playground.traffic.model import Entry, Exchange, meaning_beside
from playground.traffic.socketio import reading
from playground.traffic.summary import BYTES_SHOWN, framed, handler_of, joined, preview
from playground.traffic.words import tag_of, words

PREVIEW: Final = 200
"""Characters of a payload that a row carries."""

BESIDE: Final = 24
"""Characters of the payload as it was that stand behind what a decoder said."""

# Of others the words say more than the payload.
_DECODED: Final = frozenset({"text", "binary", "body", "event"})

FILE: Final = Path(__file__).with_name("static") / "traffic" / "row.js"


class Field(NamedTuple):
    """A field of a row.

    Attributes:
        name: As it crosses.
        type: In JavaScript.
        about: What it holds.
        absent: What it is where it was not sent, in JavaScript; "" for one that always is.
    """

    name: str
    type: str
    about: str
    absent: str = ""


# What most rows have is not sent: so rows with names are hardly longer than rows without.
FIELDS: Final = (
    Field("seq", "number", "its number in the log, from 1"),
    Field("at", "number", "seconds since the Unix epoch"),
    Field("exchange", "number", "number of the exchange, 0 for what belongs to the lab"),
    Field("kind", "string", "what happened", '"text"'),
    Field("sender", '"client" | "server" | "lab"', "the side it came from", '"server"'),
    Field("text", "string", "the beginning of the payload, bytes in hex", '""'),
    Field("size", "number", "bytes of the whole payload", "text.length"),
    Field("cause", "number | null", "number of the entry that set it off", "null"),
    Field("revision", "number", "of the app's code that was at work", "1"),
    Field("where", "string | null", "the line of code it was sent from", "null"),
    Field("code", "number | null", "HTTP status or close code", "null"),
    Field("note", "string | null", "what a filter finds in the note", "null"),
    Field("cut", "number", "a fingerprint of the whole payload if `text` is cut", "0"),
    Field("bytes", "boolean", "whether the payload is bytes", "false"),
    Field("read", "string", "which packets of Socket.IO it holds", '""'),
    Field("who", "string", "what stands in place of who sent it to whom", '""'),
    Field("lead", "string", "plain words before the payload", '""'),
    Field("chip", "string", "what the payload is, if it is no text", '""'),
    Field("payload", "string", "the payload on one line, marks written out", "text"),
    Field("said", "string", "plain words that stand alone or after the payload", '""'),
    Field("label", "string", "what a ladder says", "lead + payload + said"),
    Field("tag", "string", "what a ladder says before that", "chip"),
    Field(
        "tone",
        '"error" | "life" | "quiet" | "pause" | ""',
        "bad news, begin or end, beside, paused",
        '""',
    ),
    Field("shape", "string", "what is new in its shape", '""'),
)

_SCRIPT: Final = """\
/**
 * A row of the traffic, as the kernel sends it. No DOM.
 *
 * Made from the list in `widgets/row.py`, so change that: `python -m playground.widgets.row`.
 */

/**
 * @typedef {{object}} Row
{properties}
 * @property {{string}} client whose it is, "" for what belongs to the lab
 * @property {{string}} path of its exchange
 * @property {{number}} place among the finds of a filter; its number, if it is not one of those
 *
 * @typedef {{Record<string, [string, string, string]>}} Exchanges by number
 */

/** Kinds that carry a payload, so that their size is worth a column. */
export const SIZED = new Set([{sized}]);

/**
 * @param {{any}} sent one row of a message
 * @param {{Exchanges}} exchanges of the same message
 * @param {{number}} [place]
 * @returns {{Row}}
 */
export function toRow(sent, exchanges, place) {{
  const {{
{defaults}
  }} = sent;
  const [, client = "", path = ""] = exchanges[exchange] ?? [];
  return {{
{names}
    client,
    path,
    place: place ?? seq,
  }};
}}
"""


def row(
    entry: Entry, exchange: Exchange | None = None, decoded: Decoded | None = None
) -> dict[str, Any]:
    """Return an entry as a view gets it: the fields that are not what they are when absent.

    Args:
        exchange: The entry's, if Socket.IO may be spoken there.
        decoded: What a decoder made of it.
    """
    seq, at, number, kind, sender, data, size, cause, revision, where, code, note, _ = entry
    text, cut = shortened(data, PREVIEW)
    sent: dict[str, Any] = {"seq": seq, "at": at, "exchange": number}
    if kind != "text":
        sent["kind"] = kind
    if sender != "server":
        sent["sender"] = sender
    if text:
        sent["text"] = text
    if size != len(text) or not text.isascii():
        sent["size"] = size
    if cause is not None:
        sent["cause"] = cause
    if revision != 1:
        sent["revision"] = revision
    if where is not None:
        sent["where"] = where
    if code is not None:
        sent["code"] = code
    if cut:
        sent["cut"] = cut
    # Most are plain messages: there is nothing to be said of them.
    if kind != "text" or note or exchange is not None or cut or not text.isprintable():
        _put_words(sent, entry, exchange, text)
    if decoded is not None and entry.kind in _DECODED:
        _put_decoded(sent, entry, decoded)
    return sent


def _put_words(sent: dict[str, Any], entry: Entry, exchange: Exchange | None, text: str) -> None:
    note, read = _note(entry), reading(entry, exchange) if exchange is not None else ""
    if note:
        sent["note"] = note
    if isinstance(entry.data, bytes):
        sent["bytes"] = True
    if read:
        sent["read"] = sendable(read)
    told = cast("dict[str, str]", words(entry, _chip(entry, read)))
    for name, said in told.items():
        sent[name] = said if said.isascii() else sendable(said)
    # What follows from the rest is not sent.
    if sent["payload"] == text:
        del sent["payload"]


def _put_decoded(sent: dict[str, Any], entry: Entry, decoded: Decoded) -> None:
    """Put what a decoder said in place of the payload, and the beginning of that behind it."""
    chip = escaped(joined(entry.note or "message" if entry.kind == "event" else None, decoded.by))
    payload = preview(decoded.problem or decoded.text, PREVIEW)
    raw = sent.get("payload", sent.get("text", ""))
    beside = raw[:BESIDE].rstrip() + ("…" if len(raw) > BESIDE or "cut" in sent else "")
    words = {"chip": chip, "payload": payload, "label": payload, "said": f" · {beside}"}
    sent["tag"] = sendable(tag_of(entry, chip))
    sent.update({name: sendable(said) for name, said in words.items()})


def _chip(entry: Entry, read: str) -> str:
    if entry.kind == "frame":
        return "frame"
    if entry.kind == "event":
        return escaped(entry.note or "message")
    return escaped(read) or ("binary" if isinstance(entry.data, bytes) else "")


def shortened(data: str | bytes | None, limit: int) -> tuple[str, int]:
    """Return the beginning of a payload as text that JSON can carry, and a fingerprint if cut."""
    if data is None:
        return "", 0
    if isinstance(data, bytes):
        cut = len(data) > BYTES_SHOWN
        return data[:BYTES_SHOWN].hex(" "), _fingerprint(data) if cut else 0
    return sendable(data[:limit]), _fingerprint(data) if len(data) > limit else 0


def sendable(text: str) -> str:
    """Return text that can be encoded as UTF-8; a lone surrogate becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _fingerprint(data: str | bytes) -> int:
    return (hash(data) & 0x7FFFFFFF) | 1


def _note(entry: Entry) -> str | None:
    """Return what a row needs of the note: the rest is asked for when it is shown."""
    if entry.kind == "exception":
        return handler_of(entry)
    if entry.kind == "close":
        return meaning_beside(entry.code or 0, str(entry.data or ""))
    if entry.kind == "frame":
        return framed(entry)
    return entry.note[:PREVIEW] if entry.note else None


def script() -> str:
    """Return the JavaScript that reads a row."""
    properties = (f" * @property {{{each.type}}} {each.name} {each.about}" for each in FIELDS)
    defaults = (f"    {each.name}{each.absent and f' = {each.absent}'}," for each in FIELDS)
    return _SCRIPT.format(
        properties="\n".join(properties),
        sized=", ".join(f'"{kind}"' for kind in sorted(SIZED)),
        defaults="\n".join(defaults),
        names="\n".join(f"    {each.name}," for each in FIELDS),
    )


if __name__ == "__main__":
    FILE.write_text(script(), "utf-8")
