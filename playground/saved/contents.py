"""What a page holds of a record: what a kernel would tell its view, as one value of JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any, Final

from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.traffic.record import Record
from playground.traffic.sheets import Sheet
from playground.widgets.details import details
from playground.widgets.names import Names
from playground.widgets.row import sendable
from playground.widgets.tally import Tally
from playground.widgets.wire import rows, totals

PAYLOADS: Final = 4_000_000
"""Characters and bytes of payloads that a page holds; of those that come after, the beginning."""

BEGINNING: Final = 200
"""Characters (or bytes) of each payload that stands in a page whatever there is."""


class Held(Log):
    """The entries of a page, as a log that never changes: looking for causes reads much of it."""

    def since(self, cursor: int, limit: int | None = None) -> list[Entry]:
        """Return the entries after a number, at most `limit`."""
        known: list[Entry] | None = vars(self).get("_known")
        if known is None:
            known = self._known = super().since(0)
        start = self._store.index(cursor + 1)
        return known[start:] if limit is None else known[start : start + limit]


def contents(record: Record, limit: int, *, source: bool = True) -> dict[str, Any]:
    """Return what a page holds.

    Args:
        record: Whose newest entries are shown.
        limit: How many at most.
        source: Whether the source of their revisions goes along.
    """
    log = Held.restored(record[-limit:] if limit else record[:0])
    log.decoders = record.decoders
    told = rows(log, Names(), 0, log.last, most=max(1, log.last))
    tally = Tally(log)
    tally.look(0.0)
    return {
        "rows": told["rows"],
        "exchanges": told["exchanges"],
        "names": told["names"],
        "totals": {**totals(log, tally), "saved": True},
        "details": _details(log),
        "earlier": len(record) - len(log),
        "sheets": [_sheet(each) for each in _sheets(record, log)] if source else [],
        "words": {str(seq): sendable(said) for seq, said in (record.words or {}).items()},
        "story": record.words is not None,
    }


def _details(log: Held) -> list[dict[str, Any]]:
    room = PAYLOADS
    found = []
    for entry in log.since(0):
        answer, buffers = details(log, entry)
        payload = _fitting(answer, buffers, max(room, BEGINNING))
        room -= payload
        found.append({name: each for name, each in answer.items() if each not in (None, "", [])})
    return found


def _fitting(answer: dict[str, Any], buffers: list[bytes], room: int) -> int:
    """Cut a payload to the room that is left, and return how much it takes."""
    text = answer["text"]
    if text is not None:
        answer["text"], answer["cut"] = text[:room], answer["cut"] or len(text) > room
        return min(len(text), room)
    if buffers:
        data = buffers[0][:room]
        answer["base64"] = b64encode(data).decode()
        answer["cut"] = answer["cut"] or len(buffers[0]) > room
        return len(data)
    return 0


def _sheets(record: Record, log: Log) -> Iterable[Sheet]:
    """Return the source of the revisions that are at work in a page."""
    if record.sources is None:
        return ()
    seen = {entry.revision for entry in log.since(0)}
    return [each for each in record.sources() if each.revision in seen]


def _sheet(sheet: Sheet) -> dict[str, Any]:
    lines = [sendable(line) for line in sheet.lines]
    return {**sheet._asdict(), "name": sendable(sheet.name), "lines": lines, "staged": True}
