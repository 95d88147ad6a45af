"""A log's ladder as a picture, in the colours that its clients have in every face."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from playground.exports.ladder import svg
from playground.exports.ladder.text import characters
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.traffic.record import Record, Selection
from playground.widgets.names import Names


def name_of(log: Log) -> str:
    """Return a name that no other log has that a page could show at the same time."""
    return f"{os.getpid()}-{id(log)}"


def drawn(log: Log, names: Names, record: Record, width: int, limit: int) -> str:
    """Return a part of a log as an SVG document.

    Args:
        width: Pixels.
        limit: Rows to show, the newest.
    """
    return svg.picture(record, width=width, limit=limit, order=joined(log, names, record))


def written(log: Log, names: Names, record: Record, limit: int) -> str:
    """Return a part of a log as a ladder in characters."""
    return characters(record, limit, order=joined(log, names, record))


def joined(log: Log, names: Names, record: Record) -> dict[str, int]:
    """Return the number of each client in a record: its place in the ladder, and its colour."""
    exchanges = record.exchanges
    names.learn(log, max((exchange.id for exchange in exchanges), default=0))
    return names.some(dict.fromkeys(exchange.client for exchange in exchanges))


def asked_for(log: Log, names: Names, message: dict[str, Any]) -> str:
    """Return what a view shows as an SVG document.

    Args:
        message: With `entries`, the numbers it shows as stretches ``[[first, last], …]``, and
            `width`, pixels.

    Raises:
        ValueError: If the message says something else.
    """
    width = message.get("width")
    if not isinstance(width, int) or not 0 <= width <= svg.WIDEST:
        raise ValueError(f"expected at most {svg.WIDEST} pixels as 'width', got {width!r}")
    shown = Selection(_entries(log, message.get("entries")), log.exchanges, last=log.last)
    return drawn(log, names, shown.having(shown), width, svg.LIMIT)


def _entries(log: Log, stretches: Any) -> Iterator[Entry]:
    if not isinstance(stretches, list):
        raise ValueError(f"expected stretches of numbers as 'entries', got {stretches!r}")
    for each in stretches:
        if not (isinstance(each, list) and [type(number) for number in each] == [int, int]):
            raise ValueError(f"expected the first and last number of a stretch, got {each!r}")
        first, last = each
        yield from log.since(max(0, first - 1), max(0, last - first + 1))
