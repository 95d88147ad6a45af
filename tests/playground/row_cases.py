"""The table of rows that both languages read: what Python sends of an entry, and what that says.

`tests/javascript/row-cases.json` has a row for every kind of entry, with every kind of payload,
with and without a note and a code. Run as a program this writes the table anew, as Python has it:
read the difference before you believe it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, get_args

from playground.exports.ladder.steps import step
from playground.traffic.model import Entry, Exchange, Kind, Sender
from playground.traffic.record import Selection
from playground.traffic.summary import Group, one_line, who
from playground.widgets.row import row, sendable

FILE = Path(__file__).parent.parent / "javascript" / "row-cases.json"

EXCHANGES = [
    Exchange(1, "websocket", "alice", path="/chat"),
    Exchange(2, "websocket", "dan", path="/socket.io/?EIO=4&transport=websocket"),
]

PAYLOADS: list[str | bytes | None] = [None, "hi\tyou", "y" * 201, b"\x00\xff", bytes(25)]

# A note as an entry of that kind has it; of any other kind it is a word.
NOTES = {
    "open": "chat, json",
    "close": "not clean",
    "request": "POST",
    "response": "text/plain",
    "body": "16,777,216 bytes not kept",
    "event": "tick",
    "exception": "In[7], line 6, in ws_chat\n    rooms[name]",
    "print": "stdout",
    "link": "delivered",
    "pause": "paused",
    "frame": "ping, FIN, masked",
}
CODES = {"refuse": 404, "response": 200, "close": 1011, "frame": 1001}

# What no combination of the above comes to.
ODD: list[dict[str, Any]] = [
    {"kind": "response", "sender": "server", "data": "no", "code": 404, "note": "text/plain"},
    {"kind": "response", "sender": "server", "data": "404 Not Found", "code": 404},
    {"kind": "response", "sender": "server", "data": "4045 sold", "code": 404},
    {"kind": "refuse", "sender": "server", "data": "500 Internal Server Error", "code": 500},
    {"kind": "close", "sender": "client", "data": "bye", "code": 1000, "note": "clean"},
    {"kind": "close", "sender": "client", "data": "bye", "code": 4001, "note": "clean"},
    {"kind": "frame", "sender": "client", "data": "bye", "code": 1000, "note": "close, FIN"},
    {"kind": "frame", "sender": "server", "size": 9, "note": "text, FIN, not taken"},
    {"kind": "swap", "sender": "lab", "data": "revision 2 on stage · In[7]", "revision": 2},
    {"kind": "text", "sender": "client", "exchange": 2, "data": "2"},
    {"kind": "text", "sender": "client", "exchange": 2, "data": '421["say \u202e","x"]'},
    {"kind": "binary", "sender": "server", "exchange": 2, "data": b"abc"},
    {"kind": "response", "sender": "server", "exchange": 2, "data": "40", "code": 200},
    {"kind": "text", "sender": "client", "data": "💬 \ud800"},
    {"kind": "exception", "sender": "server", "data": "KeyError: 1", "where": "In[7]:6"},
    {"kind": "event", "sender": "server", "data": "event: a\nid: 7\ndata: 1\n\n", "note": "a"},
    {"kind": "event", "sender": "server", "data": "data: a\ndata: b\r\n\n", "note": "message"},
    {"kind": "event", "sender": "server", "data": b"data: \xff\n\n", "note": "message"},
    {"kind": "event", "sender": "server", "data": "data\nid: 8\n\n", "note": "message"},
    {"kind": "event", "sender": "server", "data": f"data: {'x' * 300}\n\n", "note": "long"},
]


def cases() -> list[dict[str, Any]]:
    """Return a case for each entry: the entry, what is sent of it, and what it says."""
    return [_case(entry) for entry in _entries()]


def _entries() -> Iterator[Entry]:
    kinds: tuple[Kind, ...] = get_args(Kind)
    every = product(kinds, PAYLOADS, (False, True), (False, True))
    for number, (kind, data, noted, coded) in enumerate(every, 1):
        note = NOTES.get(kind, "a note") if noted else None
        code = CODES.get(kind, 4000) if coded else None
        exchange, sender = _whose(kind)
        size = len(data or "")
        yield Entry(number, 100.0, exchange, kind, sender, data, size, None, 1, None, code, note)
    for odd, fields in enumerate(ODD, 1001):
        known: dict[str, Any] = {"exchange": 1, "revision": 1, **fields}
        yield Entry(odd, 100.0, **{"size": len(known.get("data", "")), **known})


def _whose(kind: Kind) -> tuple[int, Sender]:
    if kind in ("swap", "lab"):
        return 0, "lab"
    return 1, "client" if kind in ("open", "request", "body") else "server"


def _case(entry: Entry) -> dict[str, Any]:
    record = Selection([entry], EXCHANGES)
    shown = step(record, Group((entry,)))
    said = [who(record, Group((entry,))), one_line(record, entry), shown.chip, shown.label]
    row = sent(entry, record.exchange(entry.exchange))
    return {"row": row, "said": [sendable(each) for each in said], "tone": shown.tone}


def sent(entry: Entry, exchange: Exchange | None) -> dict[str, Any]:
    """Return what is sent of an entry; a fingerprint is 1, for it is another in each kernel."""
    found = row(entry, exchange)
    return {**found, "cut": 1} if "cut" in found else found


def written() -> str:
    """Return the table as the file has it, a line for each case."""
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases())
    exchanges = {each.id: [each.protocol, each.client, each.path] for each in EXCHANGES}
    return f'{{"exchanges": {json.dumps(exchanges)},\n"cases": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
