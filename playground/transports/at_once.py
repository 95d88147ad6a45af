"""A queue whose reader goes on in the very step in which something comes, where that can be.

asyncio has whoever waits go on at the loop's next turn, for which the loop looks at every socket
first. Here the reader's task goes on inside of the callback by which data has come: the same task,
in its own context, with the same order. Where another task is at work meanwhile, as where that one
itself puts something in, it goes on at the next turn as ever.

Law of the room: what is put in comes out once and in its order, to whoever has waited longest.
"""

from __future__ import annotations

import asyncio
from asyncio import current_task
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any, ClassVar, Generic, TypeVar

T = TypeVar("T")

Then = Callable[["Arrival"], object]


class Arrival(asyncio.Future[None]):
    """What a reader waits for: the next item of an `Inbox`.

    Attributes:
        nothing_yet: True: whoever waits for it holds nothing of what is put in.
    """

    nothing_yet: ClassVar[bool] = True

    # Of the class, until there is one: each message makes one of these.
    _then: Then | None = None
    _context: Context | None = None

    def add_done_callback(self, fn: Then, *, context: Context | None = None) -> None:
        """Have the reader's task called, which is the first to ask; others as ever."""
        if self._then is None and context is not None and not self.done():
            self._then, self._context = fn, context
        else:
            super().add_done_callback(fn, context=context)

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel it; whoever waits is told at the loop's next turn."""
        cancelled = super().cancel(msg)
        if cancelled:
            self._go_on_soon()
        return cancelled

    def come(self) -> None:
        """Have the reader go on at the loop's next turn."""
        self.set_result(None)
        self._go_on_soon()

    def come_at_once(self) -> None:
        """Have the reader go on in this step."""
        self.set_result(None)
        then, context = self._then, self._context
        if then is None or context is None:
            return  # it has not begun to wait, and will not have to
        self._then = None
        try:
            context.run(then, self)
        except (KeyboardInterrupt, SystemExit) as error:
            # It leaves the loop, as from any task, and not the callback that we are in.
            self.get_loop().call_soon(_raise, error)
        except RuntimeError:
            # Its context is in use: code that runs there runs the loop, within itself.
            self._then = then
            self._go_on_soon()

    def _go_on_soon(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            self.get_loop().call_soon(then, self, context=self._context)


def _raise(error: BaseException) -> None:
    raise error


class Inbox(Generic[T]):
    """A queue without bounds, on one event loop.

    Args:
        loop: The loop.
        taken: Told of each item that is taken out.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, taken: Callable[[T], object]) -> None:
        self._loop = loop
        self._taken = taken
        self._items: deque[T] = deque()
        self._waiting: deque[Arrival] = deque()

    def empty(self) -> bool:
        """Return whether there is nothing in it."""
        return not self._items

    def qsize(self) -> int:
        """Return how many items are in it."""
        return len(self._items)

    def put_nowait(self, item: T) -> None:
        """Put something in; who waits for it goes on at the loop's next turn."""
        self._items.append(item)
        if (arrival := self._first()) is not None:
            arrival.come()

    def put_at_once(self, item: T) -> None:
        """Put something in that has come; who waits for it goes on before this returns."""
        self._items.append(item)
        if not self._waiting or (arrival := self._first()) is None:
            return
        # What came before this is for one who goes on at the next turn, and is to take it first.
        if len(self._items) == 1 and current_task(self._loop) is None:
            arrival.come_at_once()
        else:
            arrival.come()

    async def get(self) -> T:
        """Wait for the next item, and take it."""
        items = self._items
        while not items:
            arrival = Arrival(loop=self._loop)
            self._waiting.append(arrival)
            try:
                await arrival
            except BaseException:
                self._give_up(arrival)
                raise
        item = items.popleft()
        self._taken(item)
        return item

    def _give_up(self, arrival: Arrival) -> None:
        """Wait no more; what has come for it meanwhile is another's."""
        if arrival in self._waiting:
            self._waiting.remove(arrival)
        elif self._items and not arrival.cancelled() and (other := self._first()) is not None:
            other.come()

    def _first(self) -> Arrival | None:
        """Take out who has waited longest, of those that still do."""
        while self._waiting:
            arrival = self._waiting.popleft()
            if not arrival.done():
                return arrival
        return None
