"""Which rows have a shape that was not seen before, learned once for all views of a panel."""

from __future__ import annotations

import threading
from typing import Final

from playground.traffic.escapes import escaped
from playground.traffic.log import Log
from playground.traffic.novelty import Novelty

# Whoever looks late learns from the newest entries: it takes some ten microseconds for each.
_MOST: Final = 5_000

# Marks are rare; a log that is full of them is not remembered for ever.
_KEPT: Final = 1_000


class News:
    """What is new in the shapes of a log's messages, by the numbers of their entries."""

    def __init__(self) -> None:
        self._novelty = Novelty()
        self._cursor = 0
        self._said: dict[int, str] = {}
        self._lock = threading.Lock()

    def learn(self, log: Log, newest: int) -> None:
        """Look at the entries up to a number, in their order, that were not looked at yet."""
        with self._lock:
            if newest <= self._cursor:
                return
            after = max(self._cursor, newest - _MOST)
            self._cursor = newest
            for entry in log.since(after, newest - after):
                if entry.seq <= newest and (
                    said := self._novelty.see(entry, log.exchange(entry.exchange))
                ):
                    self._keep(entry.seq, said)

    def _keep(self, seq: int, said: str) -> None:
        if len(self._said) >= _KEPT:
            del self._said[next(iter(self._said))]
        self._said[seq] = escaped(said)

    def of(self, seq: int) -> str:
        """Return what is new in the shape of an entry, as a clause; else ""."""
        return self._said.get(seq, "")
