"""One WebSocket connection, which stays open while one handler after the other runs on it."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Protocol

from playground.stage.belongings import BELONGINGS, Belongings
from playground.stage.handler_run import HandlerRun
from playground.stage.idle_tasks import Tasks

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]

Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

RESTART: Final = 1012
"""Close code "service restart": the client may connect again at once."""


class Witness(Protocol):
    """What stands between an exchange and its app while somebody wants to know what the app does.

    It passes on what passes, unchanged.
    """

    async def receive(self) -> Event:
        """Be the app's `receive`."""
        ...

    def send(self, event: Event, /) -> Awaitable[None]:
        """Be the app's `send`."""
        ...

    def ended(self) -> None:
        """Note that the app has done with the exchange."""


Witnessed = Callable[[Receive, Send], Witness]
"""Makes the witness of an exchange; called in its context."""


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
        witness: What sees all that passes here; None while nobody wants to.
        belongings: What goes on with it, whatever code handles it.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self.belongings = Belongings(lambda: self.run is not None and self.run.leaving)
        self.scope = {**scope, BELONGINGS: self.belongings}
        self._ends = receive, send
        self._receive = receive
        self._send = send
        self.witness: Witness | None = None
        self.connected = False
        self.accepted = False
        self.subprotocol: str | None = None
        self.ended = False
        self.kept = False
        self.closing: str | None = None
        self.run: HandlerRun | None = None
        self._goodbye: Event | None = None

    def attend(self, witnessed: Witnessed | None) -> None:
        """Have a witness see what passes from now on, or none any more."""
        receive, send = self._ends
        self.witness = None if witnessed is None else witnessed(receive, send)
        if self.witness is not None:
            receive, send = self.witness.receive, self.witness.send
        self._receive, self._send = receive, send

    def hear(self) -> Awaitable[Event]:
        """Receive the next event from the client; after a disconnect, that same one each time.

        Whoever gets it says so to `heard`, before anything else is done.
        """
        return self._receive() if self._goodbye is None else self._again(self._goodbye)

    @staticmethod
    async def _again(event: Event) -> Event:
        return event

    def heard(self, event: Event) -> None:
        """Note that an event has come, and if the client has left with it."""
        self.connected = True
        if event["type"] == "websocket.disconnect":
            self.ended = True
            self._goodbye = event

    def say(self, event: Event) -> Awaitable[None]:
        """Send an event to the client, and note if it accepts or closes the connection."""
        # Most are messages, of which nothing is noted.
        return self._send(event) if event["type"] == "websocket.send" else self._said(event)

    async def _said(self, event: Event) -> None:
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
        """Have the handler leave; the code on stage goes on with the connection then."""
        if self.run is not None:
            self.run.leave(tasks)

    def hang_up(self, reason: str, tasks: Tasks | None = None) -> None:
        """Have the handler leave, and close with 1012 then.

        A handshake that nobody has answered yet is left for the new code to answer.
        """
        if self.accepted:
            self.closing = reason
        self.hand_over(tasks)


def clip(reason: str) -> str:
    """Cut a close reason to the 123 bytes of UTF-8 that fit in a close frame (RFC 6455 5.5)."""
    return reason.encode()[:123].decode("utf-8", "ignore")
