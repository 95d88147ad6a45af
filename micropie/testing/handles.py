"""What a clock has to do: callbacks, now or later, and tasks that a set holds in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from functools import cache
from typing import Any, Protocol


class Keeper(Protocol):
    """What takes the exception of a callback that nobody catches."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep it."""


class Handle:
    """A callback that is to be called once; it can be cancelled.

    Args:
        callback, args, context: What to call, and in which context.
        keeper: Told of what it raises.
    """

    __slots__ = ("_args", "_callback", "_context", "_keeper")

    def __init__(
        self, callback: Callable[..., object], args: Any, context: Context, keeper: Keeper
    ) -> None:
        self._callback: Callable[..., object] | None = callback
        self._args = args
        self._context = context
        self._keeper = keeper

    def cancel(self) -> None:
        """Have it never be called."""
        self._callback, self._args = None, ()

    def cancelled(self) -> bool:
        """Return whether it was cancelled."""
        return self._callback is None

    def call(self) -> None:
        """Call it, unless it was cancelled."""
        if self._callback is None:
            return
        try:
            self._context.run(self._callback, *self._args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            said = f"exception in {self._callback!r}"
            self._keeper.call_exception_handler({"message": said, "exception": error})


class Timer(Handle):
    """A callback for later.

    Args:
        at: When it is due, on the clock.
        number: Which of those that are due at once is called first.
        by_app: Whether an app has asked for it, and not a client or a script.
        given: What a `Handle` is made of.
    """

    __slots__ = ("_number", "at", "by_app")

    def __init__(self, at: float, number: int, by_app: bool, *given: Any) -> None:
        super().__init__(*given)
        self.at = at
        self.by_app = by_app
        self._number = number

    def when(self) -> float:
        """Return when it is due."""
        return self.at

    def __lt__(self, other: Timer) -> bool:
        return (self.at, self._number) < (other.at, other._number)


@cache
def task_kind(base: type[Any]) -> Any:
    """Return a kind of task that hashes by its number: a set has them in the order they came.

    By its address, as otherwise, a task group or `asyncio.wait` would go through its tasks in
    another order each time.

    Args:
        base: `asyncio.Task` as it is by now: some packages put another one in its place.
    """

    class NumberedTask(base):  # type: ignore[misc]
        def __init__(self, work: Any, number: int, context: Context, **options: Any) -> None:
            self._number = number
            self.own_context = context
            super().__init__(work, context=context, **options)

        def __hash__(self) -> int:
            return self._number

    NumberedTask.__name__ = NumberedTask.__qualname__ = asyncio.Task.__name__
    return NumberedTask
