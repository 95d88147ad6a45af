"""Server-sent events in HAR, both ways: ``_eventSourceMessages``, as Chrome writes them.

A stream stands in the record as its events, or the pieces that came, and in HAR as one text with a
list of its events beside it. So in one direction the pieces are read as events, and in the other
the text is cut where an event ends, and each piece gets its event's time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from playground.exports import lenient
from playground.exports.conversations import bytes_of
from playground.traffic.model import Entry
from playground.traffic.server_sent import EventStream

FIELD: Final = "_eventSourceMessages"

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_LINE_END_BYTES: Final = re.compile(rb"\r\n|\n|\r")


class Part(NamedTuple):
    """A piece of a body, and when it came."""

    at: float
    data: str | bytes

    @property
    def event(self) -> str | None:
        """The type of the event that it is; None if it is none."""
        found = EventStream().feed(bytes_of(self.data))
        return found[0].event if len(found) == 1 else None


def messages(parts: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the events in a streamed body as Chrome writes them, times in seconds.

    Args:
        parts: The entries that the body is in.
    """
    stream = EventStream()
    return [
        {"time": each.at, "eventName": found.event, "eventId": found.id, "data": found.data}
        for each in parts
        for found in stream.feed(bytes_of(each.data))
    ]


def parts(entry: dict[str, Any], body: str | bytes, began: float) -> list[Part]:
    """Return the body of an answer in the pieces that it came in; at least one.

    Args:
        entry: HAR's.
        body: Of its answer; "" where there are only events.
        began: When the answer began.
    """
    events = [each for each in lenient.items(entry, FIELD) if isinstance(each, dict)]
    pieces = _pieces(body) if body else [_written(each) for each in events]
    if not events or len(pieces) - bool(body) != len(events):
        return [Part(began, body)]
    found, at = [Part(began, "")], began
    for number, piece in enumerate(pieces):
        said = lenient.moment(events[number].get("time")) if number < len(events) else None
        at = at if said is None else max(at, said)
        if piece:
            found.append(Part(at, piece))
    return found


def _pieces(body: str | bytes) -> list[str | bytes]:
    """Return a stream cut behind each event; what is left, or nothing, stands last."""
    stream, pieces, start = EventStream(), list[str | bytes](), 0
    ends = _LINE_END if isinstance(body, str) else _LINE_END_BYTES
    stop = 0
    for end in ends.finditer(body):  # type: ignore[arg-type]
        line, stop = body[stop : end.end()], end.end()
        if stream.feed(bytes_of(line)):
            pieces.append(body[start:stop])
            start = stop
    return [*pieces, body[start:]]


def _written(event: dict[str, Any]) -> str:
    """Return an event as it may have stood in the stream (WHATWG HTML 9.2.5)."""
    name, number = (_one_line(event, each) for each in ("eventName", "eventId"))
    data = lenient.first_text(event, "data") or ""
    lines = [f"event: {name}"] if name not in ("", "message") else []
    lines += [f"id: {number}"] if number else []
    lines += [f"data: {line}" for line in _LINE_END.split(data)]
    return "".join(f"{line}\n" for line in lines) + "\n"


def _one_line(event: dict[str, Any], name: str) -> str:
    return _LINE_END.sub(" ", lenient.first_text(event, name) or "")
