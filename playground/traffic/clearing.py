"""A log that was cleared, for the moment in which somebody may want its rows back.

Law of the file: what comes back stands where it stood, within the log's bounds; what has come since
stays, and nothing is counted twice.
"""

from __future__ import annotations

from playground.traffic.log import Log


class Cleared:
    """Clear a log, and hold its rows until this is forgotten.

    Args:
        log: The log to clear.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        with log._lock:
            log._store.settle()
            self._rows = list(log._store.rows)
            self._exchanges = dict(log._store.exchanges)
        log.clear()

    def __len__(self) -> int:
        return len(self._rows)

    def put_back(self) -> int:
        """Put the rows back that still fit before those that have come since; return how many."""
        with self._log._lock:
            kept = self._log._store.put_back(self._rows, self._exchanges)
        self._rows, self._exchanges = [], {}
        return kept
