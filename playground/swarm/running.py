"""A crowd that is at work, as those see it who began it and those who watch it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from itertools import count
from typing import Final

from playground.swarm.plan import Plan
from playground.swarm.tally import Tally
from playground.transports.news import News

# Seconds over which what happens each second is counted.
_SPAN: Final = 1.0
_WAKE: Final = 0.2
_numbers: Final = count(1)


class Running:
    """A crowd at work; a subclass says where.

    Args:
        plan: What it does.
        scripted: Whether a script says what each client does.

    Attributes:
        number: Tells it from others.
        scripted: As given.
        tally: What has become of it so far.
        wanted: How many clients there are to be.
        over: Whether it has ended.
        whole: Whether it has said so itself.
        why: Why it ended before its time, as a clause; "" if it did not.
        seconds: For how long it has run.
    """

    def __init__(self, plan: Plan, *, scripted: bool = False) -> None:
        self.plan = plan
        self.scripted = scripted
        self.number = next(_numbers)
        self.tally = Tally()
        self.wanted = plan.clients
        self.over = self.whole = False
        self.why = ""
        self._began = time.monotonic()
        self._ended = 0.0
        self._news = News()
        self._pace: deque[tuple[float, int, int]] = deque()

    @property
    def printed(self) -> str:
        """What its script has printed elsewhere, the end of it; "" if nothing."""
        return ""

    @property
    def seconds(self) -> float:
        """For how long it has run, or ran."""
        return (self._ended or time.monotonic()) - self._began

    def rates(self) -> tuple[float, float]:
        """Return how many clients have opened and how much went wrong in the last second."""
        now, tally = time.monotonic(), self.tally
        self._pace.append((now, tally.opened, tally.mishaps))
        while len(self._pace) > 2 and self._pace[1][0] <= now - _SPAN:
            self._pace.popleft()
        then, opened, mishaps = self._pace[0]
        span = max(now - then, _SPAN)
        return (tally.opened - opened) / span, (tally.mishaps - mishaps) / span

    def resize(self, clients: int) -> None:
        """Have more clients come, or the newest leave."""
        raise NotImplementedError

    def stop(self, why: str) -> None:
        """Have all of them leave now, from any thread; say why it ends before its time."""
        raise NotImplementedError

    def end(self) -> None:
        """See that nothing of it is left, from any thread."""
        raise NotImplementedError

    async def wait(self, seconds: float) -> bool:
        """Wait until it has ended; return whether it has within so many seconds."""
        ends = time.monotonic() + seconds
        while True:
            change = self._news.expect()
            left = ends - time.monotonic()
            if self.over or left <= 0:
                change.cancel()
                return self.over
            # Not for longer: a kernel notices an interrupt only when its loop wakes.
            await asyncio.wait({change}, timeout=min(left, _WAKE))
            change.cancel()

    def finish(self) -> None:
        """Note that it is over, from any thread."""
        if not self.over:
            self._ended = time.monotonic()
            self.over = True
            self.tally.open = 0
        self._news.tell()
