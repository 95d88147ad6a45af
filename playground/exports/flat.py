"""An entry as a flat row, with what its exchange knows: for a data frame or a spreadsheet."""

from __future__ import annotations

from typing import Any, Final

from playground.traffic.model import Entry
from playground.traffic.record import Record

COLUMNS: Final = (
    "seq", "at", "client", "protocol", "path", "kind", "sender", "data", "size", "cause",
    "revision", "where", "code", "note", "exchange",
)  # fmt: skip
"""The fields of `Entry`, and of its exchange the client's name, the protocol and the path."""


def flat(record: Record, entry: Entry) -> tuple[Any, ...]:
    """Return an entry as a row with `COLUMNS`; None for what is not known."""
    exchange = record.exchange(entry.exchange)
    known = (exchange.client, exchange.protocol, exchange.path) if exchange else (None, None, None)
    return (
        entry.seq, entry.at, *known, entry.kind, entry.sender, entry.data, entry.size, entry.cause,
        entry.revision, entry.where, entry.code, entry.note, entry.exchange,
    )  # fmt: skip
