"""What goes over the wire between a kernel and a traffic view: entries as short JSON rows.

A view says, each with its own name as `view`: ``hello {since}`` when it is rendered, ``since
{cursor}`` when it noticed a gap, ``since {cursor, upto}`` to fill a hole, ``find {search, query,
context}`` when its filter changes (``since`` with a `search` asks for finds), ``detail {seq}``,
``whole {seq}``, ``again {…}``, ``record {on}``, ``clear``, ``bye``. It hears `Rows`, `Found`,
details, ``beat`` and ``trouble {text}``; what has another view's name is not for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypedDict

from playground.traffic.log import Log
from playground.traffic.model import Entry, Exchange, close_phrase
from playground.traffic.socketio import reading, speaks
from playground.traffic.summary import BYTES_SHOWN, framed, handler_of, is_error
from playground.widgets.names import Names
from playground.widgets.search import Search
from playground.widgets.tally import Tally

PREVIEW: Final = 200
"""Characters of a payload that a row carries."""

DETAIL: Final = 100_000
"""Characters (or bytes) of a payload that a view gets when it asks for an entry."""

MOST_ROWS: Final = 2_000
"""Rows in one message: at 15 messages a second more than a browser could show."""


class Totals(TypedDict):
    """What the log holds, for the footer."""

    entries: int
    bytes: int
    first: int
    last: int
    dropped: int
    unrecorded: int
    recording: bool
    frames: int


class Rows(TypedDict, total=False):
    """Kernel → view: the rows in ``(after, last]``, the newest of them if there are too many.

    `first` is the oldest number the log still has. `view` is there when one view asked; `fill`
    when it asked for rows it had let go or never got. `found` has, by view, what its filter found.
    """

    kind: str
    first: int
    after: int
    last: int
    rows: list[list[Any]]
    exchanges: dict[str, list[str]]
    names: dict[str, int]
    totals: Totals
    found: dict[str, Found]
    view: str
    fill: bool


class Found(TypedDict, total=False):
    """Kernel → view: what a filter found. As `Rows`, but `first`, `after` and `last` are places.

    `looked` entries were looked at, and `count` of them match. While the kernel is still looking
    there are no rows. `begins` marks the first answer, `problem` says why there will be none.
    """

    kind: str
    search: int
    looked: int
    count: int
    first: int
    after: int
    last: int
    places: list[int]
    rows: list[list[Any]]
    exchanges: dict[str, list[str]]
    names: dict[str, int]
    begins: bool
    problem: str
    view: str
    fill: bool


def rows(log: Log, names: Names, after: int, last: int, most: int = MOST_ROWS) -> Rows:
    """Return the message that brings a view from `after` to `last`, with the newest `most` rows."""
    start = max(after, last - most)
    entries = log.since(start, last - start) if last > start else []
    return {
        "kind": "rows",
        "first": log.first,
        "after": after,
        "last": last,
        **_told(log, names, [entry for entry in entries if entry.seq <= last]),  # type: ignore[typeddict-item]
    }


def progress(search: Search) -> Found:
    """Return how far a search has come."""
    return {
        "kind": "found",
        "search": search.number,
        "looked": search.looked,
        "count": search.count,
    }


def finds(
    log: Log, names: Names, search: Search, after: int, last: int, most: int = MOST_ROWS
) -> Found:
    """Return the message that brings a view from the find at `after` to the one at `last`."""
    found = search.finds(max(after, last - most), last)
    return {
        **progress(search),
        "first": search.first,
        "after": after,
        "last": last,
        "places": [place for place, _ in found],
        **_told(log, names, [entry for _, entry in found]),  # type: ignore[typeddict-item]
    }


def _told(log: Log, names: Names, entries: Sequence[Entry]) -> dict[str, Any]:
    exchanges = _exchanges(log, entries)
    for number in exchanges:
        names.learn(log, number)
    clients = {exchange.client for exchange in exchanges.values()}
    # Whether it is Socket.IO's is asked once for an exchange, not for each of its rows.
    read = {number: each for number, each in exchanges.items() if speaks(each)}
    return {
        "rows": [row(entry, read.get(entry.exchange)) for entry in entries],
        "exchanges": {
            str(number): [each.protocol, each.client, each.path[:PREVIEW]]
            for number, each in exchanges.items()
        },
        "names": names.some(sorted(clients, key=names.index)),
    }


def row(entry: Entry, exchange: Exchange | None = None) -> list[Any]:
    """Return an entry as a view gets it: the payload's beginning, and flags.

    After the note comes 0 or, where the payload was cut, a fingerprint of the whole one, so that
    long payloads can be told apart. Flags: ``b`` the payload is bytes, ``e`` bad news. What packets
    of Socket.IO it holds comes last, if it holds any.
    """
    text, cut = shortened(entry.data, PREVIEW)
    flags = ("b" if isinstance(entry.data, bytes) else "") + ("e" if is_error(entry) else "")
    read = reading(entry, exchange)
    return [
        entry.seq, entry.at, entry.exchange, entry.kind, entry.sender, text, entry.size,
        entry.cause, entry.revision, entry.where, entry.code, _note(entry), cut, flags,
        *([sendable(read)] if read else []),
    ]  # fmt: skip


def shortened(data: str | bytes | None, limit: int) -> tuple[str, int]:
    """Return the beginning of a payload as text that JSON can carry, and a fingerprint if cut."""
    if data is None:
        return "", 0
    if isinstance(data, bytes):
        cut = len(data) > BYTES_SHOWN
        return data[:BYTES_SHOWN].hex(" "), _fingerprint(data) if cut else 0
    return sendable(data[:limit]), _fingerprint(data) if len(data) > limit else 0


def sendable(text: str) -> str:
    """Return text that can be encoded as UTF-8; a lone surrogate becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _fingerprint(data: str | bytes) -> int:
    return (hash(data) & 0x7FFFFFFF) | 1


def _note(entry: Entry) -> str | None:
    """Return what a row needs of the note: the rest is asked for when it is shown."""
    if entry.kind == "exception":
        return handler_of(entry)
    if entry.kind == "close":
        return close_phrase(entry.code or 0)
    if entry.kind == "frame":
        return framed(entry)
    return entry.note[:PREVIEW] if entry.note else None


def _exchanges(log: Log, entries: Iterable[Entry]) -> dict[int, Exchange]:
    numbers = sorted({entry.exchange for entry in entries})
    found = ((number, log.exchange(number)) for number in numbers)
    return {number: exchange for number, exchange in found if exchange is not None}


def totals(log: Log, tally: Tally) -> Totals:
    """Return what the log holds."""
    return {
        "entries": len(log),
        "bytes": log.bytes,
        "first": log.first,
        "last": log.last,
        "dropped": log.dropped,
        "unrecorded": log.unrecorded,
        "recording": log.recording,
        "frames": tally.frames,
    }
