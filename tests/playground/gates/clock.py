"""A clock that a test moves on by hand: nothing waits for it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import Any


class HandClock:
    """Tells a time that stands still until `move` moves it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._alarms: list[tuple[float, int, _Alarm]] = []
        self._number = count()

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[..., object], /) -> _Alarm:
        # As Pyodide's loop does.
        assert delay >= 0, "nothing can be called in the past"
        alarm = _Alarm(callback)
        heapq.heappush(self._alarms, (self.now + delay, next(self._number), alarm))
        return alarm

    async def move(self, seconds: float) -> None:
        """Let so much time pass; everything that is due then happens in its order."""
        end = self.now + seconds
        await settled()
        while self._alarms and self._alarms[0][0] <= end:
            when, _, alarm = heapq.heappop(self._alarms)
            self.now = max(self.now, when)
            if not alarm.cancelled:
                alarm.callback()
            await settled()
        self.now = end
        await settled()

    @property
    def alarms(self) -> int:
        """How many alarms are set."""
        return sum(not alarm.cancelled for _, _, alarm in self._alarms)


class _Alarm:
    def __init__(self, callback: Callable[..., Any]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


async def settled() -> None:
    """Let every task do what it can without time passing."""
    for _ in range(8):
        await asyncio.sleep(0)
