"""How much of a request's or response's body is kept in the log, and whether as text or bytes.

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


_TEXT: Final = ("text/", "application/json")


class Bounds:
    """How much more of one body may be kept, and how much of it was left out since `tell`."""

    def __init__(self) -> None:
        self.room = MOST
        self.untold = 0

    def take(self, part: bytes, least: int = 0) -> bytes:
        """Return as much of a large part as may be kept; count the bytes that are left out.

        Args:
            part: The part.
            least: So many bytes of it are kept in any case.
        """
        kept = part[: _character(part, max(self.room, least))]
        self.room = max(0, self.room - len(kept))
        self.untold += len(part) - len(kept)
        return kept

    def tell(self) -> str:
        """Return in words how much was left out since the last call."""
        said = f"{self.untold:,} bytes not kept"
        self.untold = 0
        return said


def _character(part: bytes, most: int) -> int:
    """Return the length to cut a body to: at most `most`, and not within a character of UTF-8."""
    if len(part) <= most:
        return len(part)
    within = (at for at in range(most, max(0, most - 4), -1) if part[at] & 0xC0 != 0x80)
    return next(within, most)


def readable(body: bytes, content_type: str | None) -> str | bytes:
    """Return a body as text if its content type allows it and it is UTF-8, else as bytes."""
    if content_type and not (
        content_type.startswith(_TEXT) or content_type.lower().startswith(_TEXT)
    ):
        return body
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body
