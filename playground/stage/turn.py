"""A turn: one handler's time on one open WebSocket, and how it ends when the code is swapped.

What a swap asks of a handler, in order:

1. If it waits in `receive`, or never took a message, it is cancelled at once. The server's queue
   still holds whatever arrives, so nothing is lost and nothing is read ahead.
2. If it has taken a message, it goes on until it next calls `receive`, at most `grace` seconds.
3. A handler that was cancelled and does not end within `grace` is cut off: what it still sends
   goes nowhere, and what it receives is a disconnect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

Event = MutableMapping[str, Any]

# How long a handler that swallows its cancellation is held up each time it asks again for a
# message: long enough not to spin, short enough to end soon.
STUBBORN_PAUSE = 0.05


class Line(Protocol):
    """What a turn needs of its connection."""

    connected: bool
    accepted: bool
    subprotocol: str | None

    async def hear(self) -> Event: ...
    async def say(self, event: Event) -> None: ...


class Turn:
    """Run a handler on a connection until it ends or is asked to leave.

    Args:
        line: The connection.
        perform: The app, bound to a scope: given receive and send, it handles the connection.
        grace: Seconds for a handler to finish with its message, and again to end once cancelled.
    """

    def __init__(
        self, line: Line, perform: Callable[[Any, Any], Awaitable[None]], grace: float
    ) -> None:
        self.line = line
        self.perform = perform
        self.grace = grace
        self.leaving = False
        self.cancelled = False
        self.over = False
        self.accepted = False
        self.refused: str | None = None
        self._resumed = line.accepted
        self._replay = line.connected
        self._messages = 0
        self._waiting: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None]
        self._ended: asyncio.Future[None]

    @property
    def unwelcome(self) -> str | None:
        """Why the new code does not want a connection that the old code had accepted, if so."""
        if self.refused is None and self._resumed and not self.accepted and not self.cancelled:
            return "the new code ended without accepting this connection"
        return self.refused

    async def play(self) -> BaseException | None:
        """Run the handler to its end; return the exception it raised, if it did."""
        loop = asyncio.get_running_loop()
        self._ended = loop.create_future()
        self._task = loop.create_task(self._run())
        self._task.add_done_callback(self._end)
        try:
            await self._ended
        except asyncio.CancelledError:  # the server gives up on this connection
            self.over = True
            self._task.cancel()
            raise
        finally:
            self.over = True
            if self._timer is not None:
                self._timer.cancel()
        if not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    async def _run(self) -> None:
        await self.perform(self.receive, self.send)

    def _end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain
        if not self._ended.done():
            self._ended.set_result(None)

    def leave(self) -> None:
        """Ask the handler to leave."""
        if self.leaving or self.over:
            return
        self.leaving = True
        if self._waiting or not self._messages:
            self._cancel()
        else:
            self._timer = self._later(self._cancel)

    def _later(self, action: Callable[[], None]) -> asyncio.TimerHandle:
        if self._timer is not None:
            self._timer.cancel()
        return asyncio.get_running_loop().call_later(self.grace, action)

    def _cancel(self) -> None:
        self.cancelled = True
        self._timer = self._later(self._cut_off)
        for task in (*self._waiting, self._task):
            task.cancel()

    def _cut_off(self) -> None:
        self.over = True
        if not self._ended.done():
            self._ended.set_result(None)

    async def receive(self) -> Event:
        """The handler's `receive`."""
        if self._replay:
            self._replay = False
            return {"type": "websocket.connect"}
        if self.over:
            return {"type": "websocket.disconnect", "code": 1012, "reason": ""}
        if self.leaving:
            await self._turn_away()
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            event = await self.line.hear()
        finally:
            self._waiting.discard(task)
        if event["type"] == "websocket.receive":
            self._messages += 1
        return event

    async def _turn_away(self) -> None:
        if self.cancelled:
            await asyncio.sleep(STUBBORN_PAUSE)
            raise asyncio.CancelledError
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            self._cancel()
            await asyncio.get_running_loop().create_future()
        finally:
            self._waiting.discard(task)

    async def send(self, event: Event) -> None:
        """The handler's `send`."""
        if self.over or (self.cancelled and not self.line.accepted):
            return
        kind = event["type"]
        if kind == "websocket.send":
            await self.line.say(event)
        elif kind == "websocket.accept" and self._resumed:
            self.accepted = True
            self._check_subprotocol(event.get("subprotocol"))
        elif self._resumed and not self.accepted:
            self._note_refusal(event)
        elif kind == "websocket.close" and self.cancelled:
            pass  # said because we cancelled it, not because it wanted to
        else:
            self.accepted = self.accepted or kind == "websocket.accept"
            await self.line.say(event)

    def _check_subprotocol(self, wanted: str | None) -> None:
        spoken = self.line.subprotocol
        if wanted != spoken:
            self.refused = f"the new code speaks {wanted!r}, this connection {spoken!r}"
            self._cancel()

    def _note_refusal(self, event: Event) -> None:
        """The new code does not want a connection that the old code had accepted."""
        if event["type"] == "websocket.http.response.body":
            said = bytes(event.get("body", b"")).decode("utf-8", "replace")
        else:
            said = event.get("reason") or ""
        self.refused = said or self.refused or "the new code refuses this connection"
