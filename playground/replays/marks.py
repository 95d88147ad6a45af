"""Which rows of a log belong to the steps of an order."""

from __future__ import annotations

from collections.abc import Sequence

from micropie.testing.happenings import Happening
from playground.traffic.log import Log
from playground.traffic.model import Entry


def row_of(log: Log, after: int, happening: Happening | None) -> int | None:
    """Return the number of the row that a step has made, or that came of it; None for none.

    Args:
        log: The log.
        after: The number of the newest row before the step.
        happening: What happened; None for what has no client.
    """
    entries = log.since(after)
    if happening is None:
        return entries[0].seq if entries else None
    whose = happening.to or happening.who
    sender = "server" if happening.kind == "is sent" else "client"
    return next((each.seq for each in entries if _is_by(log, each, whose, sender)), None)


def _is_by(log: Log, entry: Entry, client: str, sender: str) -> bool:
    exchange = log.exchange(entry.exchange)
    return exchange is not None and exchange.client == client and entry.sender == sender


def error_row(entries: Sequence[Entry]) -> Entry | None:
    """Return the first row of an exception; None without one."""
    return next((entry for entry in entries if entry.kind == "exception"), None)
