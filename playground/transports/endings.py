"""Who ended a connection, and how, as the server knows it: ASGI tells a code, but not whose."""

from __future__ import annotations

from typing import Any

from playground.traffic.model import Sender


def ending(receive: Any) -> tuple[Sender, int, str] | None:
    """Return who ended a connection, with which close code and reason.

    Args:
        receive: The server's, as an app gets it.

    Returns:
        The first half of the closing handshake (RFC 6455 7.1.5), or 1006 without one; code 0 for an
        HTTP client that left. None if it has not ended, or this server does not show it.
    """
    server = getattr(receive, "__self__", None)
    connection = getattr(server, "conn", None)
    sent, received = (getattr(connection, name, None) for name in ("close_sent", "close_rcvd"))
    if received and (sent is None or connection.close_rcvd_then_sent):  # type: ignore[union-attr]
        return "client", received.code, received.reason
    if sent:
        return "server", sent.code, sent.reason
    if getattr(server, "disconnected", False):
        return "client", 1006 if connection else 0, ""
    return None
