"""How the far side's leg has ended, and with which close code (RFC 6455 7.4.1) its client is told.

Law of the room: an end that is none of a conversation is never 1000 or 1001 to the other side.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from playground.upstream.address import Address

CLOSING: Final = 5.0
"""Seconds in which the far side may answer a close frame."""

ABNORMAL: Final = 1006
"""There was no close frame."""

NO_STATUS: Final = 1005
"""There was a close frame without a code."""

BAD_GATEWAY: Final = 1014


class End(NamedTuple):
    """How the far side has ended a WebSocket.

    Attributes:
        code: The close code that came; 1005 for none, 1006 if there was no close frame.
        reason: The close reason.
        why: A sentence, if it was no clean end; else "".
    """

    code: int
    reason: str = ""
    why: str = ""

    def told(self) -> tuple[int, str]:
        """Return close code and reason for the client."""
        if self.why:
            return BAD_GATEWAY, clip(self.why)
        return self.code, self.reason


def gone(address: Address) -> End:
    """Return the end of a far side that vanished."""
    return End(ABNORMAL, why=f"{address.base} ended without a close frame")


def broken(address: Address, how: str) -> End:
    """Return the end of a far side that has broken the protocol."""
    said = f": {how}" if how else ""
    return End(ABNORMAL, why=f"{address.base} broke the protocol{said}")


def clip(reason: str) -> str:
    """Cut a close reason to the 123 bytes of UTF-8 that fit in a close frame (RFC 6455 5.5)."""
    return reason.encode()[:123].decode("utf-8", "ignore")
