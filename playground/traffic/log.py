"""The log: bounded, append-only, read by cursor. Readers pull; it calls nobody.

Law of the room: appending is O(1) and copies nothing, and what is let go is counted. What is kept
becomes `Entry` and `Exchange` when somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from os import PathLike
from typing import Any, Final, Literal, Self, overload

from playground.traffic.model import Entry, Exchange, Kind, Sender
from playground.traffic.record import ROW_BYTES, Record, Selection
from playground.traffic.store import (
    BATCH,
    EXCHANGE_BYTES,
    HEADER_BYTES,
    LARGE,
    Overflow,
    Row,
    Store,
)

__all__ = ["MAX_BYTES", "MAX_ENTRIES", "ROW_BYTES", "Log", "Overflow", "Row"]

MAX_ENTRIES: Final = 50_000
MAX_BYTES: Final = 32 * 1024 * 1024
# A load test may clear a million clients away.
MAX_CLEARED: Final = 10_000


class Log(Record):
    """Traffic in the order it happened, the newest `max_entries` of it.

    Args:
        max_entries: Rows to keep.
        max_bytes: Bytes to keep, payloads and rows together; the newest row always stays.
        lock: Held while a log is read; pass a `threading.Lock()` where threads share it.

    Attributes:
        cleared: The clients of exchanges that were cleared, in the order they came.
    """

    def __init__(
        self,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
        *,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        if max_entries < 1 or max_bytes < 1:
            raise ValueError(
                f"expected limits of at least 1, got max_entries={max_entries!r}, "
                f"max_bytes={max_bytes!r}; leave them out for the defaults"
            )
        self.recording = True
        self.unrecorded = 0
        self.cleared: dict[str, None] = {}
        self._lock = lock if lock is not None else nullcontext()
        self._store = Store(max_entries, max_bytes)

    @classmethod
    def restored(cls, record: Record) -> Self:
        """Return a log that holds what a record does, with its numbers, gaps and counts.

        Args:
            record: Where its entries come from.
        """
        log = cls(max(MAX_ENTRIES, len(record)), max(MAX_BYTES, 2 * record.bytes))
        log.unrecorded, log._store.dropped = record.unrecorded, record.dropped
        log._store.fill(map(tuple, record), record.last)
        for exchange in record.exchanges:
            log._store.number_exchange = count(exchange.id).__next__
            log.finish(log.begin(*exchange[1:]))
        return log

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return the log that a ``.jsonl`` or ``.har`` file holds; of several, the newest.

        Args:
            path: A ``.jsonl`` or ``.har`` file.

        Raises:
            FormatError: If the file is not what its suffix says; the message says where.
            ValueError: If no format that can be read has this suffix.
        """
        from playground.traffic.formats import load

        return cls.restored(load(path))

    # -- writing ---------------------------------------------------------------------------------

    def begin(
        self,
        protocol: Literal["http", "websocket"],
        client: str,
        method: str = "GET",
        path: str = "/",
        headers: tuple[tuple[str, str], ...] = (),
        subprotocols: tuple[str, ...] = (),
        opened: float = 0.0,
        shared: bool = False,
    ) -> int:
        """Begin an exchange and return its id. See `Exchange` for the fields.

        Args:
            shared: Whether its headers are those of another exchange, and take up no room.
        """
        number = self._store.number_exchange()
        weight = EXCHANGE_BYTES + len(path) + (0 if shared else HEADER_BYTES * len(headers))
        self._store.exchanges[number] = (
            number, protocol, client, method, path, headers, subprotocols, opened, weight,
        )  # fmt: skip
        return number

    def open(self, protocol: Literal["http", "websocket"], client: str, **details: Any) -> Exchange:
        """Begin an exchange and return it, with the next id.

        Args:
            protocol: ``"http"`` or ``"websocket"``.
            client: Who opens it.
            details: What `begin` takes beside these.
        """
        return Exchange._make(self._store.exchanges[self.begin(protocol, client, **details)][:-1])

    def finish(self, exchange: int) -> None:
        """Say that nothing more will come of an exchange, so it may go when its rows have gone.

        Args:
            exchange: Its id.
        """
        self._store.ending(exchange)

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
        """Add a row, from any thread. See `Entry` for the fields.

        Returns:
            Its `seq`, or None while `recording` is off (then it is counted in `unrecorded`).
        """
        if not self.recording:
            self.unrecorded += 1
            return None
        store = self._store
        seq = store.number()
        store.take(
            (seq, at, exchange, kind, sender, data, size, cause, revision, where, code, note)
        )
        if seq % BATCH == 0 or size >= LARGE:
            self.settle()
        return seq

    @property
    def number(self) -> Callable[[], int]:
        """For whoever writes many rows: called for a row's `seq`, while `recording` is on."""
        return self._store.number

    @property
    def take(self) -> Callable[[Row], None]:
        """For whoever writes many rows: called with a row, right after its `number`.

        Call `settle` for one of each `BATCH` rows, and for one that is `LARGE`.
        """
        return self._store.take

    def settle(self) -> None:
        """Count the rows that have come, and let go what is over the bounds."""
        with self._lock:
            self._store.settle()

    def clear(self) -> None:
        """Let every row go and free its memory. Numbers go on from where they were."""
        with self._lock:
            known = self._store.exchanges.values()
            for name in (exchange[2] for exchange in known):
                if len(self.cleared) < MAX_CLEARED:
                    self.cleared.setdefault(name)
            self._store.clear()

    # -- reading ---------------------------------------------------------------------------------

    def _settled(self) -> Store:
        """Return what is held, counted and within bounds."""
        self.settle()
        return self._store

    @property
    def max_entries(self) -> int:
        """How many rows are kept."""
        return self._store.max_entries

    @property
    def max_bytes(self) -> int:
        """How many bytes are kept, payloads and rows together."""
        return self._store.max_bytes

    @property
    def first(self) -> int:
        """The `seq` of the oldest row kept (one more than `last` if there is none)."""
        return self._settled().first

    @property
    def last(self) -> int:
        """The `seq` of the newest row ever added; 0 before any."""
        return self._settled().last

    @property
    def bytes(self) -> int:
        """What is kept takes up, payloads and rows together."""
        return self._settled().bytes

    @property
    def dropped(self) -> int:
        """How many entries were let go to keep within the limits."""
        return self._settled().dropped

    @property
    def overflow(self) -> Overflow | None:
        """Where rows go that are let go; None if nobody wants them."""
        return self._store.overflow

    @overflow.setter
    def overflow(self, overflow: Overflow | None) -> None:
        with self._lock:
            self._store.settle()
            self._store.overflow = overflow

    @property
    def last_exchange(self) -> int:
        """The id of the newest exchange that is held, 0 if there is none."""
        with self._lock:
            return next(reversed(self._store.exchanges), 0)

    def entry(self, seq: int) -> Entry | None:
        """Return the row numbered `seq`, or None if it was let go or is yet to come.

        Args:
            seq: Its number.
        """
        store = self._store
        with self._lock:
            store.settle()
            index = store.index(seq)
            row = store.rows[index] if index < len(store.rows) else None
        return Entry._make(row) if row is not None and row[0] == seq else None

    def since(self, cursor: int, limit: int | None = None) -> list[Entry]:
        """Return the rows after `cursor` that are still there, oldest first, at most `limit`.

        Args:
            cursor: The number of the last entry that is known; 0 for all.
            limit: How many entries at most; None for all.
        """
        store = self._store
        with self._lock:
            store.settle()
            start = store.index(cursor + 1)
            stop = len(store.rows) if limit is None else min(len(store.rows), start + limit)
            rows = store.between(start, stop)
        return [Entry._make(row) for row in rows]

    def exchange(self, exchange: int) -> Exchange | None:
        """Return an exchange by id; None for 0, and when it has gone with its rows.

        Args:
            exchange: Its id.
        """
        found = self._store.exchanges.get(exchange)
        return None if found is None else Exchange._make(found[:-1])

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges that the entries belong to, in the order they were opened."""
        return self[:].exchanges

    def __len__(self) -> int:
        return len(self._settled().rows)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.since(0))

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Selection: ...
    def __getitem__(self, index: int | slice) -> Entry | Selection:
        if isinstance(index, slice):
            return self._selection(index)
        try:
            with self._lock:
                self._store.settle()
                return Entry._make(self._store.rows[index])
        except IndexError:
            raise IndexError(f"expected an index below {len(self)}, got {index!r}") from None

    def _selection(self, index: slice) -> Selection:
        store = self._store
        with self._lock:
            store.settle()
            rows = list(store.rows)[index]
            needed = sorted({row[2] for row in rows} & store.exchanges.keys())
            exchanges = [store.exchanges[each][:-1] for each in needed]
            counts = {"last": store.last, "dropped": store.dropped, "unrecorded": self.unrecorded}
        return Selection(map(Entry._make, rows), map(Exchange._make, exchanges), **counts)

    def __repr__(self) -> str:
        return f"<Log of {len(self)} entries, {self.bytes} bytes, {self.dropped} let go>"
