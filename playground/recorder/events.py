"""Where the events of a ``text/event-stream`` end, so that each is a row, however it is sent.

Law: the pieces that come out, one after the other, are the bytes that went in. None is held back
for ever: an event that does not end is given out in parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from playground.recorder.bodies import MOST
from playground.traffic.server_sent import EventStream

# WHATWG HTML 9.2.6: a line ends with CRLF, LF or CR, and an empty one ends an event.
_END: Final = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)+")
# Line ends that may be the first half of an end of the event.
_LINE_ENDS: Final = b"\r\n"

# An event's parts are sent at once. One that takes longer lacks its end, most likely: so it is
# shown as it is when the next part comes.
PATIENCE: Final = 5.0

# What a name is shown of.
_NAME: Final = 200

UNENDED: Final = "not ended by a blank line"


class Piece(NamedTuple):
    """A piece of a stream.

    Attributes:
        data: Its bytes.
        name: The event's type, if it is one whole event; else None: a comment, or a part of one.
        note: What is to be said of it.
    """

    data: bytes
    name: str | None = None
    note: str | None = None


class Events:
    """Cuts one stream into its events."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._since = 0.0
        # Whether a part of the event that is held was given out already.
        self._is_torn = False

    def take(self, part: bytes, at: float) -> Iterator[Piece]:
        """Yield what a part of the stream completes, in its order.

        Args:
            part: The next bytes, cut anywhere.
            at: When they were sent, in seconds.
        """
        held = self._held
        if not held:
            self._since = at
        # The end may have begun in what was held.
        begin = max(0, len(held) - 3)
        held += part
        while end := _END.search(held, begin):
            size, begin = end.end(), 0
            data, self._since = bytes(held[:size]), at
            del held[:size]
            yield Piece(data) if self._is_torn else Piece(data, name_of(data))
            self._is_torn = False
        if held and (self._is_torn or len(held) > MOST or at - self._since > PATIENCE):
            yield from self._torn()

    def _torn(self) -> Iterator[Piece]:
        """Yield what is held though its event has not ended, but for line ends: more may come."""
        data = bytes(self._held.rstrip(_LINE_ENDS))
        del self._held[: len(data)]
        self._is_torn = True
        if data:
            yield Piece(data, note=UNENDED)

    def rest(self) -> Iterator[Piece]:
        """Yield what is left at the end of the stream: browsers drop it."""
        data, self._held = bytes(self._held), bytearray()
        if data:
            yield Piece(data, note=UNENDED if name_of(data + b"\n\n") else None)


def name_of(data: bytes) -> str | None:
    """Return the type of the event that a whole piece is; None if it is a comment, or empty."""
    found = EventStream().feed(data)
    return found[0].event[:_NAME] if found else None
