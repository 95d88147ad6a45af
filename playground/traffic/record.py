"""A record: entries with the exchanges they belong to. A log is one, and so is a part of one.

Law of the room: nothing here changes a record, and nothing here knows a format: they are looked up
in a registry (`formats`).
"""

from __future__ import annotations

import builtins
import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, overload

from playground.traffic import formats
from playground.traffic.formats import FORMATS, VIEWS, LeftOut
from playground.traffic.model import Entry, Exchange

if TYPE_CHECKING:
    import pandas

    from playground.traffic.decoding import Decoded, Decoders
    from playground.traffic.sheets import Sources

# What a row costs beside its payload: a tuple of twelve, a float, two ints and its place in a ring.
ROW_BYTES: Final = 220


def let_go(dropped: int) -> str:
    """Return how many entries a log has let go, in words: ``nothing let go``, ``1,204 let go``."""
    return f"{dropped:,} let go" if dropped else "nothing let go"


class Record(Sequence[Entry]):
    """A sequence of entries, which knows their exchanges.

    Attributes:
        unrecorded: How many entries were never written down, because recording was off.
        recording: Whether more is being written down.
        hidden_frames: How many frames were left out of it (`frames.without_frames`).
        hidden_checks: How many entries of checks were left out of it (`apart.without_checks`).
        left_out: What the file it was loaded from held that could not be read; None for nothing.
        decoders: How its messages are read; a log shares them with what is chosen from it.
        sources: Gives the source of each revision; shared in the same way, None for none.
        words: What is told of its entries, by number (`story`); None where it is no story.
    """

    unrecorded: int
    recording: bool
    hidden_frames: int = 0
    hidden_checks: int = 0
    left_out: LeftOut | None = None
    decoders: Decoders | None = None
    sources: Sources | None = None
    words: Mapping[int, str] | None = None

    @property
    @abstractmethod
    def bytes(self) -> int:
        """How many bytes the entries take up, payloads and rows together."""

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
        """Return the entries that match a query, or for which a function returns true.

        Args:
            wanted: What you would type into the table's filter box, such as
                ``"client:alice dir:client kind:text size>100 /re/"`` (`filter.Filter` has the
                grammar), or a function that is given each entry.

        Warns:
            RuntimeWarning: If a regular expression takes so long on some entries that it was given
                up for them; it says which, and on how many.

        Raises:
            FilterError: If a part of the text cannot be read; it says which, and what to write.
            TypeError: If it is neither a text nor a function.
        """
        from playground.traffic.filter import Filter

        whole = self[:]
        if isinstance(wanted, str):
            asked = Filter(wanted)
            kept = [entry for entry in whole if asked(entry, whole.exchange(entry.exchange))]
            if asked.doubt:
                warnings.warn(asked.doubt, RuntimeWarning, stacklevel=2)
        elif callable(wanted):
            kept = [entry for entry in whole if wanted(entry)]
        else:
            raise TypeError(
                f"expected a filter as text, or a function of an entry, got {wanted!r}; write it "
                'as in "client:alice kind:text"'
            )
        return whole.having(kept)

    def decoded(self, entry: Entry) -> Decoded | None:
        """Return what an entry says by its decoder (`Log.decode`), or by itself; else None.

        Args:
            entry: One of this record.
        """
        if self.decoders is None:
            return None
        return self.decoders.decoded(entry, self.exchange(entry.exchange))

    def save(self, path: str | PathLike[str], **options: Any) -> None:
        """Write the record to a file, in the format that its suffix names (`formats.FORMATS`).

        Args:
            path: Such as ``"chat.jsonl"``; a file that is there is replaced.
            options: What the format takes, such as ``app="chat:Chat"`` for ``.py``.

        Raises:
            ValueError: If no format has this suffix; the message says which there are.
        """
        formats.save(self[:], path, **options)

    def story(self, words: Iterable[tuple[int, str]] = ()) -> Selection:
        """Return the record with words of yours, as a ladder that plays.

        As the last line of a cell it plays there, and goes on doing so in the saved notebook;
        ``.save("chat.html")`` makes a page of it.

        Args:
            words: Pairs of an entry's number and what to say there, such as
                ``[(17, "Here bob leaves")]``; none to have it played without.

        Raises:
            TypeError: If one is no pair of a number and a text.
            ValueError: If the record has no entry with that number, or there is nothing to say.
        """
        told = dict(_told(each) for each in words)
        missing = told.keys() - {entry.seq for entry in self}
        if missing:
            raise ValueError(f"expected {_numbers(self)}, got {min(missing)!r}{_HINT}")
        chosen = self[:].having(self)
        chosen.words = told
        return chosen

    def to_jsonl(self) -> str:
        """Return the whole record as JSON lines, which `Log.load` reads again."""
        return str(FORMATS[".jsonl"].write(self[:]))

    def to_har(self) -> str:
        """Return the record as HAR 1.2, which the browser's developer tools can open."""
        return str(FORMATS[".har"].write(self[:]))

    def to_pcapng(self) -> builtins.bytes:
        """Return the record as the packets that would carry it, which Wireshark can open."""
        return builtins.bytes(FORMATS[".pcapng"].write(self[:]))

    def to_mermaid(self, limit: int = 200) -> str:
        """Return the newest `limit` entries as a Mermaid sequence diagram, to put into Markdown.

        Args:
            limit: How many entries at most, the last ones.
        """
        return str(FORMATS[".mmd"].write(self[:], limit))

    def to_pytest(self, app: str, ignore: Any = ()) -> str:
        """Return a pytest module that repeats the conversation, with the app at ``module:name``.

        UUIDs may be others when it runs, and so may times that lie about when it was recorded.

        Args:
            app: Where the app is found, such as ``"chat:app"``.
            ignore: What else may change, one or a list of: JSON paths (``"$.items[*].price"``),
                names (``"id"``, at any depth), regular expressions (``r"v\\d+"``, also between
                slashes, or compiled).

        Raises:
            ValueError: If one of them cannot be read.
        """
        return str(FORMATS[".py"].write(self[:], app, ignore))

    def to_dataframe(self) -> pandas.DataFrame:
        """Return the record as a pandas DataFrame, a row for each entry, indexed by `seq`.

        Raises:
            ModuleNotFoundError: If pandas is not installed.
        """
        return VIEWS["dataframe"](self[:])

    def _repr_html_(self) -> str:
        return str(VIEWS["html" if self.words is None else "story"](self[:]))


_HINT: Final = "; they are in the first column of the table"


def _told(pair: Any) -> tuple[int, str]:
    match pair:
        case [int(seq), str(text)] if not isinstance(seq, bool):
            if not text.strip():
                raise ValueError(f"expected something to say of #{seq}, got {text!r}")
            return seq, text
    raise TypeError(
        f'expected pairs such as (17, "Here bob leaves"), got {pair!r}; '
        "the number is the first column of the table"
    )


def _numbers(record: Record) -> str:
    if not len(record):
        return "a record with entries"
    return f"the number of an entry, from {record[0].seq} to {record[-1].seq}"


# How entries are read is no part of what they are.
_APART: Final = {"decoders": None, "sources": None}


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
        raw = (len(entry.raw) for entry in self._entries if entry.raw is not None)
        self.bytes = ROW_BYTES * len(self._entries) + sum(held) + sum(raw)
        self.last = last
        self.dropped = dropped
        self.unrecorded = unrecorded
        self.left_out = None
        self.decoders = None
        self.sources = None
        self.words = None

    def having(self, entries: Iterable[Entry]) -> Selection:
        """Return other entries of the same log."""
        kept = tuple(entries)
        needed = {entry.exchange for entry in kept}
        exchanges = (each for each in self.exchanges if each.id in needed)
        counts = {"last": self.last, "dropped": self.dropped, "unrecorded": self.unrecorded}
        chosen = Selection(kept, exchanges, **counts)
        chosen.left_out, chosen.words = self.left_out, self.words
        chosen.decoders, chosen.sources = self.decoders, self.sources
        return chosen

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
        """Return whether entries, exchanges and counts are equal; of a list, the entries alone."""
        if isinstance(other, Selection):
            return vars(self) | _APART == vars(other) | _APART
        if isinstance(other, list | tuple):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return str(VIEWS["text"](self))
