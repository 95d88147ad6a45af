"""The log: bounded, append-only, read by cursor. Readers pull; it calls nobody.

Law of the room: appending is O(1) and copies nothing, and what is let go is counted.
Rows are kept as plain tuples of atoms, which the garbage collector stops tracking, and become
`Entry` when somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, overload

from playground.traffic.model import Entry, Exchange, Kind, Sender

# What a row costs beside its payload: a tuple of twelve, a float, two ints and a share of the ring.
ROW_BYTES: Final = 220

Row = tuple[Any, ...]


class Log:
    """Traffic in the order it happened, the newest `max_entries` of it.

    Args:
        max_entries: Rows to keep.
        max_bytes: Bytes to keep, payloads and rows together; the newest row always stays.
        lock: Held while a row is added; pass a `threading.Lock()` where several threads append.
    """

    def __init__(
        self,
        max_entries: int = 50_000,
        max_bytes: int = 32 * 1024 * 1024,
        *,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        if max_entries < 1 or max_bytes < 1:
            raise ValueError(
                f"expected limits of at least 1, got max_entries={max_entries!r}, "
                f"max_bytes={max_bytes!r}; leave them out for the defaults"
            )
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self.bytes = 0
        self.dropped = 0
        self.recording = True
        self.unrecorded = 0
        self._lock = lock if lock is not None else nullcontext()
        self._ring: list[Row | None] = []
        self._first = 1
        self._last = 0
        self._exchanges: dict[int, Exchange] = {}
        self._newest: dict[int, int] = {}
        self._finished: set[int] = set()
        self._exchange_id = 0

    # -- writing ---------------------------------------------------------------------------------

    def open(self, protocol: str, client: str, **details: Any) -> Exchange:
        """Begin an exchange and return it, with the next id."""
        with self._lock:
            self._exchange_id += 1
            exchange = Exchange(self._exchange_id, protocol, client, **details)  # type: ignore[arg-type]
            self._exchanges[exchange.id] = exchange
        return exchange

    def finish(self, exchange: int) -> None:
        """Say that nothing more will come of an exchange, so it may go when its last row goes."""
        with self._lock:
            self._finished.add(exchange)
            if self._newest.get(exchange, 0) < self._first:
                self._forget(exchange)

    def append(
        self,
        at: float,
        exchange: int,
        kind: Kind,
        sender: Sender,
        data: str | bytes | None = None,
        size: int = 0,
        cause: int | None = None,
        revision: int = 0,
        where: str | None = None,
        code: int | None = None,
        note: str | None = None,
    ) -> int | None:
        """Add a row. See `Entry` for the fields.

        Returns:
            Its `seq`, or None while `recording` is off (then it is counted in `unrecorded`).
        """
        with self._lock:
            if not self.recording:
                self.unrecorded += 1
                return None
            seq = self._last + 1
            row = (
                seq, at, exchange, kind, sender, data, size, cause, revision, where, code, note,
            )  # fmt: skip
            self._place(seq, row)
            self._newest[exchange] = seq
            self.bytes += ROW_BYTES + size
            while self.bytes > self.max_bytes and self._first < seq:
                self._let_go()
            return seq

    def _place(self, seq: int, row: Row) -> None:
        ring = self._ring
        if seq - self._first >= self.max_entries:
            self._let_go()
        slot = (seq - 1) % self.max_entries
        if slot == len(ring):
            ring.append(row)
        else:
            ring[slot] = row
        self._last = seq

    def _let_go(self) -> None:
        slot = (self._first - 1) % self.max_entries
        row = self._ring[slot]
        assert row is not None
        self._ring[slot] = None
        self._first += 1
        self.bytes -= ROW_BYTES + row[6]
        self.dropped += 1
        exchange = row[2]
        if self._newest.get(exchange) == row[0] and exchange in self._finished:
            self._forget(exchange)

    def _forget(self, exchange: int) -> None:
        self._newest.pop(exchange, None)
        self._exchanges.pop(exchange, None)
        self._finished.discard(exchange)

    def clear(self) -> None:
        """Let every row go and free its memory. Numbers go on from where they were."""
        with self._lock:
            # The ring is laid by seq, so an empty one must still know where the next row goes.
            self._ring = [None] * min(self._last, self.max_entries)
            self._first = self._last + 1
            self.bytes = 0
            for exchange in list(self._finished):
                self._forget(exchange)

    # -- reading ---------------------------------------------------------------------------------

    @property
    def first(self) -> int:
        """The `seq` of the oldest row kept (one more than `last` if there is none)."""
        return self._first

    @property
    def last(self) -> int:
        """The `seq` of the newest row ever added; 0 before any."""
        return self._last

    def entry(self, seq: int) -> Entry | None:
        """Return the row numbered `seq`, or None if it was let go or is yet to come."""
        with self._lock:
            row = self._row(seq)
        return None if row is None else Entry._make(row)

    def _row(self, seq: int) -> Row | None:
        if not self._first <= seq <= self._last:
            return None
        return self._ring[(seq - 1) % self.max_entries]

    def since(self, cursor: int, limit: int | None = None) -> list[Entry]:
        """Return the rows after `cursor` that are still there, oldest first, at most `limit`."""
        with self._lock:
            start = max(cursor + 1, self._first)
            stop = self._last + 1 if limit is None else min(self._last + 1, start + limit)
            rows = [self._row(seq) for seq in range(start, stop)]
        return [Entry._make(row) for row in rows if row is not None]

    def exchange(self, exchange: int) -> Exchange | None:
        """Return an exchange by id; None for 0, and when it has gone with its last row."""
        return self._exchanges.get(exchange)

    def __len__(self) -> int:
        return self._last - self._first + 1

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.since(0))

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | list[Entry]:
        if isinstance(index, slice):
            return self.since(0)[index]
        length = len(self)
        if not -length <= index < length:
            raise IndexError(f"expected an index below {length}, got {index!r}")
        entry = self.entry((self._first if index >= 0 else self._last + 1) + index)
        if entry is None:  # let go between the two looks
            raise IndexError(f"entry {index!r} was let go meanwhile; read it again")
        return entry

    def __repr__(self) -> str:
        return f"<Log of {len(self)} entries, {self.bytes} bytes, {self.dropped} let go>"
