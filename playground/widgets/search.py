"""A search: the numbers of the entries that one view's filter finds, kept up with the log.

Law of the room: looking is done in slices of a bounded time, oldest entry first (causes come before
what they set off), so that nobody waits for a search and a newer one can take its place.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Final

from playground.traffic.filter import Filter
from playground.traffic.log import Log
from playground.traffic.model import Entry, Exchange
from playground.traffic.summary import is_error

# The log is locked while entries are read, and the clock is looked at between two slices.
SLICE: Final = 500
# A slice of long payloads, or where a regular expression took many steps, ends sooner: after about
# 20 ms. A step takes as long as so many letters of a plain text.
SLICE_LETTERS: Final = 2_000_000
STEP_LETTERS: Final = 40

Condition = Callable[[Entry, Exchange | None], bool]


class Search:
    """What one view looks for. A find's place is which match it is, from 1, without gaps.

    Args:
        log: Where to look.
        number: What the view calls this search.
        query: What to look for, in the words of the filter box.
        context: What bad news must hold to be kept in sight although it does not match; None keeps
            nothing. What belongs to the lab is kept whatever this says.

    Attributes:
        cursor: The number of the newest entry that was looked at.
        first: The place of the oldest find that the log still has.
        last: The place of the newest find; 0 before any.
        told: Up to which place the view was told.
        begun: Whether the view was told of any, which happens when all was looked at once.

    Raises:
        FilterError: If the query cannot be read.
    """

    def __init__(self, log: Log, number: int, query: str, context: str | None) -> None:
        self._log = log
        self.number = number
        self._matches = Filter(query)
        self._keeps = _keeper(context)
        self._found: deque[int] = deque()
        self.cursor = 0
        self.first = 1
        self.last = 0
        self.told = 0
        self.begun = False

    @property
    def done(self) -> bool:
        """Whether all that the log has was looked at."""
        return self.cursor >= self._log.last

    @property
    def looked(self) -> int:
        """How many of the entries that the log still has were looked at."""
        return max(0, self.cursor - self._log.first + 1)

    @property
    def doubt(self) -> str:
        """What was given up because looking for it took too long, in a sentence; "" if nothing."""
        return self._matches.doubt

    @property
    def count(self) -> int:
        """How many of the finds the log still has."""
        return len(self._found)

    def look(self, seconds: float) -> None:
        """Look at more of the log, for about `seconds` at most."""
        until = time.perf_counter() + seconds
        while not self.done:
            self._look_at(self._log.since(self.cursor, SLICE))
            if time.perf_counter() >= until:
                break
        self._forget()

    def _look_at(self, entries: list[Entry]) -> None:
        exchange = self._log.exchange
        letters = 0
        for entry in entries:
            of = exchange(entry.exchange)
            if self._matches(entry, of) or self._keeps(entry, of):
                self._found.append(entry.seq)
                self.last += 1
            letters += entry.size + STEP_LETTERS * self._matches.steps
            if letters > SLICE_LETTERS:
                self.cursor = entry.seq
                return
        self.cursor = entries[-1].seq if entries else self._log.last

    def _forget(self) -> None:
        found, first = self._found, self._log.first
        while found and found[0] < first:
            found.popleft()
            self.first += 1

    def finds(self, after: int, upto: int) -> list[tuple[int, Entry]]:
        """Return the finds at the places after one, up to another, that the log still has."""
        skip = max(0, after - self.first + 1)
        places = range(self.first + skip, upto + 1)
        numbers = islice(self._found, skip, max(skip, upto - self.first + 1))
        entries = (
            (place, self._log.entry(seq)) for place, seq in zip(places, numbers, strict=False)
        )
        return [(place, entry) for place, entry in entries if entry is not None]


def _keeper(context: str | None) -> Condition:
    """Return what is kept in sight: swaps and the like, and bad news of whom one looks at."""
    if context is None:
        return lambda entry, exchange: False
    theirs = Filter(context)

    def keeps(entry: Entry, exchange: Exchange | None) -> bool:
        return entry.sender == "lab" or (is_error(entry) and theirs(entry, exchange))

    return keeps
