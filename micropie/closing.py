"""Close codes and reasons: what may be sent, and what is a normal end (RFC 6455 7.4)."""

from __future__ import annotations

from typing import Final

from micropie.types import Event

NORMAL: Final = frozenset({1000, 1001, 1005})
"""What ends an iteration quietly; 1005 is a browser's `close()` without a code."""

REASON_BYTES: Final = 123
"""What fits of a close reason: a control frame carries 125 bytes, two of which are the close code
(RFC 6455 5.5)."""


def close_event(code: int, reason: str) -> Event:
    """Make the ASGI event that closes a connection, or refuses a handshake."""
    return {"type": "websocket.close", "code": code, "reason": cut(reason)}


def check_code(code: int) -> None:
    """Check that a close code may be sent.

    Raises:
        ValueError: It may not.
    """
    # RFC 6455 7.4.1, 7.4.2 and the IANA registry: 1004 to 1006 and 1015 are never sent.
    if isinstance(code, int) and (
        1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
    ):
        return
    raise ValueError(
        f"expected a close code that may be sent, got {code!r}; use 1000 or one of 3000 to 4999"
    )


def cut(reason: str | None) -> str:
    """Shorten a close reason to what fits into a frame, without splitting a character.

    Raises:
        TypeError: It is no text.
    """
    if reason is None:
        return ""
    if not isinstance(reason, str):
        raise TypeError(f"expected str or None as close reason, got {reason!r}")
    return reason.encode("utf-8", "replace")[:REASON_BYTES].decode("utf-8", "ignore")
