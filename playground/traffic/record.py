"""A record: entries with the exchanges they belong to. A log is one, and so is a part of one.

Law of the room: nothing here changes a record. A format or a rendering is loaded when it is first
asked for, so that a lab that saves nothing pays for none.
"""

from __future__ import annotations

import builtins
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, overload

from playground.traffic.model import Entry, Exchange

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped]

# What a row costs beside its payload: a tuple of twelve, a float, two ints and its place in a ring.
ROW_BYTES: Final = 220


class Record(Sequence[Entry]):
    """A sequence of entries, which knows their exchanges.

    Attributes:
        unrecorded: How many entries were never written down, because recording was off.
        recording: Whether more is being written down.
        hidden_frames: How many frames were left out of it (`frames.without_frames`).
    """

    unrecorded: int
    recording: bool
    hidden_frames: int = 0

    @property
    @abstractmethod
    def bytes(self) -> int:
        """What the entries take up, payloads and rows together."""

    @property
    @abstractmethod
    def last(self) -> int:
        """The number of the newest entry there ever was; 0 before any."""

    @property
    @abstractmethod
    def dropped(self) -> int:
        """How many entries were let go to keep within the limits."""

    @abstractmethod
    def exchange(self, exchange: int) -> Exchange | None:
        """Return an exchange by id; None for 0, and for one that has gone."""

    @property
    @abstractmethod
    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges that the entries belong to, in the order they were opened."""

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Selection: ...
    @abstractmethod
    def __getitem__(self, index: int | slice) -> Entry | Selection: ...

    def filter(self, wanted: str | Callable[[Entry], bool]) -> Selection:
        """Return the entries that are asked for.

        Args:
            wanted: What you would type into the table's filter box, such as
                ``"client:alice dir:client kind:text size>100 /re/"`` (`filter.Filter` has the
                grammar), or a function that is given each entry.

        Raises:
            FilterError: If a part of the text cannot be read; it says which, and what to write.
        """
        from playground.traffic.filter import Filter

        whole = self[:]
        if isinstance(wanted, str):
            asked = Filter(wanted)
            kept = [entry for entry in whole if asked(entry, whole.exchange(entry.exchange))]
        else:
            kept = [entry for entry in whole if wanted(entry)]
        return whole.having(kept)

    def save(self, path: str | PathLike[str], **options: Any) -> None:
        """Write the record to a file, in the format that its suffix names (`formats.FORMATS`).

        Args:
            path: Such as ``"chat.jsonl"``; a file that is there is replaced.
            options: What the format takes, such as ``app="chat:Chat"`` for ``.py``.

        Raises:
            ValueError: If no format has this suffix; the message says which there are.
        """
        from playground.traffic.formats import save

        save(self[:], path, **options)

    def to_jsonl(self) -> str:
        """Return the whole record as JSON lines, which `Log.load` reads again."""
        from playground.traffic import jsonl

        return jsonl.dumps(self[:])

    def to_har(self) -> str:
        """Return the record as HAR 1.2, which the browser's developer tools can open."""
        from playground.traffic import har

        return har.dumps(self[:])

    def to_pcapng(self) -> builtins.bytes:
        """Return the record as the packets that would carry it, which Wireshark can open."""
        from playground.traffic import pcapng

        return pcapng.dumps(self[:])

    def to_mermaid(self, limit: int = 200) -> str:
        """Return the newest `limit` entries as a Mermaid sequence diagram, to put into Markdown.

        Args:
            limit: How many entries at most, the last ones.
        """
        from playground.traffic import mermaid

        return mermaid.dumps(self[:], limit)

    def to_pytest(self, app: str) -> str:
        """Return a test module that has the conversation again, with the app at ``module:name``.

        Args:
            app: Where the app is found, such as ``"chat:app"``.
        """
        from playground.traffic import pytest_module

        return pytest_module.dumps(self[:], app)

    def to_dataframe(self) -> pandas.DataFrame:
        """Return the record as a pandas DataFrame, a row for each entry, indexed by `seq`.

        Raises:
            ModuleNotFoundError: If pandas is not installed.
        """
        from playground.traffic import dataframe

        return dataframe.to_dataframe(self[:])

    def _repr_html_(self) -> str:
        from playground.traffic.html import table

        return table(self[:])


class Selection(Record):
    """Entries chosen from a log. It never changes, whatever becomes of the log.

    Args:
        entries: In their order.
        exchanges: Those they belong to.
        last, dropped, unrecorded: Of the log they were chosen from.
    """

    recording = True
    bytes = 0
    last = 0
    dropped = 0

    def __init__(
        self,
        entries: Iterable[Entry],
        exchanges: Iterable[Exchange],
        *,
        last: int = 0,
        dropped: int = 0,
        unrecorded: int = 0,
    ) -> None:
        self._entries = tuple(entries)
        self._exchanges = {each.id: each for each in exchanges}
        held = (entry.size for entry in self._entries if entry.data is not None)
        self.bytes = ROW_BYTES * len(self._entries) + sum(held)
        self.last = last
        self.dropped = dropped
        self.unrecorded = unrecorded

    def having(self, entries: Iterable[Entry]) -> Selection:
        """Return other entries of the same log."""
        kept = tuple(entries)
        needed = {entry.exchange for entry in kept}
        exchanges = (each for each in self.exchanges if each.id in needed)
        counts = {"last": self.last, "dropped": self.dropped, "unrecorded": self.unrecorded}
        return Selection(kept, exchanges, **counts)

    def exchange(self, exchange: int) -> Exchange | None:
        """Return an exchange by id; None for 0, and for one that has gone."""
        return self._exchanges.get(exchange)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges that the entries belong to, in the order they were opened."""
        return tuple(self._exchanges[number] for number in sorted(self._exchanges))

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Selection: ...
    def __getitem__(self, index: int | slice) -> Entry | Selection:
        if isinstance(index, slice):
            return self if index == slice(None) else self.having(self._entries[index])
        return self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __eq__(self, other: object) -> bool:
        """Return whether the same was chosen from the same; a list of entries will do, too."""
        if isinstance(other, Selection):
            return vars(self) == vars(other)
        if isinstance(other, list | tuple):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        from playground.traffic.text import table

        return table(self)
