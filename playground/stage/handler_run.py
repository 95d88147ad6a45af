"""Run one handler on one open WebSocket, and have it leave when the code is swapped.

What a swap asks of a handler, in order:

1. If it never took a message, or all its tasks wait (in `receive`, for a queue, for each other, for
   a timer of their own), it holds none and is cancelled at once. The server's queue still has
   whatever arrives, so nothing is lost and nothing is read ahead.
2. Else it goes on without getting more until it holds none, at most `grace` seconds, and is
   cancelled then.
3. A handler that catches its cancellation and asks for another message hears that the client is
   gone. One that has not ended `grace` seconds after is cut off: nothing that it sends goes out.

Seconds in which the event loop stood still are not counted (`grace.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import Context, ContextVar, copy_context
from typing import Any, NoReturn, Protocol

from playground.stage import context_relay, idle_tasks
from playground.stage.context_relay import ContextRelay
from playground.stage.going_on import GoingOn
from playground.stage.grace import MOST, Grace

Event = MutableMapping[str, Any]

# How often a handler is looked at that has a task that may be busy, in seconds: short beside the
# time that a person takes to notice.
LOOK_AGAIN = 0.01

# How long a handler that asks for messages after its end is held up each time: long enough not to
# spin.
STUBBORN_PAUSE = 0.05


class Line(Protocol):
    """What a run needs of its connection."""

    connected: bool
    accepted: bool
    ended: bool
    subprotocol: str | None

    def hear(self) -> Awaitable[Event]: ...
    def heard(self, event: Event) -> None: ...
    def say(self, event: Event) -> Awaitable[None]: ...


class HandlerRun:
    """One run of a handler on a connection, until it ends or has left.

    Args:
        line: The connection.
        perform: The app, bound to a scope: given receive and send, it handles the connection.
        grace: Seconds for a handler to finish with its message, and again to end once cancelled.
        context_variable: What is copied to the handler from a task of its own in which it receives;
            None to copy nothing.
        resumed: Called when the handler accepts a connection that other code had accepted.
        stubborn: Called with its task where it goes on though it was cancelled, and is cut off.
    """

    def __init__(
        self,
        line: Line,
        perform: Callable[[Any, Any], Awaitable[None]],
        grace: float,
        context_variable: ContextVar[Any] | None = None,
        resumed: Callable[[], object] = lambda: None,
        stubborn: Callable[[asyncio.Task[None]], object] = lambda task: None,
    ) -> None:
        self.line = line
        self.perform = perform
        self.grace = grace
        self.context_variable = context_variable
        self.resumed = resumed
        self.stubborn = stubborn
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
        self._told_the_end = self._has_heard_the_end = self._has_lost = False
        self._going_on = GoingOn()
        self._waiting: set[asyncio.Task[Any]] = set()
        self._own: set[asyncio.Task[Any]] = set()
        # Tasks that are being called back from the line, with how often they were cancelled before.
        self._called_back: dict[asyncio.Task[Any], int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop
        self._grace: Grace
        self._task: asyncio.Task[None]
        self._relay: ContextRelay
        self._ended: asyncio.Future[None]

    @property
    def unwelcome(self) -> str | None:
        """Why the handler does not accept a connection that other code had accepted; else None."""
        if self.refused is None and self._resumed and not self.accepted and not self.cancelled:
            return "the new code ended without accepting this connection"
        return self.refused

    async def to_its_end(self) -> BaseException | None:
        """Run the handler to its end; return the exception it raised, if it did."""
        # Kept, for to ask for it costs a message more than what is done with it.
        loop = self._loop = asyncio.get_running_loop()
        self._ended = loop.create_future()
        self.context = copy_context()
        self._task = loop.create_task(self._run(), context=self.context)
        self._relay = ContextRelay(self._task, self.context, self.context_variable)
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
        return self._failure if self._task.done() else None

    def goes_on(self, context: Context) -> bool:
        """Return whether what runs in a context is this handler's, whose connection is over.

        Args:
            context: Of a task; this may be asked on any thread.
        """
        is_over = self.line.ended or self._has_lost or self.cancelled or self.over
        return is_over and context.get(idle_tasks.owner) is self._mark

    @property
    def cancelled_by_others(self) -> bool:
        """Whether other code has cancelled the handler's task: the app's own, not a swap."""
        return not self.cancelled and (self._task.cancelled() or self._task.cancelling() > 0)

    async def _run(self) -> None:
        idle_tasks.owner.set(self._mark)
        context_relay.enter_handler()
        try:
            await self.perform(self.receive, self.send)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            # Kept, not raised: `SystemExit` and `KeyboardInterrupt` would leave the task, and end
            # the event loop with everybody's sockets.
            self._failure = error

    def _end(self, task: asyncio.Task[None]) -> None:
        if not self._ended.done():
            self._ended.set_result(None)

    def leave(self, tasks: idle_tasks.Tasks | None = None) -> None:
        """Ask the handler to leave.

        Args:
            tasks: From `idle_tasks.tasks_by_owner`, where many are asked at once.
        """
        if self.leaving or self.over:
            return
        self.leaving = True
        self._grace = self._given()
        self._settle(tasks)
        if not self.cancelled:
            for task in self._waiting:
                self._called_back[task] = task.cancelling()
                task.cancel()

    def _settle(self, tasks: idle_tasks.Tasks | None = None) -> None:
        """Cancel the handler if it holds no message or its time is up; else look again in 10 ms."""
        left = self._grace.left()
        if not self._took_one or left <= 0 or self._holds_none(tasks):
            self._cancel()
        else:
            self._look_in(min(left, LOOK_AGAIN), self._settle)

    def _given(self) -> Grace:
        return Grace(self.grace, asyncio.get_running_loop().time)

    def _holds_none(self, tasks: idle_tasks.Tasks | None) -> bool:
        if not self._waiting or not self._is_idle():
            return False
        # Those that were known wait by now; to see the others costs more.
        self._own = (idle_tasks.tasks_by_owner() if tasks is None else tasks).get(self._mark, set())
        return self._is_idle()

    def _is_idle(self) -> bool:
        return idle_tasks.is_idle(self._own - self._waiting)

    def _look_in(self, seconds: float, look: Callable[[], object]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, look)

    def _cancel(self) -> None:
        self.cancelled = True
        self._called_back.clear()
        self._grace = self._given()
        self._cut_off_in_time()
        for task in {*self._waiting, self._task}:
            task.cancel()

    def _cut_off_in_time(self) -> None:
        left = self._grace.left()
        if left > 0:
            self._look_in(min(left, MOST), self._cut_off_in_time)
        else:
            self._cut_off()

    def _cut_off(self) -> None:
        self.over = True
        if not self._ended.done():
            self._ended.set_result(None)
            self.stubborn(self._task)

    async def receive(self) -> Event:
        """Be the handler's `receive`: give it the client's next event, or none while it leaves."""
        if self._replay:
            self._replay = False
            return {"type": "websocket.connect"}
        if self.cancelled or self.over:
            return await self._the_end()
        if self._has_heard_the_end:
            await self._going_on.again()
        task = asyncio.current_task(self._loop)
        assert task is not None
        self._waiting.add(task)
        try:
            if self.leaving:
                await self._stand_by()
            event = await self.line.hear()
            self.line.heard(event)
        except asyncio.CancelledError:
            if not self._was_called_back(task):
                raise
            await self._stand_by()
        finally:
            self._waiting.discard(task)
            if task is not self._task:
                self._relay.has_received(task)
        self._going_on.has_received()
        if event["type"] == "websocket.disconnect":
            self._has_heard_the_end = True
        elif not self._took_one and event["type"] == "websocket.receive":
            self._took_one = True
            self._mark_what_is_begun(task)
        return event

    def _mark_what_is_begun(self, task: asyncio.Task[Any]) -> None:
        """Have the tasks that the handler begins from now on taken to be for a message."""
        idle_tasks.handling.set(True)
        if task is not self._task:
            # A handler that runs a loop of its own inside the loop cannot be told.
            with contextlib.suppress(RuntimeError):
                self.context.run(idle_tasks.handling.set, True)

    async def _the_end(self) -> Event:
        if self._told_the_end:
            await asyncio.sleep(STUBBORN_PAUSE)
        self._told_the_end = True
        return {"type": "websocket.disconnect", "code": 1012, "reason": ""}

    async def _stand_by(self) -> NoReturn:
        """Wait to be cancelled, without receiving anything."""
        if not self.cancelled:
            self._settle()
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    def _was_called_back(self, task: asyncio.Task[Any]) -> bool:
        """Return whether a task was cancelled by us alone, so that it stops receiving."""
        before = self._called_back.pop(task, None)
        return before is not None and task.uncancel() <= before

    async def send(self, event: Event) -> None:
        """Be the handler's `send`: pass on what may still go to the client."""
        if self.over:
            await self._send_late(event)
            return
        kind = event["type"]
        if self.cancelled and not self.line.accepted:
            pass  # the handshake is for the new code to answer
        elif kind == "websocket.send":
            if self.line.ended or self._has_lost or self._going_on.bursts():
                await self._give_way()
            try:
                await self.line.say(event)
            except OSError:
                await self._lose()
                raise
        elif kind == "websocket.accept" and self._resumed:
            self.accepted = True
            self.resumed()
            self._check_subprotocol(event.get("subprotocol"))
        elif self._resumed and not self.accepted:
            self._note_refusal(event)
        elif kind == "websocket.close" and (self.cancelled or self._gives_way(event)):
            pass  # said because it was cancelled, not because it wanted to
        else:
            self.accepted = self.accepted or kind == "websocket.accept"
            await self.line.say(event)

    async def _give_way(self) -> None:
        """Let others run; end who sends on and on, though nobody is there."""
        if not (self.line.ended or self._has_lost):
            await asyncio.sleep(0)
        elif self.line.ended and self._is_its_own():
            await self._going_on.sends()

    async def _lose(self) -> None:
        """Note that a message went nowhere, though nobody has said that the client left."""
        self._has_lost = True
        if not self.line.ended and self._is_its_own():
            await self._going_on.sends()

    def _is_its_own(self) -> bool:
        """Return whether this run's own handler is at work, and not another's, with a broadcast."""
        return idle_tasks.owner.get() is self._mark

    def _gives_way(self, event: Event) -> bool:
        """Return whether a close says no more than that other code has cancelled the handler."""
        return event.get("code") == 1001 and not event.get("reason") and self.cancelled_by_others

    async def _send_late(self, event: Event) -> None:
        """Send, once the handler has left, what another handler has for the client: a broadcast.

        Raises:
            OSError: It is this run's own handler: it has left the connection to other code.
        """
        if self._is_its_own() or self.line.ended:
            raise OSError(f"this connection is not with this code any more, got {event['type']!r}")
        if event["type"] in ("websocket.send", "websocket.close"):
            await self.line.say(event)

    def _check_subprotocol(self, wanted: str | None) -> None:
        spoken = self.line.subprotocol
        if wanted != spoken:
            self.refused = f"the new code speaks {wanted!r}, this connection {spoken!r}"
            self._cancel()

    def _note_refusal(self, event: Event) -> None:
        """Keep why the handler refuses a connection that other code had accepted."""
        if event["type"] == "websocket.http.response.body":
            said = bytes(event.get("body", b"")).decode("utf-8", "replace")
        else:
            said = event.get("reason") or ""
        self.refused = said or self.refused or "the new code refuses this connection"
