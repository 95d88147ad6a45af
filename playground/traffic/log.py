"""The log of traffic: bounded, append-only, read by cursor. Readers pull; it calls none of them.

Law of the room: appending is O(1) and copies nothing, and what is let go is counted. A row becomes
an `Entry`, and its exchange an `Exchange`, only when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from os import PathLike
from typing import Any, Final, Literal, Self, overload

from playground.traffic import formats
from playground.traffic.decoding import Decoder, Decoders
from playground.traffic.giving_back import give_back
from playground.traffic.model import Entry, Exchange, Kind, Sender
from playground.traffic.record import ROW_BYTES, Record, Selection, let_go
from playground.traffic.store import BATCH, EXCHANGE_BYTES, LARGE, Overflow, Row, Store, weight_of

__all__ = ["MAX_BYTES", "MAX_ENTRIES", "ROW_BYTES", "Log", "Overflow", "Row"]

MAX_ENTRIES: Final = 50_000
MAX_BYTES: Final = 32 * 1024 * 1024
# It takes a millisecond or two to give memory back; a few rows are not worth it.
WORTH_GIVING_BACK: Final = 1024 * 1024
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
        check_limits(max_entries, max_bytes)
        self.recording = True
        self.unrecorded = 0
        self.cleared: dict[str, None] = {}
        self.decoders = Decoders()
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
        log.left_out, log.sources = record.left_out, record.sources
        log._store.fill(map(tuple, record), record.last)
        for exchange in record.exchanges:
            log._store.number_exchange = count(exchange.id).__next__
            log.finish(log.begin(*exchange[1:]))
        return log

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return the log that a ``.jsonl`` or ``.har`` file holds; of several in it, the newest.

        Of another program's HAR all is read that can be; `left_out` of the log says what could not.

        Args:
            path: A ``.jsonl`` or ``.har`` file.

        Warns:
            UserWarning: If something was left out, with its place and the reason.

        Raises:
            FormatError: If the file is not what its suffix says; the message says where.
            ValueError: If no format that can be read has this suffix.
        """
        return cls.restored(formats.load(path))

    def begin(
        self,
        protocol: Literal["http", "websocket"],
        client: str,
        method: str = "GET",
        path: str = "/",
        headers: tuple[tuple[str, str], ...] = (),
        subprotocols: tuple[str, ...] = (),
        opened: float = 0.0,
        far: bool = False,
        shared: bool = False,
    ) -> int:
        """Begin an exchange and return its id. See `Exchange` for the fields.

        Args:
            shared: Whether an earlier exchange has the same headers, as the same object, so that
                they are counted already.
        """
        number = self._store.number_exchange()
        weight = EXCHANGE_BYTES + len(client) + len(path)
        if subprotocols:
            weight += 2 * sum(map(len, subprotocols))  # the row of the opening has them too
        if not shared:
            weight += weight_of(headers)
        self._store.exchanges[number] = (
            number, protocol, client, method, path, headers, subprotocols, opened, far, weight,
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

    def rename(self, exchange: int, client: str) -> None:
        """Call the client of an exchange otherwise.

        Args:
            exchange: Its id.
            client: Its name from now on, in every row.
        """
        with self._lock:
            held = self._store.exchanges.get(exchange)
            if held is not None:
                self._store.exchanges[exchange] = (*held[:2], client, *held[3:])

    def finish(self, exchange: int) -> None:
        """Mark an exchange as complete: it may be let go as soon as its rows are.

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
        raw: bytes | None = None,
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
            (seq, at, exchange, kind, sender, data, size, cause, revision, where, code, note, raw)
        )
        if seq % BATCH == 0 or size >= LARGE:
            self.settle()
        return seq

    @property
    def number(self) -> Callable[[], int]:
        """A function that returns the next row's `seq`, to write many while `recording` is on."""
        return self._store.number

    @property
    def take(self) -> Callable[[Row], None]:
        """A function that takes a row, right after its `number`, to write many.

        Call `settle` for one of each `BATCH` rows, and for one that is `LARGE`.
        """
        return self._store.take

    def settle(self) -> None:
        """Count the rows that have been added, and let go what is over the bounds."""
        with self._lock:
            self._store.settle()

    def clear(self) -> None:
        """Let every row go and free its memory. Numbers go on from where they were."""
        large = self.bytes > WORTH_GIVING_BACK
        with self._lock:
            known = self._store.exchanges.values()
            for name in (exchange[2] for exchange in known):
                if len(self.cleared) < MAX_CLEARED:
                    self.cleared.setdefault(name)
            self._store.clear()
        if large:
            give_back()

    def _settled(self) -> Store:
        """Return what is held, counted and within bounds."""
        self.settle()
        return self._store

    def decode(self, function: Decoder | None, which: str = "") -> None:
        """Have a function read messages, so that stills and the panel say what it returns.

        Bytes that are wholly one map or array in MessagePack or CBOR are read without one, where
        ``msgpack`` or ``ormsgpack``, and ``cbor2``, are installed. What is kept and saved are the
        messages as they went over the wire.

        Args:
            function: Takes a message's bytes or text, of a server-sent event its data, and returns
                text, or any value, which is shown as JSON. None leaves the message as it is. What
                it raises is shown. None in its place takes the function for the same `which` away.
            which: For which entries, in the words of the filter; all that carry a payload if "".
                A function for the same words replaces the one before; of several that are meant
                for an entry, the newest is asked first.

        Rows that a table shows already change when it is displayed anew; its pane at once.

        Raises:
            FilterError: If `which` cannot be read.
            TypeError: If `function` is none.
        """
        assert self.decoders is not None
        self.decoders.use(function, which)

    def limit_to(self, max_entries: int, max_bytes: int) -> None:
        """Keep so much from now on; what is over that is let go, and counted.

        Args:
            max_entries: Rows to keep.
            max_bytes: Bytes to keep; the newest row always stays.

        Raises:
            ValueError: If it would keep nothing.
        """
        check_limits(max_entries, max_bytes)
        if (max_entries, max_bytes) != (self.max_entries, self.max_bytes):
            with self._lock:
                self._store.limit_to(max_entries, max_bytes)

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
        """How many bytes the rows that are kept take up, payloads and rows together."""
        return self._settled().bytes

    @property
    def dropped(self) -> int:
        """How many entries were let go to keep within the limits."""
        return self._settled().dropped

    @property
    def overflow(self) -> Overflow | None:
        """What takes the rows that are let go; None to forget them."""
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
        chosen = Selection(map(Entry._make, rows), map(Exchange._make, exchanges), **counts)
        chosen.left_out = self.left_out
        chosen.decoders, chosen.sources = self.decoders, self.sources
        return chosen

    def __repr__(self) -> str:
        said = f"; {self.left_out}" if self.left_out else ""
        return f"<Log of {len(self)} entries, {self.bytes} bytes, {let_go(self.dropped)}{said}>"


def check_limits(max_entries: int, max_bytes: int) -> None:
    """Check how much a log is to keep.

    Raises:
        ValueError: If that is nothing, or no number.
    """
    wanted = (max_entries, max_bytes)
    if not all(isinstance(each, int) and each >= 1 for each in wanted):
        raise ValueError(
            f"expected limits of at least 1, got max_entries={max_entries!r}, "
            f"max_bytes={max_bytes!r}; leave them out for the defaults"
        )
