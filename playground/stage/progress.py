"""How far the response to a request has come, and whether anybody is there for the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from playground.stage.going_on import END, GoingOn

Event = MutableMapping[str, Any]


class Progress:
    """A request's `receive` and `send`, which remember what has come of it.

    Args:
        receive, send: The server's.

    Attributes:
        started: Whether a response has begun.
    """

    def __init__(
        self,
        receive: Callable[[], Awaitable[Event]],
        send: Callable[[Event], Awaitable[None]],
    ) -> None:
        self._receive = receive
        self._send = send
        self._going_on: GoingOn | None = None
        self.started = False

    async def receive(self) -> Event:
        """Be the app's `receive`: pass on an event; who asks for ever after the end is ended."""
        if self._going_on is not None:
            await self._going_on.again()
        event = await self._receive()
        if event["type"] == "http.disconnect" and self._going_on is None:
            self._going_on = GoingOn("a request", END)
        return event

    async def send(self, event: Event) -> None:
        """Be the app's `send`: pass on an event; who sends for ever to nobody is ended."""
        if self._going_on is not None:
            await self._going_on.again()
        self.started = True
        await self._send(event)
