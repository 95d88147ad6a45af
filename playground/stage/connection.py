"""A WebSocket connection on the stage: what stays while handlers come and go."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from playground.stage.turn import Turn
from playground.stage.work import Tasks

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]

RESTART: Final = 1012
"""Close code "service restart": the client may connect again at once."""


class Connection:
    """One WebSocket, from its opening handshake to its close.

    Attributes:
        scope: Its handshake's.
        connected: A handler has heard that the client is there.
        accepted: The client has its 101.
        subprotocol: What was agreed on.
        ended: Either side has closed, or the handshake was refused.
        kept: It stays with the code it is on, whatever is swapped in.
        closing: Why it is to be closed once its handler has left; None if it is not.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Event]],
        send: Callable[[Event], Awaitable[None]],
    ) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self.connected = False
        self.accepted = False
        self.subprotocol: str | None = None
        self.ended = False
        self.kept = False
        self.closing: str | None = None
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
            self._keep_cookies(event.get("headers", ()))
        elif kind == "websocket.close" or kind == "websocket.http.response.body":
            self.ended = True

    def _keep_cookies(self, headers: Any) -> None:
        """Let the next handler see the cookies that the client has now, so its session goes on."""
        given = [value for name, value in headers if name.lower() == b"set-cookie"]
        if not given:
            return
        known = [value for name, value in self.scope["headers"] if name == b"cookie"]
        pairs = [pair.strip() for value in known for pair in value.split(b";")]
        pairs += [value.partition(b";")[0].strip() for value in given]
        newest = {pair.partition(b"=")[0]: pair for pair in pairs if pair}
        others = [pair for pair in self.scope["headers"] if pair[0] != b"cookie"]
        cookie = (b"cookie", b"; ".join(newest.values()))
        self.scope = {**self.scope, "headers": [*others, cookie]}

    async def close(self, code: int, reason: str) -> None:
        """Close from our side, if it is still open; a client that is gone does not matter."""
        if self.ended:
            return
        self.ended = True
        with contextlib.suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": code, "reason": clip(reason)})

    def hand_over(self, tasks: Tasks | None = None) -> None:
        """Have the handler leave, so that the code on stage goes on with the connection."""
        if self.turn is not None:
            self.turn.leave(tasks)

    def hang_up(self, reason: str, tasks: Tasks | None = None) -> None:
        """Have the handler leave, and close with 1012 then; a handshake is for the new code."""
        if self.accepted:
            self.closing = reason
        self.hand_over(tasks)


def clip(reason: str) -> str:
    """Cut a close reason to the 123 bytes of UTF-8 that fit in a close frame (RFC 6455 5.5)."""
    return reason.encode()[:123].decode("utf-8", "ignore")
