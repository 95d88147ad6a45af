"""What checks play: it stands in the log, and in no view that does not ask for it.

Law of the file: a check's clients are known by their names, as everybody reads them.
"""

from __future__ import annotations

from typing import Final

from playground.traffic.model import Exchange
from playground.traffic.record import Record

CHECK: Final = "check"
"""What the clients of a check are called; a name of their own comes after, as in ``check-bob``."""


def is_checks(exchange: Exchange | None) -> bool:
    """Return whether an exchange is one of a check's clients."""
    if exchange is None:
        return False
    name = exchange.client.lower()
    return name == CHECK or name.startswith(f"{CHECK}-")


def without_checks(record: Record) -> Record:
    """Return a record without what checks played; `hidden_checks` says how much it leaves out."""
    apart = {exchange.id for exchange in record.exchanges if is_checks(exchange)}
    if not apart:
        return record
    kept = [entry for entry in record if entry.exchange not in apart]
    shown = record[:].having(kept)
    shown.hidden_frames, shown.hidden_checks = record.hidden_frames, len(record) - len(kept)
    return shown
