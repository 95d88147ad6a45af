"""A link: messages on their way between one client and the app, in one direction, in their order.

Law: what is put in comes out once, and in the same order, whatever the rules are meanwhile. A
message leaves in the same step in which it is returned, so that a cancelled wait loses none.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, takewhile
from typing import Any, Final, Protocol

from playground.gates.rules import CLEAR, Way

# What may be in flight on one link before its sender has to wait: some thousands of messages. A
# server and the kernel's buffers hold about as much of a client that does not read.
MOST: Final = 4 * 1024 * 1024

# What a message takes of memory beside its bytes, as `benchmarks.gates` has measured, so that a
# flood of empty ones is bounded too.
OVERHEAD: Final = 800

# What one takes in the buffers of a line beside its bytes.
IN_BUFFERS: Final = 200


_numbers: Final = count(1)


class Clock(Protocol):
    """What tells the time, and when it has come; an event loop is one."""

    def time(self) -> float:
        """Return seconds since some moment."""
        ...

    def call_later(self, delay: float, callback: Callable[..., object], /) -> Any:
        """Call back after seconds, 0 or more; what is returned can be cancelled."""
        ...


@dataclass(eq=False, slots=True)
class Item:
    """A message in flight.

    Attributes:
        event: What arrives in the end.
        size: Its bytes.
        by: The client whose doing it is; "" if that is not known.
        free: Whether it arrives at once, whatever holds.
        seq: The number of its entry, once it has one.
        since: When it was sent.
        due: When it arrives, if nothing holds it.
        stopped: Whether something has held it, for other than its own delay.
        number: Its place among all messages that were sent, on whatever link.
        kept: Whether it waits for its turn, behind others that are let go with it.
        gone: Whether it has left its link: it has arrived, or is lost.
    """

    event: Any
    size: int = 0
    by: str = ""
    free: bool = False
    seq: int | None = None
    since: float = 0.0
    due: float = 0.0
    stopped: bool = False
    number: int = 0
    kept: bool = False
    gone: bool = False

    def took(self, now: float) -> float:
        """Return how many seconds it was on its way; 0 for one that nothing has held up."""
        return now - self.since if self.stopped else max(0.0, self.due - self.since)


class Link:
    """One link.

    Args:
        clock: Tells the time.

    Attributes:
        way: What holds for it.
        opened: Whether more is to come: then whoever takes from it waits for that.
        busy: Whether more is to come, or something is in flight. Every message is asked about.
    """

    def __init__(self, clock: Clock) -> None:
        self.way = CLEAR
        self.opened = self.busy = False
        self._clock = clock
        self._items: deque[Item] = deque()
        self._size = 0
        # In the order in which they came, as a dict keeps it.
        self._waiting: dict[asyncio.Future[None], None] = {}
        self._chance = random.Random(0)
        # When the line has sent what it was given, at its rate.
        self._sent = 0.0

    def __iter__(self) -> Iterator[Item]:
        return iter(tuple(self._items))

    def __len__(self) -> int:
        return len(self._items)

    @property
    def weight(self) -> int:
        """What is in flight, in bytes, with what each message costs beside its own."""
        return self._size + len(self._items) * OVERHEAD

    def open(self, opened: bool) -> None:
        """Say whether more is to come."""
        self.opened = opened
        self._is_busy()
        self._wake()

    def follow(self, way: Way) -> None:
        """Have other rules hold from now on; for what is in flight, of holds alone."""
        if way.seed != self.way.seed:
            self._chance = random.Random(way.seed)
        self.way = way
        for item in self._items:
            item.stopped = item.stopped or self.is_stopped(item)
        self._wake()

    def put(self, item: Item) -> None:
        """Send a message: it arrives when the rules say so, behind those before it."""
        now = self._clock.time()
        item.since, item.due, item.number = now, self._due(item.size, now), next(_numbers)
        item.stopped = self.is_stopped(item) or self._is_behind()
        self._items.append(item)
        self.busy = True
        self._size += item.size
        self._wake()

    def _is_behind(self) -> bool:
        """Return whether what is put in now waits behind something that is stopped."""
        stops = self.way.held or bool(self.way.apart)
        return stops and any(each.stopped for each in self._last_one())

    def _last_one(self) -> tuple[Item, ...]:
        return (self._items[-1],) if self._items else ()

    def _due(self, size: int, now: float) -> float:
        way = self.way
        start = now
        if way.rate:
            start = self._sent = max(now, self._sent) + size / way.rate
        late = way.delay
        if way.jitter:
            least, most = max(0.0, late - way.jitter), late + way.jitter
            late = least + (most - least) * self._chance.random()
        # Never before one that was sent earlier and is still on its way.
        return max(start + late, *(each.due for each in self._last_one()), now)

    def is_stopped(self, item: Item) -> bool:
        """Return whether something holds a message, other than its own delay."""
        return not item.free and (self.way.held or item.by in self.way.apart)

    def is_full(self) -> bool:
        """Return whether a sender has to wait before it sends more."""
        if self.way.window is None:
            return self.weight >= MOST
        return self._size + len(self._items) * IN_BUFFERS >= self.way.window

    async def room(self) -> None:
        """Wait until there is room for another message."""
        while self.is_full():
            await self._change()

    async def get(self) -> Item | None:
        """Take the next message as soon as it has arrived; None once no more is to come."""
        while self._items or self.opened:
            head = self._items[0] if self._items else None
            if head is not None and self._has_arrived(head):
                return self._take()
            await self._change(head)
        return None

    def _has_arrived(self, item: Item) -> bool:
        if item.kept:
            return False
        return item.free or (not self.is_stopped(item) and item.due <= self._clock.time())

    def _take(self) -> Item:
        item = self._items.popleft()
        self._is_busy()
        item.gone = True
        self._size -= item.size
        self._wake()
        return item

    def deliver(self, item: Item) -> bool:
        """Have a message arrive at once, with those before it; return whether it was in flight."""
        if item not in self._items:
            return False
        for each in self._items:
            each.free, each.kept = True, False
            # It goes by what it took until now, and not by when it was due.
            each.stopped = True
            if each is item:
                break
        self._wake()
        return True

    def let_go(self, item: Item) -> None:
        """Keep a message no more: it is its turn."""
        item.kept = False
        self._wake()

    def are_before(self, item: Item) -> int:
        """Return how many messages would arrive before one, were it delivered now."""
        return sum(not each.free for each in takewhile(lambda each: each is not item, self._items))

    async def gone(self, item: Item) -> None:
        """Wait until a message has arrived, or is lost."""
        while not item.gone:
            await self._change()

    def clear(self) -> list[Item]:
        """Lose what is in flight; return it."""
        lost = list(self._items)
        self._items.clear()
        self._is_busy()
        for each in lost:
            each.gone = True
        self._size = 0
        self._wake()
        return lost

    async def _change(self, head: Item | None = None) -> None:
        """Wait until something is put in, taken out or ruled, or a message is due."""
        change = asyncio.get_running_loop().create_future()
        self._waiting[change] = None
        timer = None
        if head is not None and not head.kept and not self.is_stopped(head):
            # Due by now, it may have become a moment ago; Pyodide's loop refuses what is past.
            delay = max(0, head.due - self._clock.time())
            timer = self._clock.call_later(delay, lambda: _settle(change))
        try:
            await change
        finally:
            del self._waiting[change]
            if timer is not None:
                timer.cancel()

    def _is_busy(self) -> None:
        self.busy = self.opened or bool(self._items)

    def _wake(self) -> None:
        for change in tuple(self._waiting):
            _settle(change)


def _settle(change: asyncio.Future[None]) -> None:
    if not change.done():
        change.set_result(None)
