"""Errands: tasks of a handler's own that wait for a message in its place, and end with it.

So does `asyncio.wait_for` on Python 3.11, and whoever waits for a message and for something else at
once. What such a task has come to know with the message, in a context variable, would end with it;
here the handler hears of it before it goes on, and so do the tasks that it begins then.
"""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from contextvars import Context, ContextVar
from typing import Any, Final

_handler: Final[ContextVar[weakref.ref[Any] | None]] = ContextVar(
    "playground_handler", default=None
)


def begin() -> None:
    """Say that the task that runs here is a handler's own, and not one that it has begun."""
    _handler.set(weakref.ref(asyncio.current_task()))


def in_handler() -> bool:
    """Return whether a WebSocket's handler itself runs here, not a task or thread it has begun."""
    handler = _handler.get()
    try:
        return handler is not None and asyncio.current_task() is handler()
    except RuntimeError:  # in a thread
        return False


class Errands:
    """Bring home what a handler's tasks come to know.

    Args:
        handler: The handler's own task.
        context: The context it runs in.
        carried: What is brought home; None for nothing.
    """

    def __init__(
        self, handler: asyncio.Task[Any], context: Context, carried: ContextVar[Any] | None
    ) -> None:
        self.handler = handler
        self.context = context
        self.carried = carried
        self._known: dict[asyncio.Task[Any], Any] = {}

    def back(self, task: asyncio.Task[Any]) -> None:
        """Note what a task knows that has waited; called in that task."""
        if task is self.handler or self.carried is None:
            return
        if task not in self._known:
            task.add_done_callback(self._home)
        self._known[task] = self.carried.get(None)
        # A handler that awaits the task itself goes on before any callback; it can be told now.
        if getattr(self.handler, "_fut_waiter", None) is task:
            self._tell(self._known[task])

    def _home(self, task: asyncio.Task[Any]) -> None:
        known = self._known.pop(task)
        if not self.handler.done():
            self._tell(known)

    def _tell(self, known: Any) -> None:
        assert self.carried is not None
        # A handler that runs a loop of its own inside the loop cannot be told.
        with contextlib.suppress(RuntimeError):
            self.context.run(self.carried.set, known)
