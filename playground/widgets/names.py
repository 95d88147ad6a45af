"""One index for each client's name, so that a client has one colour in every face."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

from playground.traffic.log import Log
from playground.widgets.news import News

# A load test may open a million connections; their names need not be kept for ever.
MOST_NAMES: Final = 10_000


class Names:
    """Client name → index, in the order in which the log's exchanges were opened.

    Attributes:
        news: What is new in the shapes of the log's messages.
    """

    def __init__(self) -> None:
        self.news = News()
        self._index: dict[str, int] = {}
        self._next = 0
        self._exchange = 0
        self._cleared = 0
        self._lock = threading.Lock()

    def index(self, name: str) -> int:
        """Return a name's index; a new name gets the next one."""
        with self._lock:
            return self._of(name)

    def learn(self, log: Log, newest: int) -> None:
        """Name the clients of exchanges up to the id `newest`, in order, before anybody asks.

        Those come first that were cleared before anybody looked.
        """
        with self._lock:
            if len(log.cleared) > self._cleared:
                gone = list(log.cleared)
                for name in gone[self._cleared :]:
                    self._of(name)
                self._cleared = len(gone)
            for number in range(self._exchange + 1, newest + 1):
                exchange = log.exchange(number)
                if exchange is not None:
                    self._of(exchange.client)
            self._exchange = max(self._exchange, newest)

    def some(self, names: Iterable[str]) -> dict[str, int]:
        """Return these names with their indexes, for a message to a view."""
        return {name: self.index(name) for name in names}

    def _of(self, name: str) -> int:
        found = self._index.get(name)
        if found is None:
            if len(self._index) >= MOST_NAMES:
                del self._index[next(iter(self._index))]
            found = self._index[name] = self._next
            self._next += 1
        return found
