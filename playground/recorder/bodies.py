"""The bodies of requests and responses: as text where they are that, and large ones bounded.

A stream of small parts (server-sent events) is kept part by part, however long it goes on. Of large
parts, so much is kept that a download does not push everything else out of the log; what is not
kept is counted, and written as a row without data.
"""

from __future__ import annotations

from typing import Final

# Parts up to this size are always kept: a message of a stream, a form.
SMALL: Final = 4 * 1024

# How much of one body is kept in parts that are larger: a page with its pictures inline.
MOST: Final = 1024 * 1024

# A download that goes on is told of each time so many bytes more were not kept.
UNTOLD: Final = 16 * 1024 * 1024


class Bounds:
    """How much of one body has been kept, and how much has not and was not told of."""

    def __init__(self) -> None:
        self.room = MOST
        self.untold = 0

    def take(self, part: bytes) -> bytes:
        """Return what is to be kept of a large part; count the rest."""
        kept = part[: _character(part, self.room)]
        self.room -= len(kept)
        self.untold += len(part) - len(kept)
        return kept

    def tell(self) -> str:
        """Return in words how much was not kept since the last time."""
        said = f"{self.untold:,} bytes not kept"
        self.untold = 0
        return said


def _character(part: bytes, most: int) -> int:
    """Return where to cut, at most there and not within a character, were it UTF-8."""
    if len(part) <= most:
        return len(part)
    within = (at for at in range(most, max(0, most - 4), -1) if part[at] & 0xC0 != 0x80)
    return next(within, most)


def readable(body: bytes, content_type: str | None) -> str | bytes:
    """Return a body as text if it is that, else as the bytes it is."""
    if content_type and not content_type.startswith(("text/", "application/json")):
        return body
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body
