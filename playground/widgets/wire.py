"""What goes over the wire between a kernel and a traffic view: entries as short JSON rows.

A view says, each with its own name as `view`: ``hello {since}`` when it is rendered, ``since
{cursor}`` when it noticed a gap, ``since {cursor, upto}`` to fill a hole, ``find {search, query,
context}`` when its filter changes (``since`` with a `search` asks for finds), ``detail {seq}``,
``whole {seq}``, ``again {…}``, ``record {on}``, ``clear``, ``unclear``, ``bye``. It hears `Rows`,
`Found`, details, ``beat`` and ``trouble {text}``; what has another view's name is not for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import Any, Final, NotRequired, TypedDict

from playground.traffic.decoding import Decoded
from playground.traffic.log import Log
from playground.traffic.model import Entry, Exchange
from playground.traffic.socketio import speaks
from playground.widgets.names import Names
from playground.widgets.row import PREVIEW, row, sendable
from playground.widgets.search import Search
from playground.widgets.tally import Tally

DETAIL: Final = 100_000
"""Characters (or bytes) of a payload that a view gets when it asks for an entry."""

MOST_ROWS: Final = 2_000
"""Rows in one message: at 15 messages a second more than a browser could show."""

DECODING: Final = 0.02
"""Seconds that decoders may take for the rows of one message; later rows go as they are."""


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
    checks: int
    holds: bool
    flying: list[int]
    breakpoints: NotRequired[list[dict[str, str]]]
    watches: NotRequired[str]


class Rows(TypedDict, total=False):
    """Kernel → view: the rows in ``(after, last]``, the newest of them if there are too many.

    `first` is the oldest number the log still has. `view` is there when one view asked; `fill`
    when it asked for rows it had let go or never got. `found` has, by view, what its filter found.
    """

    kind: str
    first: int
    after: int
    last: int
    rows: list[dict[str, Any]]
    exchanges: dict[str, list[str]]
    names: dict[str, int]
    totals: Totals
    found: dict[str, Found]
    view: str
    fill: bool


class Found(TypedDict, total=False):
    """Kernel → view: what a filter found. As `Rows`, but `first`, `after` and `last` are places.

    `looked` entries were looked at, and `count` of them match. While the kernel is still looking
    there are no rows. `begins` marks the first answer, `problem` says why there will be none, and
    `doubt` which entries are left out because looking through them took too long.
    """

    kind: str
    search: int
    looked: int
    count: int
    first: int
    after: int
    last: int
    places: list[int]
    rows: list[dict[str, Any]]
    exchanges: dict[str, list[str]]
    names: dict[str, int]
    begins: bool
    problem: str
    doubt: str
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
    told: Found = {
        "kind": "found",
        "search": search.number,
        "looked": search.looked,
        "count": search.count,
    }
    return {**told, "doubt": search.doubt} if search.doubt else told


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
    decoded = _decoded(log, entries)
    if entries:
        names.news.learn(log, entries[-1].seq)
    told = [row(each, read.get(each.exchange), decoded.get(each.seq)) for each in entries]
    for sent in told:
        if news := names.news.of(sent["seq"]):
            sent["shape"] = sendable(news)
    return {
        "rows": told,
        "exchanges": {
            str(number): [each.protocol, each.client, each.path[:PREVIEW]]
            for number, each in exchanges.items()
        },
        "names": names.some(sorted(clients, key=names.index)),
    }


def _decoded(log: Log, entries: Sequence[Entry]) -> dict[int, Decoded]:
    """Return what decoders make of entries, as far as that takes them no longer than a moment.

    They may be the user's own, and are called on the thread that every view waits for.
    """
    all_of_them = log.decoders is not None and log.decoders.chosen
    end = perf_counter() + DECODING
    found: dict[int, Decoded] = {}
    for entry in entries:
        if all_of_them or entry.kind == "binary":
            if perf_counter() > end:
                break
            if (made := log.decoded(entry)) is not None:
                found[entry.seq] = made
    return found


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
        "checks": tally.checks,
        "holds": False,
        "flying": [],
    }
