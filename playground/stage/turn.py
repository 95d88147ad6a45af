"""A turn: one handler's time on one open WebSocket, and how it ends when the code is swapped.

What a swap asks of a handler, in order:

1. If it never took a message, or all its tasks wait (in `receive`, for a queue, for each other, for
   a timer of their own), it holds none and is cancelled at once. The server's queue still has
   whatever arrives, so nothing is lost and nothing is read ahead.
2. Else it goes on without getting more until it holds none, at most `grace` seconds, and is
   cancelled then.
3. A handler that catches its cancellation and asks for another message hears that the client is
   gone. One that has not ended `grace` seconds after is cut off: nothing that it sends goes out.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar, copy_context
from typing import Any, NoReturn, Protocol

from playground.stage import errands, work
from playground.stage.errands import Errands

Event = MutableMapping[str, Any]

# How often a handler is looked at that has a task that may be busy, in seconds: short beside the
# time that a person takes to notice.
LOOK_AGAIN = 0.01

# How long a handler that asks for messages after its end is held up each time: long enough not to
# spin.
STUBBORN_PAUSE = 0.05


class Line(Protocol):
    """What a turn needs of its connection."""

    connected: bool
    accepted: bool
    ended: bool
    subprotocol: str | None

    async def hear(self) -> Event: ...
    async def say(self, event: Event) -> None: ...


class Turn:
    """Run a handler on a connection until it ends or is asked to leave.

    Args:
        line: The connection.
        perform: The app, bound to a scope: given receive and send, it handles the connection.
        grace: Seconds for a handler to finish with its message, and again to end once cancelled.
        carried: What the handler takes over from a task of its own that waited for a message.
    """

    def __init__(
        self,
        line: Line,
        perform: Callable[[Any, Any], Awaitable[None]],
        grace: float,
        carried: ContextVar[Any] | None = None,
    ) -> None:
        self.line = line
        self.perform = perform
        self.grace = grace
        self.carried = carried
        self.leaving = False
        self.cancelled = False
        self.over = False
        self.accepted = False
        self.refused: str | None = None
        self._resumed = line.accepted
        self._replay = line.connected
        # Contexts live on in timers and transports, and must not keep an old app alive with them.
        self._mark = object()
        self._took_one = False
        self._told_the_end = False
        self._until = 0.0
        self._waiting: set[asyncio.Task[Any]] = set()
        self._own: set[asyncio.Task[Any]] = set()
        # Tasks that are being called back from the line, with how often they were cancelled before.
        self._called_back: dict[asyncio.Task[Any], int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None]
        self._errands: Errands
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
        self.context = copy_context()
        self._task = loop.create_task(self._run(), context=self.context)
        self._errands = Errands(self._task, self.context, self.carried)
        self._task.add_done_callback(self._end)
        try:
            await self._ended
        except asyncio.CancelledError:  # the server gives up on this connection
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
        work.owner.set(self._mark)
        errands.begin()
        await self.perform(self.receive, self.send)

    def _end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain
        if not self._ended.done():
            self._ended.set_result(None)

    # -- leaving ---------------------------------------------------------------------------------

    def leave(self, tasks: work.Tasks | None = None) -> None:
        """Ask the handler to leave.

        Args:
            tasks: From `work.tasks_by_owner`, where many are asked at once.
        """
        if self.leaving or self.over:
            return
        self.leaving = True
        self._until = asyncio.get_running_loop().time() + self.grace
        self._settle(tasks)
        if not self.cancelled:
            for task in self._waiting:
                self._called_back[task] = task.cancelling()
                task.cancel()

    def _settle(self, tasks: work.Tasks | None = None) -> None:
        """Cancel the handler, or look again in a while."""
        loop = asyncio.get_running_loop()
        if not self._took_one or loop.time() >= self._until or self._holds_none(tasks):
            self._cancel()
        else:
            self._start_timer(
                loop.call_at(min(self._until, loop.time() + LOOK_AGAIN), self._settle)
            )

    def _holds_none(self, tasks: work.Tasks | None) -> bool:
        if not self._waiting or not self._all_wait():
            return False
        # Those that were known wait by now; to see the others costs more.
        self._own = (work.tasks_by_owner() if tasks is None else tasks).get(self._mark, set())
        return self._all_wait()

    def _all_wait(self) -> bool:
        return work.all_wait(self._own - self._waiting)

    def _start_timer(self, timer: asyncio.TimerHandle) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = timer

    def _cancel(self) -> None:
        self.cancelled = True
        self._called_back.clear()
        self._start_timer(asyncio.get_running_loop().call_later(self.grace, self._cut_off))
        for task in {*self._waiting, self._task}:
            task.cancel()

    def _cut_off(self) -> None:
        self.over = True
        if not self._ended.done():
            self._ended.set_result(None)

    # -- what the handler gets -------------------------------------------------------------------

    async def receive(self) -> Event:
        """The handler's `receive`."""
        if self._replay:
            self._replay = False
            return {"type": "websocket.connect"}
        if self.cancelled or self.over:
            return await self._the_end()
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            if self.leaving:
                await self._stand_by()
            event = await self.line.hear()
        except asyncio.CancelledError:
            if not self._was_called_back(task):
                raise
            await self._stand_by()
        finally:
            self._waiting.discard(task)
            if task is not self._task:
                self._errands.back(task)
        if not self._took_one and event["type"] == "websocket.receive":
            self._took_one = True
            self._mark_what_is_begun(task)
        return event

    def _mark_what_is_begun(self, task: asyncio.Task[Any]) -> None:
        """From the first message on, a task that the handler begins may be for a message."""
        work.handling.set(True)
        if task is not self._task:
            # A handler that runs a loop of its own inside the loop cannot be told.
            with contextlib.suppress(RuntimeError):
                self.context.run(work.handling.set, True)

    async def _the_end(self) -> Event:
        if self._told_the_end:
            await asyncio.sleep(STUBBORN_PAUSE)
        self._told_the_end = True
        return {"type": "websocket.disconnect", "code": 1012, "reason": ""}

    async def _stand_by(self) -> NoReturn:
        """Get no message any more, and wait to be cancelled."""
        if not self.cancelled:
            self._settle()
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    def _was_called_back(self, task: asyncio.Task[Any]) -> bool:
        """Return whether a cancellation was only ours, to take a task off the line."""
        before = self._called_back.pop(task, None)
        return before is not None and task.uncancel() <= before

    async def send(self, event: Event) -> None:
        """The handler's `send`."""
        if self.over:
            await self._send_late(event)
            return
        kind = event["type"]
        if self.cancelled and not self.line.accepted:
            pass  # the handshake is for the new code to answer
        elif kind == "websocket.send":
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

    async def _send_late(self, event: Event) -> None:
        """Send what somebody else's handler has for this client: a broadcast, say.

        Raises:
            OSError: It is this turn's own handler: it has left the connection to other code.
        """
        if work.owner.get() is self._mark or self.line.ended:
            raise OSError(f"this connection is not with this code any more, got {event['type']!r}")
        if event["type"] in ("websocket.send", "websocket.close"):
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
