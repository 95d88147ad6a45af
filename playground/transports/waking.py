"""Wake an event loop now and then while somebody waits on it.

ipykernel notices that a cell was interrupted only when the cell's loop wakes, and a loop on which
all wait for a message sleeps until one comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, Self

# Nobody notices that an interrupt takes so many seconds, nor that a loop wakes so often.
_EVERY: Final = 0.2


class Waking:
    """Wake the running loop every now and then within a ``with`` block."""

    __slots__ = ("_handle", "_loop")

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._again()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def _again(self) -> None:
        self._wake(None, self._again)

    def _wake(self, seconds: float | None, again: Callable[[], None]) -> None:
        """Wake in so many seconds, None for no matter when; no cell waits for virtual time."""
        is_virtual = getattr(self._loop, "is_virtual", False)
        if not is_virtual:
            seconds = _EVERY if seconds is None else min(seconds, _EVERY)
        self._handle = None if seconds is None else self._loop.call_later(seconds, again)


class Patience(Waking):
    """A deadline on what is awaited, which wakes the running loop meanwhile.

    It takes one timer where `asyncio.timeout` and `Waking` take two, and cancels no task.

    Args:
        seconds: Until `TimeoutError` is raised; None for no deadline.
        ends: Asked now and then for what to raise before that.

    Attributes:
        waiting: The future that is awaited now, if any.
    """

    __slots__ = ("_end", "_ends", "waiting")

    def __init__(
        self, seconds: float | None, ends: Callable[[], BaseException | None] = lambda: None
    ) -> None:
        self._ends = ends
        self.waiting: asyncio.Future[Any] | None = None
        self._end = None if seconds is None else asyncio.get_running_loop().time() + seconds

    def _again(self) -> None:
        left = None if self._end is None else max(0.0, self._end - self._loop.time())
        self._wake(left, self._look)

    def _look(self) -> None:
        error = self._ends()
        if error is None and self._end is not None and self._loop.time() >= self._end:
            error = TimeoutError()
        if error is not None and self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(error)
        else:
            self._again()
