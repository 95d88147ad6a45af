"""What asyncio asks of an event loop, where nothing lies outside of it and time is its own."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from typing import Any, Final

from micropie.testing.handles import Handle, Timer, task_kind
from micropie.testing.strangers import Strangers
from micropie.testing.unreachable import Unreachable

worker: Final[ContextVar[str]] = ContextVar("worker", default="")
"""Whose handler runs here; "" for a script, and for all that is not an app's."""


class Loop(Unreachable):
    """The part of a `Clock` that asyncio knows: callbacks, timers, futures and tasks.

    Attributes:
        errors: What nobody caught: of tasks that nobody awaited, and of callbacks.
        tasks: Those that were begun, in order.
        is_virtual: True: nobody waits for its seconds.
    """

    is_virtual = True

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[BaseException] = []
        self.tasks: list[Any] = []
        self._now = 0.0
        self._ready: deque[Handle] = deque()
        self._timers: list[Timer] = []
        self._strangers = Strangers()
        self._task_kind = task_kind(asyncio.Task)
        self._count = 0
        self._running = self._closed = False

    def time(self) -> float:
        """Return the seconds that have passed on this clock, from 0."""
        return self._now

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        """Call something in the next turn of the loop.

        Args:
            callback, args, context: What to call, with what, and in which context.
        """
        handle = Handle(callback, args, _given(context), self)
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        """Call something in the next turn of the loop, from any thread.

        Args:
            callback, args, context: What to call, with what, and in which context.
        """
        handle = Handle(callback, args, _given(context), self)
        self._strangers.hand_over(handle, self._ready, self.say)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> Timer:
        """Call something in so many seconds of this clock.

        Args:
            delay: The seconds.
            callback, args, context: What to call, with what, and in which context.
        """
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> Timer:
        """Call something at a time of this clock.

        Args:
            when: The time, in seconds from the beginning.
            callback, args, context: What to call, with what, and in which context.
        """
        context = _given(context)
        number, by_app = self._next_number(), bool(context.get(worker, ""))
        timer = Timer(when, number, by_app, callback, args, context, self)
        heapq.heappush(self._timers, timer)
        return timer

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(self, work: Any, **options: Any) -> Any:
        """Return a task that runs a coroutine; tasks are gone through in the order they were made.

        Args:
            work: The coroutine.
            options: As for `asyncio.Task`: name, context.
        """
        context = _given(options.pop("context", None))
        number = self._next_number()
        task: Any = self._task_kind(work, number, context, loop=self, **options)
        self.tasks.append(task)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep what nobody caught.

        Args:
            context: As asyncio gives it; `exception` is the error.
        """
        error = context.get("exception")
        if isinstance(error, BaseException) and not any(error is each for each in self.errors):
            self.errors.append(error)

    default_exception_handler = call_exception_handler

    def get_debug(self) -> bool:
        """Return False."""
        return False

    def is_running(self) -> bool:
        """Return whether it runs."""
        return self._running

    def is_closed(self) -> bool:
        """Return whether it has run."""
        return self._closed

    def _next_number(self) -> int:
        self._count += 1
        return self._count


def _given(context: Context | None) -> Context:
    # An empty one is false.
    return copy_context() if context is None else context
