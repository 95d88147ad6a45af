"""The words of a row, finished: what a table and a ladder show of an entry and only have to place.

Law of the room: what an entry says is put into words here and in `summary`, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal, TypedDict

from playground.traffic.model import Entry
from playground.traffic.summary import (
    EMPTY,
    framed,
    handler_of,
    happened,
    identified,
    is_error,
    joined,
    repeats,
    shown,
    sized,
)

Tone = Literal["", "life", "error"]


class Words(TypedDict, total=False):
    """The words of one row, without those that follow from the others.

    Attributes:
        who: What stands in place of who sent it and to whom; "" where that is one of the clients
            and the server.
        lead: Plain words before the payload.
        chip: What the payload is; "" for a text.
        payload: The payload on one line; the beginning of the text unless said otherwise.
        said: Plain words that stand alone or after the payload.
        label: What a ladder says: lead, payload and said, unless said otherwise.
        tag: What a ladder says before its label: the chip, unless said otherwise.
        tone: ``"error"`` for bad news, ``"life"`` for the beginning and end of a connection,
            ``"quiet"`` for what comes along, ``"pause"`` for a handler that stands still, or "".
    """

    who: str
    lead: str
    chip: str
    payload: str
    said: str
    label: str
    tag: str
    tone: Tone | Literal["quiet", "pause"]


_LIFE: Final = frozenset({"open", "accept", "refuse", "close", "frame"})
# Of a control frame the flags say nothing, for it is never fragmented (RFC 6455 5.5).
_CONTROL: Final = re.compile(r"^(ping|pong|close), FIN(?:, masked)?")


def words(entry: Entry, chip: str) -> Words:
    """Return the words of an entry's row, finished.

    Args:
        chip: What its payload is, from `summary.kind_of`.
    """
    text = shown(entry)
    said = _WORDS.get(entry.kind, _message)(entry, text)
    if chip:
        said["chip"] = chip
        if isinstance(entry.data, bytes) and entry.kind != "frame":
            said["tag"] = tag_of(entry, chip)
    tone = tone_of(entry)
    if tone:
        said["tone"] = tone
    return said


def tone_of(entry: Entry) -> Tone:
    """Return ``"error"`` for bad news, ``"life"`` for a connection's beginning and end, or ""."""
    if is_error(entry):
        return "error"
    return "life" if entry.kind in _LIFE else ""


def tag_of(entry: Entry, chip: str) -> str:
    """Return the words before a ladder's label: the chip, and of bytes how many there are."""
    sizes = entry.kind != "frame" and isinstance(entry.data, bytes)
    return f"{chip} {sized(entry.size)}" if sizes else chip


def label_of(entry: Entry) -> str:
    """Return what happened, as a ladder says it in one line."""
    text = shown(entry)
    return words(entry, "").get("label", happened(entry, text))


def swapped(text: str, revision: int) -> str:
    """Return what a swap says: the revision that left the stage, and the one that took it."""
    start = f"revision {revision} on stage"
    if revision < 2 or not text.startswith(start):
        return text
    return f"revision {revision - 1} → {revision}{text[len(start) :]}"


def _message(entry: Entry, text: str) -> Words:
    if entry.data in ("", b""):
        return {"payload": "", "said": EMPTY, "label": EMPTY}
    return {"payload": text}


def _sentence(entry: Entry, text: str) -> Words:
    return {"payload": "", "said": happened(entry, text)}


def _request(entry: Entry, text: str) -> Words:
    return {"lead": f"{entry.note or 'GET'} ", "payload": text}


def _response(entry: Entry, text: str) -> Words:
    lead = "" if repeats(entry.code, text) else f"{entry.code} "
    said: Words = {"lead": lead, "payload": text, "label": happened(entry, text)}
    if not text and entry.note:
        said["said"] = entry.note
    return said


def _body(entry: Entry, text: str) -> Words:
    if not entry.note:
        return {"payload": text}
    return {"payload": text, "said": f" · {entry.note}" if text else entry.note}


def _event(entry: Entry, text: str) -> Words:
    given = identified(entry)
    if not given:
        return {"payload": text}
    return {"payload": text, "said": f" · {given}" if text else given}


def _exception(entry: Entry, text: str) -> Words:
    said, handler = happened(entry, text), handler_of(entry)
    if not handler:
        return {"payload": "", "said": said, "who": "server"}
    who = f"in {handler}"
    return {"payload": "", "said": said, "who": who, "label": joined(said, who)}


def _print(_: Entry, text: str) -> Words:
    return {"who": "printed", "payload": text, "tone": "quiet"}


def _state(_: Entry, text: str) -> Words:
    return {"who": "state", "payload": text, "tone": "quiet"}


def _frame(entry: Entry, text: str) -> Words:
    which = framed(entry)
    said: Words = {"payload": "", "said": joined(which, text) if text else which}
    control = _CONTROL.match(which)
    if control:
        said["label"] = joined(control[1] + which[control.end() :], text)
    return said


def _link(entry: Entry, text: str) -> Words:
    said: Words = {"payload": "", "said": text}
    return said if entry.sender == "lab" else {**said, "tone": "quiet"}


def _pause(entry: Entry, text: str) -> Words:
    tone: Literal["pause", "quiet"] = "pause" if entry.note == "paused" else "quiet"
    return {"who": "handler", "payload": "", "said": text, "tone": tone}


def _swap(entry: Entry, text: str) -> Words:
    return {"payload": "", "said": text, "label": swapped(text, entry.revision)}


_WORDS: Final[dict[str, Callable[[Entry, str], Words]]] = {
    "open": _sentence,
    "accept": _sentence,
    "refuse": _sentence,
    "close": _sentence,
    "request": _request,
    "response": _response,
    "body": _body,
    "event": _event,
    "exception": _exception,
    "print": _print,
    "state": _state,
    "frame": _frame,
    "link": _link,
    "pause": _pause,
    "swap": _swap,
    "lab": _sentence,
}
