"""Who closed a connection, and how, as the server knows it: ASGI has the code, but not whose."""

from __future__ import annotations

from typing import Any

from playground.traffic.model import Sender
from playground.transports.server_internals import (
    abort_of,
    first_close,
    has_left,
    protocol_of,
    websocket_of,
)


def ending(receive: Any) -> tuple[Sender, int, str] | None:
    """Return who ended a connection, with which close code and reason.

    Args:
        receive: The server's, as an app gets it.

    Returns:
        The first half of the closing handshake (RFC 6455 7.1.5), or 1006 without one; code 0 for an
        HTTP client that left. None if it has not ended, or this server does not show it.
    """
    protocol = protocol_of(receive)
    websocket = websocket_of(protocol)
    if websocket is None:
        return ("client", 0, "") if has_left(protocol) else None
    return first_close(websocket) or (("client", 1006, "") if has_left(protocol) else None)


def break_off(receive: Any) -> bool:
    """End a WebSocket without a closing handshake, as a line that is cut; both ends hear 1006.

    Args:
        receive: The server's, as an app gets it. Called on its event loop.

    Returns:
        Whether that could be done: a server that does not show its connection goes on.
    """
    protocol = protocol_of(receive)
    vanish = getattr(protocol, "client_vanishes", None) or abort_of(protocol)
    if vanish is None:
        return False
    vanish()
    return True
