"""A tally: how many WebSocket messages a log has seen, and how many a second."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from playground.traffic.apart import is_checks
from playground.traffic.log import Log
from playground.traffic.model import MESSAGES, Entry

# A rate over less jumps about; over more it lags behind what one sees.
RATE_SECONDS: Final = 2.0

# The log is locked while rows are read: a slice at a time, so that nobody waits for long.
SLICE: Final = 5_000


class Tally:
    """Count the messages of a log as it grows.

    Attributes:
        messages: WebSocket messages seen so far.
        frames: Frames seen so far, where the lab records them.
        checks: Entries seen so far of what checks played.
        missed: Whether rows were let go before they could be counted, so that there were more.
    """

    def __init__(self, log: Log) -> None:
        self.messages = 0
        self.frames = 0
        self.checks = 0
        self.missed = False
        self._log = log
        self._cursor = 0
        self._seen: deque[tuple[float, int]] = deque()
        self._lock = threading.Lock()

    def look(self, now: float) -> None:
        """Count what has come since the last look.

        Args:
            now: Seconds on a clock that never runs backwards.
        """
        with self._lock:
            self._count()
            self._seen.append((now, self.messages))
            # One look from before the span stays, or a slow follower would never see a rate.
            while len(self._seen) > 2 and self._seen[1][0] <= now - RATE_SECONDS:
                self._seen.popleft()

    def _count(self) -> None:
        last = self._log.last
        self.missed = self.missed or self._log.first > self._cursor + 1
        while self._cursor < last:
            entries = self._log.since(self._cursor, SLICE)
            kinds: list[str] = [entry.kind for entry in entries]
            self.messages += sum(kind in MESSAGES for kind in kinds)
            self.frames += kinds.count("frame")
            self.checks += self._of_checks(entries)
            self._cursor = entries[-1].seq if entries else last

    def _of_checks(self, entries: list[Entry]) -> int:
        numbers = {entry.exchange for entry in entries}
        apart = {number for number in numbers if is_checks(self._log.exchange(number))}
        return sum(entry.exchange in apart for entry in entries) if apart else 0

    @property
    def rate(self) -> float:
        """Messages a second, over about the last two seconds."""
        with self._lock:
            if len(self._seen) < 2 or self._seen[-1][0] <= self._seen[0][0]:
                return 0.0
            (began, few), (ended, many) = self._seen[0], self._seen[-1]
        return (many - few) / (ended - began)
