"""The memory of a log: rows in order and their exchanges, within bounds.

Law of the room: taking a row is one tuple and one `list.append`, so it needs no lock and no thread
waits for another. All else (order, bytes, bounds) is done for many rows at once: when the log is
read, every `BATCH` rows, and at once for a large one. Rows and exchanges are plain tuples of atoms,
which the garbage collector stops tracking.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterable
from itertools import chain, count, islice, repeat
from operator import itemgetter
from typing import Any, Final, Protocol

from playground.traffic.record import ROW_BYTES

Row = tuple[Any, ...]

# How many rows may wait to be counted, a power of two: enough to share the work, and few beside the
# bounds.
BATCH: Final = 64

# A payload of this size is counted at once, so that what waits is never much.
LARGE: Final = 16 * 1024

# A number may have been given out whose row is still to come, from another thread. When rows are
# there that are so many seconds newer, it never comes: an interrupt has struck between the two.
PATIENCE: Final = 1.0

# What an exchange costs beside its texts, and what a header does beside its name and value.
EXCHANGE_BYTES: Final = 400
HEADER_BYTES: Final = 200

_SEQ: Final = itemgetter(0)


class Overflow(Protocol):
    """Something that takes the rows that a log lets go."""

    def append(self, row: Row, /) -> object:
        """Take a row; called while the log's lock is held, so be quick."""


class Store:
    """Rows and exchanges, the newest that fit.

    Args:
        max_entries: Rows to keep.
        max_bytes: Bytes to keep; the newest row always stays.

    Attributes:
        number: Called for a row's number; bring the row to `take` at once.
        take: Called with a row.
        number_exchange: Called for an exchange's number.
        exchanges: By number; the last item of each is what it costs, in bytes.
        ending: Called with the number of an exchange of which nothing more will come.
        first, last, bytes, dropped: See `Log`; true after `settle`.
        rows: In order; complete after `settle`.
        overflow: What takes the rows that are let go; None to forget them.
    """

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self.overflow: Overflow | None = None
        self.rows: deque[Row] = deque(maxlen=max_entries)
        self.exchanges: dict[int, Row] = {}
        self.first = 1
        self.last = 0
        self.bytes = 0
        self.dropped = 0
        self.number = count(1).__next__
        self.number_exchange = count(1).__next__
        self._inbox: list[Row] = []
        self.take = self._inbox.append
        self._ending: list[int] = []
        self.ending = self._ending.append
        # Exchanges that have ended, with the newest row there was then, in that order.
        self._ended: deque[tuple[int, int]] = deque()

    def settle(self) -> None:
        """Count what has come since the last time, and let go what is over the bounds.

        Call it with the lock held.
        """
        if self._inbox:
            self._add(self._next_batch())
        if self._ending:
            self._end()
        while self.bytes > self.max_bytes and len(self.rows) > 1:
            self._drop([self.rows.popleft()])
        if self._ended:
            self._forget()

    def _next_batch(self) -> list[Row]:
        """Take the rows out of the inbox, in order, up to one that is still on its way."""
        inbox = self._inbox
        # The writers need no lock: they only append at the end, and each of these lines is a single
        # operation of a list, so that no append can come within it.
        batch = inbox[:]
        del inbox[: len(batch)]  # others may have come meanwhile, behind these
        batch.sort(key=_SEQ)
        if batch[-1][0] - self.last == len(batch):
            return batch
        while batch and batch[0][0] <= self.last:  # not waited for, and come after all
            del batch[0]
            self.dropped += 1
        ready = next((at for at, row in enumerate(batch) if row[0] != self.last + 1 + at), 0)
        if batch and batch[-1][1] - batch[ready][1] < PATIENCE:
            inbox[:0] = batch[ready:]
            del batch[ready:]
        return batch

    def _add(self, batch: list[Row]) -> None:
        if not batch:
            return
        over = len(self.rows) + len(batch) - self.max_entries
        gone = list(islice(chain(self.rows, batch), over)) if over > 0 else []
        self.rows.extend(batch)  # which pushes out the oldest
        self.last = batch[-1][0]
        self.bytes += ROW_BYTES * len(batch) + _payloads(batch)
        if gone:
            self._drop(gone)

    def _end(self) -> None:
        ending = self._ending[:]
        del self._ending[: len(ending)]
        known = [number for number in ending if number in self.exchanges]
        self.bytes += sum([self.exchanges[number][-1] for number in known])
        self._ended.extend(zip(repeat(self.last), known))

    def _drop(self, gone: list[Row]) -> None:
        """Count what has gone off the rows."""
        self.first = self.rows[0][0]
        self.bytes -= ROW_BYTES * len(gone) + _payloads(gone)
        self.dropped += len(gone)
        if self.overflow is not None:
            for row in gone:
                self.overflow.append(row)
        if self._ended:
            self._forget()

    def _forget(self) -> None:
        """Forget the exchanges that had ended before the oldest row that is kept."""
        ended = self._ended
        while ended and ended[0][0] < self.first:
            self.bytes -= self.exchanges.pop(ended.popleft()[1])[-1]

    def clear(self) -> None:
        """Let every row go and free its memory. Call it with the lock held."""
        self.settle()
        if self.overflow is not None:
            for row in self.rows:
                self.overflow.append(row)
        self.rows.clear()
        self.first = self.last + 1
        self._forget()
        self.bytes = 0

    def put_back(self, rows: list[Row], exchanges: dict[int, Row]) -> int:
        """Hold rows again that were cleared, the newest that fit; return how many.

        Call it with the lock held.

        Args:
            rows: In order; all came before those that are held now.
            exchanges: Those that were held with them, by number.
        """
        self.settle()
        room = self.max_entries - len(self.rows)
        older: list[Row] = []
        weight = 0
        for row in reversed(rows):
            weight += ROW_BYTES + _payloads([row])
            if len(older) >= room or self.bytes + weight > self.max_bytes:
                weight -= ROW_BYTES + _payloads([row])
                break
            older.append(row)
        if not older:
            return 0
        needed = {row[2] for row in older} & exchanges.keys() - self.exchanges.keys()
        for number in sorted(needed):
            self.exchanges[number] = exchanges[number]
            weight += exchanges[number][-1]
        # They had ended: they go when the newest of these rows does.
        self._ended.extendleft((older[0][0], number) for number in sorted(needed))
        self.rows.extendleft(older)
        self.first = older[-1][0]
        self.bytes += weight
        return len(older)

    def limit_to(self, max_entries: int, max_bytes: int) -> None:
        """Keep so many entries and bytes from now on. Call it with the lock held."""
        self.settle()
        gone = list(islice(self.rows, max(0, len(self.rows) - max_entries)))
        self.rows = deque(self.rows, maxlen=max_entries)  # the newest of them
        self.max_entries, self.max_bytes = max_entries, max_bytes
        if gone:
            self._drop(gone)
        self.settle()

    def fill(self, rows: Iterable[Row], last: int) -> None:
        """Hold these rows, and number on from there."""
        self.rows.extend(rows)
        self.last = max(last, self.rows[-1][0] if self.rows else 0)
        self.first = self.rows[0][0] if self.rows else self.last + 1
        self.bytes = ROW_BYTES * len(self.rows) + _payloads(self.rows)
        self.number = count(self.last + 1).__next__

    def index(self, seq: int) -> int:
        """Return where the first row stands that is numbered `seq` or more."""
        rows = self.rows
        if len(rows) == self.last - self.first + 1:
            return min(max(0, seq - self.first), len(rows))
        return bisect_left(rows, seq, key=_SEQ)  # a log that was read from a file may have gaps

    def between(self, start: int, stop: int) -> list[Row]:
        """Return the rows at `start` to `stop`, walking there from the nearer end."""
        rows = self.rows
        after = len(rows) - stop
        if start <= after:
            return list(islice(rows, start, stop))
        newest_first = list(islice(reversed(rows), after, len(rows) - start))
        newest_first.reverse()
        return newest_first


def weight_of(headers: Iterable[tuple[str, str]]) -> int:
    """Return the bytes that headers take up, with their objects."""
    return sum([HEADER_BYTES + len(name) + len(value) for name, value in headers])


def _payloads(rows: Collection[Row]) -> int:
    """Return the bytes that rows hold: payload, which of a data frame its message has, and raw."""
    held: int = sum([row[6] for row in rows if row[5] is not None])
    return held + sum([len(row[12]) for row in rows if row[12] is not None])
