"""What a view asks for when an entry is shown: its payload, and why it was sent."""

from __future__ import annotations

from typing import Any, Final

from playground.traffic.log import Log
from playground.traffic.model import MESSAGES, Entry, Exchange
from playground.traffic.socketio import LONGEST, packets, parts
from playground.traffic.summary import Group, client_of, event_of, fold, what, who
from playground.widgets.controls import Controls
from playground.widgets.framing import frame_shown
from playground.widgets.kept import keeps_of
from playground.widgets.resending import command_of, prospects
from playground.widgets.row import sendable
from playground.widgets.states import state_seen
from playground.widgets.wire import DETAIL

WHOLE: Final = 8_000_000
"""Characters (or bytes) of a payload that a view gets when it asks for all of it."""

# How far an effect may lie behind its cause to be found; looking is O(rows).
HORIZON: Final = 2_000
MOST_EFFECTS: Final = 12
MOST_CAUSES: Final = 12

# So many rows are looked through for what went to a server elsewhere before it answered.
MOST_BEFORE: Final = 1000

# A handler that prints in a loop must not fill the pane.
PRINTED: Final = 2_000


def details(
    log: Log, entry: Entry, controls: Controls | None = None
) -> tuple[dict[str, Any], list[bytes]]:
    """Return the message that shows an entry, and the buffer with its payload if that is bytes."""
    exchange = log.exchange(entry.exchange)
    shown, payload = _payload(entry, DETAIL)
    message: dict[str, Any] = {
        "kind": "detail",
        **shown,
        "note": sendable(entry.note) if entry.note else None,
        "path": sendable(exchange.path) if exchange is not None else "",
        "packets": _packets(entry, exchange),
        "decoded": _decoded(log, entry),
        "frame": frame_shown(log, entry),
        "headers": [list(pair) for pair in exchange.headers] if _opens(entry) and exchange else [],
        "again": prospects(log, entry, controls),
        "command": command_of(log, entry, controls),
        "state": state_seen(controls, entry.seq),
        "keeps": exchange is not None and keeps_of(controls) is not None,
        "meant": sendable(_meant(entry, controls)),
        **_why(log, entry),
    }
    return message, payload


def whole(log: Log, seq: int) -> tuple[dict[str, Any], list[bytes]]:
    """Return the message that brings all of an entry's payload, as far as a browser can take it."""
    entry = log.entry(seq)
    if entry is None:
        return {"kind": "whole", "seq": seq, "gone": True}, []
    shown, payload = _payload(entry, WHOLE)
    return {"kind": "whole", **shown}, payload


def _payload(entry: Entry, limit: int) -> tuple[dict[str, Any], list[bytes]]:
    data = entry.data
    shown = {
        "seq": entry.seq,
        "text": sendable(data[:limit]) if isinstance(data, str) else None,
        "cut": data is not None and len(data) > limit,
        "length": len(data or ""),
    }
    return shown, [data[:limit]] if isinstance(data, bytes) else []


def _packets(entry: Entry, exchange: Exchange | None) -> list[dict[str, Any]]:
    """Return what the Socket.IO packets in an entry are made of, and their data if it is short.

    The same of a server-sent event.
    """
    if entry.kind == "event":
        return [_event(entry)]
    return [
        {
            "parts": [[term, sendable(said)] for term, said in parts(each)],
            "data": sendable(each.text) if len(each.text) <= LONGEST else "",
        }
        for each in packets(entry, exchange)
    ]


def _decoded(log: Log, entry: Entry) -> dict[str, Any] | None:
    """Return what a decoder made of an entry, if one is meant for it."""
    found = log.decoded(entry)
    if found is None:
        return None
    by, text, problem, cut = found
    return {"by": sendable(by), "text": sendable(text), "problem": sendable(problem), "cut": cut}


def _event(entry: Entry) -> dict[str, Any]:
    event = event_of(entry, LONGEST)
    said = [("event", event.event), ("id", event.id)]
    said += [("retry", f"after {event.retry:,} ms")] if event.retry is not None else []
    # What may be JSON is drawn as a tree.
    if not event.data.lstrip().startswith(("{", "[")):
        said.append(("data", event.data[:PRINTED]))
    return {
        "parts": [[term, sendable(each)] for term, each in said if each],
        "data": sendable(event.data),
    }


def _opens(entry: Entry) -> bool:
    """Return whether an entry begins its exchange, which is when headers tell most."""
    return entry.kind in ("open", "request")


def _why(log: Log, entry: Entry) -> dict[str, Any]:
    causes = _causes(log, entry)
    raised = _raised(log, entry)
    if raised is not None and raised not in causes:
        causes.append(raised)
    effects, more = _effects(log, entry)
    return {
        "causes": [_line(log, Group((each,))) for each in causes],
        "spontaneous": entry.spontaneous,
        "after": _after(log, entry),
        "to": _receivers(log, entry),
        "effects": effects,
        "more": more,
        "printed": _printed(log, entry),
    }


def _meant(entry: Entry, controls: Controls | None) -> str:
    is_missing = entry.kind in ("response", "refuse") and entry.code == 404
    return controls.meant(entry.seq) if is_missing and controls is not None else ""


def _line(log: Log, group: Group) -> dict[str, Any]:
    first = group.first
    line = f" · {first.where}" if first.kind == "exception" and first.where else ""
    said = sendable(what(first, 80) + line)
    return {"seq": first.seq, "who": sendable(who(log, group)), "what": said}


def _causes(log: Log, entry: Entry) -> list[Entry]:
    """Return what set an entry off, and what set that off, the first of all first."""
    found: list[Entry] = []
    cause = entry.cause
    while cause is not None and len(found) < MOST_CAUSES:
        before = log.entry(cause)
        if before is None:
            break
        found.append(before)
        cause = before.cause
    return found[::-1]


def _after(log: Log, entry: Entry) -> dict[str, Any] | None:
    """Return the newest message to a server elsewhere before one from there: it may answer it."""
    exchange = log.exchange(entry.exchange)
    if exchange is None or not exchange.far or entry.kind not in MESSAGES:
        return None
    for seq in range(entry.seq - 1, max(0, entry.seq - MOST_BEFORE), -1):
        each = log.entry(seq) if entry.sender == "client" else None
        if each is not None and each.exchange == entry.exchange and each.kind in MESSAGES:
            return _line(log, Group((each,))) if each.sender == "server" else None
    return None


def _raised(log: Log, entry: Entry) -> Entry | None:
    """Return the exception for which the app answered with an error, or closed the connection.

    Both are due to the same message; that the one led to the other only their order says.
    """
    if entry.sender != "server" or not _is_failure(entry):
        return None
    # It is in the same exchange, and nothing but what the handler printed comes in between.
    near = log.since(max(entry.seq - HORIZON, 1) - 1, HORIZON)
    found = [
        each
        for each in near
        if each.exchange == entry.exchange and each.seq < entry.seq and each.kind == "exception"
    ]
    return found[-1] if found else None


def _is_failure(entry: Entry) -> bool:
    """Return whether an entry says that a handler has failed: a status of 5xx, or 1011."""
    code = entry.code or 0
    if entry.kind in ("response", "refuse"):
        return code >= 500
    # A response that was cut short has no code.
    return entry.kind == "close" and (code == 1011 or (entry.note == "not clean" and not code))


def _receivers(log: Log, entry: Entry) -> dict[str, Any] | None:
    """Return to whom a broadcast went, and how long that took."""
    if entry.sender != "server" or entry.kind not in MESSAGES:
        return None
    for group in fold(_up_to_its_like(log.since(entry.seq - 1, HORIZON))):
        if group.first.seq == entry.seq and len(group.entries) > 1:
            seconds = group.entries[-1].at - group.entries[0].at
            names = [client_of(log, each) for each in group.entries]
            return {"names": names[:100], "count": len(names), "seconds": seconds}
    return None


def _up_to_its_like(near: list[Entry]) -> list[Entry]:
    """Return the entries up to the last that may be one more send of the first: folding is slow."""
    last = 0
    for place, each in enumerate(near):
        if each.cause == near[0].cause and each.data == near[0].data:
            last = place
    return near[: last + 1]


def _effects(log: Log, entry: Entry) -> tuple[list[dict[str, Any]], int]:
    """Return what an entry set off, with what that set off below it, and how much more there is."""
    depths = {entry.seq: 0}
    caused: list[Entry] = []
    for each in log.since(entry.seq, HORIZON):
        if each.cause in depths and each.kind != "print":
            depths[each.seq] = depths[each.cause] + 1
            caused.append(each)
    groups = list(fold(caused))
    lines = [
        {**_line(log, group), "depth": depths[group.first.seq]} for group in groups[:MOST_EFFECTS]
    ]
    return lines, len(groups) - len(lines)


def _printed(log: Log, entry: Entry) -> str:
    """Return what the handler printed over the message that this entry is, or comes from."""
    origin = entry.cause if entry.sender == "server" and entry.cause is not None else entry.seq
    lines = [
        each.data
        for each in log.since(origin, HORIZON)
        if each.kind == "print" and each.cause == origin and isinstance(each.data, str)
    ]
    return sendable("\n".join(lines))[:PRINTED]
