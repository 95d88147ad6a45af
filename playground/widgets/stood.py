"""What a view stood with when a later cell showed the next one: its newest rows, held on their own.

Law of the file: it holds a bounded part of the log, whatever becomes of the log.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any, Final

from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.traffic.record import Selection
from playground.widgets.controls import CodeView, Sight
from playground.widgets.tally import Tally

MOST_ROWS: Final = 1_000
"""Rows that a view which stands is held at most: some thirty screens."""

MOST_BYTES: Final = 512 * 1024
"""Bytes of payload that these may have together; the newest row always stays."""


class Stood:
    """The newest rows of a log as they are now, and what is at work, if that is asked for.

    Args:
        log: Is read, and never changed.
        sight: What the Code face looks at; None to hold no code.

    Attributes:
        log: The rows, with the numbers that they have.
        last: The number of the newest row there was, held or not.
        tally: What there is among them.
    """

    def __init__(self, log: Log, sight: object = None) -> None:
        self._of = log
        self._first, self._dropped = log.first, log.dropped
        self.last = log.last
        self.log = _copied(log, self.last)
        self.tally = Tally(self.log)
        self.tally.look(0.0)
        self._code = sight.code() if isinstance(sight, Sight) else None

    @property
    def cleared(self) -> bool:
        """Whether the log was cleared since. Rows that were let go to make room do not count."""
        gone = self._of.first - self._first
        return gone > self._of.dropped - self._dropped

    @property
    def has_code(self) -> bool:
        """Whether it holds what was at work."""
        return self._code is not None

    def code(self) -> CodeView:
        """Return the source that was at work, and which handler stood at which line."""
        return self._code or CodeView((), ())

    def standing(self, exchange: int, task: str) -> list[dict[str, Any]]:
        """Return nothing: variables are not held."""
        return []


def _copied(log: Log, last: int) -> Log:
    rows = [each for each in log.since(max(0, last - MOST_ROWS), MOST_ROWS) if each.seq <= last]
    rows = rows[-_fitting(rows) :]
    found = (log.exchange(number) for number in sorted({each.exchange for each in rows}))
    first = rows[0].seq if rows else last + 1
    record = Selection(
        rows,
        [exchange for exchange in found if exchange is not None],
        last=last,
        dropped=log.dropped + max(0, first - log.first),
        unrecorded=log.unrecorded,
    )
    copy = Log.restored(record)
    copy.decoders = log.decoders
    return copy


def _fitting(rows: list[Entry]) -> int:
    """Return how many of the newest rows fit, at least 1."""
    sizes = accumulate(each.size for each in reversed(rows))
    return max(1, sum(size <= MOST_BYTES for size in sizes))
