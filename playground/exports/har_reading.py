"""A reader of HAR: all that `har` wrote, and what Chrome, Firefox, Playwright or others wrote.

Law of the room: of another tool's clock only the order within one exchange is believed: there are
some that write wall time, and some that do not. One entry of another tool's that cannot be read
keeps none of the others out.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from playground.exports import har_own
from playground.exports.conversations import bytes_of
from playground.exports.fields import LATEST, as_object, field, parsed
from playground.exports.har_rows import Losses, Row, Unreadable
from playground.exports.har_seen import began, seen
from playground.exports.har_sockets import writes_messages
from playground.traffic.formats import FormatError
from playground.traffic.model import Entry, Exchange
from playground.traffic.record import Selection

_EXPORT: Final = "a HAR is what a browser's developer tools write: Network, Save all as HAR"


def loads(text: str) -> Selection:
    """Return the record that a HAR holds; its `left_out` says what of it could not be read.

    Raises:
        FormatError: If it is not HAR, or nothing of it can be read; the message says where and why.
    """
    try:
        log = field(as_object(parsed(text), "the file"), "log", dict)
    except FormatError as error:
        raise FormatError(f"{error}; {_EXPORT}") from None
    entries: list[Any] = field(log, "entries", list)
    own = log.get("_playground")
    return har_own.record_of(own, entries) if isinstance(own, dict) else _theirs(log, entries)


class _Placed(NamedTuple):
    """A row, and where it stands: by time, and in the order within its exchange."""

    at: float
    exchange: int
    place: int
    row: Row


def _theirs(log: dict[str, Any], entries: list[Any]) -> Selection:
    """Return what another tool wrote: numbered by time, in the order within each exchange."""
    exchanges: list[Exchange] = []
    placed: list[_Placed] = []
    losses = Losses(len(entries), messages=writes_messages(log, entries))
    # An entry without a date comes after the one before it; the first, with the first that has one.
    ended = _earliest(entries)
    for losses.number, each in enumerate(entries):
        try:
            exchange, rows = seen(each, losses.number + 1, ended, losses)
        except Unreadable as error:
            losses.entry(str(error))
            continue
        exchanges.append(exchange)
        ended = exchange.opened
        for place, row in enumerate(rows):
            ended = min(max(ended, row.at), LATEST)
            placed.append(_Placed(ended, exchange.id, place, row))
    left_out = losses.said()
    if left_out is not None and left_out.entries == len(entries):
        raise FormatError(f"expected an entry that can be read; {left_out}")
    placed.sort(key=lambda each: each[:3])
    seqs = {each[1:3]: seq for seq, each in enumerate(placed, 1)}
    found = [_entry(each, seqs) for each in placed]
    record = Selection(found, exchanges, last=len(found))
    record.left_out = left_out
    return record


def _earliest(entries: list[Any]) -> float:
    return next((at for each in entries if (at := began(each)) is not None), 0.0)


def _entry(placed: _Placed, seqs: dict[tuple[int, int], int]) -> Entry:
    at, exchange, place, row = placed
    size = len(bytes_of(row.data))
    cause = None if row.set_off_by is None else seqs[exchange, row.set_off_by]
    seq = seqs[exchange, place]
    return Entry(
        seq, at, exchange, row.kind, row.sender, row.data, size, cause, code=row.code, note=row.note
    )
