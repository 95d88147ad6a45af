"""A WebSocket connection on the stage: what stays while handlers come and go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from playground.stage.turn import Turn

Event = MutableMapping[str, Any]

RESTART = 1012
"""Close code "service restart": the client may connect again at once."""


class Connection:
    """One WebSocket, from its opening handshake to its close.

    Attributes:
        connected: A handler has heard that the client is there.
        accepted: The client has its 101.
        subprotocol: What was agreed on.
        ended: Either side has closed, or the handshake was refused.
        kept: It stays with the code it is on, whatever is swapped in.
    """

    def __init__(
        self,
        receive: Callable[[], Awaitable[Event]],
        send: Callable[[Event], Awaitable[None]],
    ) -> None:
        self._receive = receive
        self._send = send
        self.connected = False
        self.accepted = False
        self.subprotocol: str | None = None
        self.ended = False
        self.kept = False
        self.turn: Turn | None = None
        self._goodbye: Event | None = None

    async def hear(self) -> Event:
        """Receive an event; a disconnect is said again each time somebody asks after it."""
        if self._goodbye is not None:
            return self._goodbye
        event = await self._receive()
        self.connected = True
        if event["type"] == "websocket.disconnect":
            self.ended = True
            self._goodbye = event
        return event

    async def say(self, event: Event) -> None:
        """Send an event and remember what it means for the connection."""
        await self._send(event)
        kind = event["type"]
        if kind == "websocket.accept":
            self.accepted = True
            self.subprotocol = event.get("subprotocol")
        elif kind == "websocket.close" or kind == "websocket.http.response.body":
            self.ended = True

    async def close(self, code: int, reason: str) -> None:
        """Close from our side, if it is still open; a client that is gone does not matter."""
        if self.ended:
            return
        self.ended = True
        with contextlib.suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": code, "reason": clip(reason)})

    async def hang_up(self, reason: str) -> None:
        """Close with 1012 and end the handler."""
        await self.close(RESTART, reason)
        if self.turn is not None:
            self.turn.leave()
        await asyncio.sleep(0)


def clip(reason: str) -> str:
    """Cut a close reason to the 123 bytes of UTF-8 that fit in a close frame (RFC 6455 5.5)."""
    return reason.encode()[:123].decode("utf-8", "ignore")
