"""A parser of server-sent events: bytes of ``text/event-stream`` go in, whole events come out.

Law of the room: where the bytes are cut changes nothing, and whatever comes from a wire, it does
not raise. It reads as a browser's `EventSource` does (WHATWG HTML 9.2.6).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

MEDIA_TYPE: Final = "text/event-stream"

# Not `str.splitlines`: to it, a vertical tab and U+2028 end a line too.
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_BYTE_ORDER_MARK: Final = "\ufeff"
# A browser would take any number; Python says no to one of more than 4300 digits.
_RETRY: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


def is_event_stream(content_type: str | None) -> bool:
    """Return whether a ``content-type`` header says that server-sent events follow.

    Args:
        content_type: Its value, such as ``"text/event-stream; charset=utf-8"``.
    """
    return (content_type or "").partition(";")[0].strip().lower() == MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event of a stream, as a page's `EventSource` hands it out.

    Attributes:
        event: Its type; ``"message"`` where the stream names none.
        data: Its lines of data, joined with newlines.
        id: The id that it or an event before it gave, which a browser sends as ``Last-Event-ID``
            when it connects again; "" before any.
        retry: Milliseconds after which to connect again, if the stream said so in this event or
            since the one before; else None.
    """

    event: str = "message"
    data: str = ""
    id: str = ""
    retry: int | None = None


class EventStream:
    """Reads one stream of server-sent events, in pieces of any size.

    What has not ended with an empty line is no event yet.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = False
        # Whether the last character was a carriage return, which a line feed may yet belong to.
        self._returned = False
        # What there is of a line, in pieces: to join them each time would take a long line's
        # length for each of its pieces.
        self._pieces: list[str] = []
        self._event = ""
        self._data: list[str] = []
        self._id = ""
        self._retry: int | None = None

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Return the events that end in a piece of the stream, in their order.

        Args:
            data: The next bytes, cut anywhere. What is not UTF-8 becomes U+FFFD.
        """
        text = self._decoded(data)
        *ended, rest = _LINE_END.split(text)
        if ended:
            ended[0] = "".join([*self._pieces, ended[0]])
            self._pieces = []
        if rest:
            self._pieces.append(rest)
        found = [self._line(line) for line in ended]
        return [event for event in found if event is not None]

    def _decoded(self, data: bytes) -> str:
        text = self._decoder.decode(data)
        if not text:
            return ""
        if not self._begun:
            self._begun, text = True, text.removeprefix(_BYTE_ORDER_MARK)
        if self._returned:
            # Its line has ended with the return; a line feed only completes that end.
            text = text.removeprefix("\n")
        self._returned = text.endswith("\r")
        return text

    def _line(self, line: str) -> ServerSentEvent | None:
        """Read one line; an empty one ends an event, which is returned if it has data."""
        if not line:
            return self._ended()
        name, _, value = line.partition(":")
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name: str, value: str) -> None:
        """Take one field; a comment has no name, and what is unknown is passed over."""
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and _RETRY.fullmatch(value):
            self._retry = int(value)

    def _ended(self) -> ServerSentEvent | None:
        event, data, self._event, self._data = self._event, self._data, "", []
        # One empty line of data is an event without text; no line of data is none.
        if not data:
            return None
        retry, self._retry = self._retry, None
        return ServerSentEvent(event or "message", "\n".join(data), self._id, retry)
