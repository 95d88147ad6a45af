"""The two ways to wait: for an item out of a `Pipe`, and with a `deadline` around it.

Law of the room: an item leaves a pipe in the same step in which it is returned, so a cancelled
wait loses nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")

# From a day on, a wait is without end and needs no timer. In a browser a timer stays armed when it
# is no longer wanted, and every message would leave one behind.
ENDLESS = 86_400.0

# How many bytes may lie unread before the writer waits, as it would for a full socket. A server
# and the kernel's buffers hold a few megabytes together.
HIGH_WATER = 4 * 1024 * 1024

# From here on the writer gives the reader a turn: uvicorn's transport would ask it to pause.
LOW_WATER = 64 * 1024

# What an item costs beside its bytes, so that a flood of empty ones is bounded too.
OVERHEAD = 64


class Pipe(Generic[T]):
    """A queue from one coroutine to another that ends with an item that is repeated for ever."""

    def __init__(self) -> None:
        self.ended = False
        self._items: deque[tuple[T, int]] = deque()
        self._last: list[T] = []
        self._told = False
        self._weight = 0
        # In the order they came, which a set would not keep.
        self._waiting: dict[asyncio.Future[None], None] = {}

    def put(self, item: T, size: int = 0) -> None:
        """Add an item; after the end it is dropped, as a closed socket drops it."""
        if self.ended:
            return
        self._items.append((item, size + OVERHEAD))
        self._weight += size + OVERHEAD
        self._wake()

    def end(self, item: T, *, discard: bool = False) -> None:
        """Add the last item; the first end wins. `discard` drops what was not read yet."""
        if self.ended:
            return
        self.ended = True
        self._last.append(item)
        if discard:
            self._items.clear()
            self._weight = 0
        self._wake()

    def ready(self) -> bool:
        """Whether `get()` would return at once."""
        return bool(self._items) or self.ended

    async def get(self) -> T:
        """Take the next item, or the last one again."""
        while not self.ready():
            await self._change()
        if self._items:
            item, weight = self._items.popleft()
            self._weight -= weight
            self._wake()
            return item
        if self._told:
            # Whoever ignores the end and asks for ever must not keep the loop from the others.
            await asyncio.sleep(0)
        self._told = True
        return self._last[0]

    def crowded(self) -> bool:
        """Whether the writer should wait for `room()` before it goes on."""
        return self._weight > LOW_WATER and not self.ended

    async def room(self) -> None:
        """Wait until the reader has caught up, or the pipe has ended."""
        if self.crowded():
            await asyncio.sleep(0)
        while self._weight > HIGH_WATER and not self.ended:
            await self._change()

    async def _change(self) -> None:
        change = asyncio.get_running_loop().create_future()
        self._waiting[change] = None
        try:
            await change
        finally:
            self._waiting.pop(change, None)

    def _wake(self) -> None:
        for change in self._waiting:
            if not change.done():
                change.set_result(None)


class Deadline:
    """A context that may take `seconds`; the `TimeoutError` says what was waited for."""

    __slots__ = ("_awaited", "_seconds", "_timeout")

    def __init__(self, seconds: float, awaited: str) -> None:
        self._seconds = seconds
        self._awaited = awaited
        self._timeout = asyncio.timeout(seconds if seconds < ENDLESS else None)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            raise TimeoutError(f"waited {self._seconds:g} s for {self._awaited}") from None
