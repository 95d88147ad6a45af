"""What a view asks for when an entry is shown: its payload, and why it was sent."""

from __future__ import annotations

from typing import Any, Final

from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.traffic.summary import Group, client_of, fold, what, who
from playground.widgets.wire import DETAIL, sendable

# How far an effect may lie behind its cause to be found; looking is O(rows).
HORIZON: Final = 2_000
MOST_EFFECTS: Final = 12

# A handler that prints in a loop must not fill the pane.
PRINTED: Final = 2_000


def details(log: Log, entry: Entry) -> tuple[dict[str, Any], list[bytes]]:
    """Return the message that shows an entry, and the buffer with its payload if that is bytes."""
    data = entry.data
    message: dict[str, Any] = {
        "kind": "detail",
        "seq": entry.seq,
        "text": sendable(data[:DETAIL]) if isinstance(data, str) else None,
        "cut": data is not None and len(data) > DETAIL,
        "length": len(data or ""),
        "note": sendable(entry.note) if entry.note else None,
        "path": _path(log, entry),
        **_why(log, entry),
    }
    return message, [data[:DETAIL]] if isinstance(data, bytes) else []


def _path(log: Log, entry: Entry) -> str:
    exchange = log.exchange(entry.exchange)
    return exchange.path if exchange is not None else ""


def _why(log: Log, entry: Entry) -> dict[str, Any]:
    cause = log.entry(entry.cause) if entry.cause is not None else None
    return {
        "cause": _line(log, Group((cause,))) if cause is not None else None,
        "spontaneous": entry.spontaneous,
        "to": _receivers(log, entry),
        "effects": _effects(log, entry),
        "printed": _printed(log, entry),
    }


def _line(log: Log, group: Group) -> dict[str, Any]:
    return {"seq": group.first.seq, "who": who(log, group), "what": sendable(what(group.first, 80))}


def _receivers(log: Log, entry: Entry) -> dict[str, Any] | None:
    """Return to whom a broadcast went, and how long that took."""
    if entry.sender != "server":
        return None
    near = log.since(entry.seq - 1, HORIZON)
    for group in fold(near):
        if group.first.seq == entry.seq and len(group.entries) > 1:
            seconds = group.entries[-1].at - group.entries[0].at
            names = [client_of(log, each) for each in group.entries]
            return {"names": names[:100], "count": len(names), "seconds": seconds}
    return None


def _effects(log: Log, entry: Entry) -> list[dict[str, Any]]:
    caused = [each for each in log.since(entry.seq, HORIZON) if each.cause == entry.seq]
    groups = [group for group in fold(caused) if group.first.kind != "print"]
    return [_line(log, group) for group in groups[:MOST_EFFECTS]]


def _printed(log: Log, entry: Entry) -> str:
    """Return what the handler printed over the message that this entry is, or comes from."""
    origin = entry.cause if entry.sender == "server" and entry.cause is not None else entry.seq
    lines = [
        each.data
        for each in log.since(origin, HORIZON)
        if each.kind == "print" and each.cause == origin and isinstance(each.data, str)
    ]
    return sendable("\n".join(lines))[:PRINTED]
