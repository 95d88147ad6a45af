"""Copy a context variable back to a handler from the task in which it has received a message.

On Python 3.11 `asyncio.wait_for(ws.receive())` runs the receive in a task of its own, whose context
variables are lost when it ends. On every Python the same is lost where a handler itself begins a
task to receive, so that it can wait for something else too. The recorder sets a context variable
when a message arrives: which message is being handled. Here the handler gets that value before it
goes on, and so do the tasks that it begins then.
"""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from contextvars import Context, ContextVar
from typing import Any, Final

from playground.stage.asyncio_internals import waits_for

_handler: Final[ContextVar[weakref.ref[Any] | None]] = ContextVar(
    "playground_handler", default=None
)


def enter_handler() -> None:
    """Mark the current task as a handler's own: what it begins is a task of the handler's."""
    _handler.set(weakref.ref(asyncio.current_task()))


def in_handler() -> bool:
    """Return whether a WebSocket's handler itself runs here, not a task or thread it has begun."""
    handler = _handler.get()
    try:
        return handler is not None and asyncio.current_task() is handler()
    except RuntimeError:  # in a thread
        return False


class ContextRelay:
    """Copy a context variable from the tasks in which a handler receives to the handler.

    Args:
        handler: The handler's own task.
        context: The context it runs in.
        context_variable: The variable; None to copy nothing.
    """

    def __init__(
        self,
        handler: asyncio.Task[Any],
        context: Context,
        context_variable: ContextVar[Any] | None,
    ) -> None:
        self.handler = handler
        self.context = context
        self.context_variable = context_variable
        self._values: dict[asyncio.Task[Any], Any] = {}

    def has_received(self, task: asyncio.Task[Any]) -> None:
        """Note the variable's value in the current task, which has just received a message."""
        if task is self.handler or self.context_variable is None:
            return
        if task not in self._values:
            task.add_done_callback(self._has_ended)
        self._values[task] = self.context_variable.get(None)
        # A handler that awaits the task itself goes on before any callback; it gets the value now.
        if waits_for(self.handler) is task:
            self._copy(self._values[task])

    def _has_ended(self, task: asyncio.Task[Any]) -> None:
        value = self._values.pop(task)
        if not self.handler.done():
            self._copy(value)

    def _copy(self, value: Any) -> None:
        assert self.context_variable is not None
        # The context of a handler that runs a loop of its own inside the loop cannot be entered.
        with contextlib.suppress(RuntimeError):
            self.context.run(self.context_variable.set, value)
