"""Which rows of a log belong to the steps of an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from micropie.testing.happenings import Happening
from playground.replays.apart import Apart
from playground.traffic.log import Log
from playground.traffic.model import Entry


def marked(apart: Apart, steps: Iterable[tuple[int, Happening | None]]) -> tuple[int, ...]:
    """Return the numbers of the rows that some steps of an order have made.

    Args:
        apart: The app with its traffic; its clients are called as the script does from now on.
        steps: Their indexes, with what happened.
    """
    apart.name_clients()
    rows = (
        row_of(apart.log, apart.seen[step], happening)
        for step, happening in steps
        if step < len(apart.seen)
    )
    return tuple(row for row in rows if row is not None)


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
