"""HAR, read: what `har` wrote, whole; and what Chrome, mitmproxy, Playwright or Proxyman wrote.

Law of the room: what another tool saw is redacted before it enters, like all else. Of another
tool's clock only the order within one exchange is believed: there are some that write wall time,
and some that do not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from playground.traffic.conversations import bytes_of
from playground.traffic.fields import FormatError, as_object, field, objects, shown
from playground.traffic.har import OPCODES
from playground.traffic.jsonl import decoded, entry_of, exchange_of
from playground.traffic.model import Entry, Exchange, Kind, Sender
from playground.traffic.record import Selection
from playground.traffic.redact import redact_headers, redact_path

_SENDERS: Final[dict[str, Sender]] = {"send": "client", "receive": "server"}
_KINDS: Final[dict[int, Kind]] = {OPCODES["text"]: "text", OPCODES["binary"]: "binary"}
_SCHEMES: Final = frozenset({"ws", "wss"})


def loads(text: str) -> Selection:
    """Return the record that a HAR holds.

    Raises:
        FormatError: If it is no HAR; the message says where and why.
    """
    try:
        whole = as_object(json.loads(text), "the file")
    except json.JSONDecodeError as error:
        raise FormatError(f"expected JSON, got {shown(text)}; {error}") from None
    log = field(whole, "log", dict)
    entries = objects(log, "entries")
    if isinstance(log.get("_playground"), dict):
        return _ours(log["_playground"], entries)
    return _theirs(entries)


def _ours(log: dict[str, Any], entries: list[dict[str, Any]]) -> Selection:
    """Return what was written here, whole."""
    exchanges = []
    found = [entry_of(each) for each in objects(log, "entries", [])]
    for number, each in enumerate(entries):
        try:
            exchanges.append(_exchange(each))
            found += _told(each, exchanges[-1].id)
        except FormatError as error:
            raise FormatError(f"entry {number}: {error}") from None
    found.sort(key=lambda entry: entry.seq)
    counts = {each: field(log, each, int, 0) for each in ("last", "dropped", "unrecorded")}
    return Selection(found, exchanges, **counts)


def _exchange(entry: dict[str, Any]) -> Exchange:
    headers = [[each["name"], each["value"]] for each in _headers(field(entry, "request", dict))]
    return exchange_of({**field(entry, "_exchange", dict), "headers": headers})


def _told(entry: dict[str, Any], exchange: int) -> Iterator[Entry]:
    rest = [entry_of(each) for each in objects(entry, "_entries", [])]
    yield from rest
    known = {each.seq for each in rest}
    for message in objects(entry, "_webSocketMessages", []):
        own = {name[1:]: value for name, value in message.items() if name.startswith("_")}
        if own.get("seq") in known:
            continue
        row = _message(message)
        if row is not None:
            payload = {"base64" if row.kind == "binary" else "data": message["data"]}
            said = {"at": row.at, "exchange": exchange, "kind": row.kind, "sender": row.sender}
            yield entry_of({**own, **payload, **said})


class _Row(NamedTuple):
    """An entry that has no number yet. `set_off_by` is a place among the rows of its exchange."""

    at: float
    kind: Kind
    sender: Sender
    data: str | bytes | None = None
    code: int | None = None
    note: str | None = None
    set_off_by: int | None = None


def _theirs(entries: list[dict[str, Any]]) -> Selection:
    """Return what another tool wrote: numbered by time, in the order within each exchange."""
    exchanges, rows = [], []
    for number, each in enumerate(entries):
        try:
            exchanges.append(_seen(each, number + 1))
            latest = 0.0
            for place, row in enumerate(_rows(each, exchanges[-1])):
                latest = max(latest, row.at)
                rows.append((latest, number + 1, place, row))
        except FormatError as error:
            raise FormatError(f"entry {number}: {error}") from None
    rows.sort(key=lambda each: each[:3])
    seqs = {(exchange, place): seq for seq, (_, exchange, place, _) in enumerate(rows, 1)}
    return Selection(
        [_entry(row, at, seqs, exchange, place) for at, exchange, place, row in rows],
        exchanges,
        last=len(rows),
    )


def _entry(
    row: _Row, at: float, seqs: dict[tuple[int, int], int], exchange: int, place: int
) -> Entry:
    size = len(bytes_of(row.data))
    cause = None if row.set_off_by is None else seqs[exchange, row.set_off_by]
    seq = seqs[exchange, place]
    return Entry(
        seq, at, exchange, row.kind, row.sender, row.data, size, cause, code=row.code, note=row.note
    )


def _seen(entry: dict[str, Any], number: int) -> Exchange:
    """Return the exchange that an entry of HAR is, credentials redacted."""
    request = field(entry, "request", dict)
    url = urlsplit(field(request, "url", str))
    websocket = _is_websocket(entry)
    pairs = ((each["name"], each["value"]) for each in _headers(request))
    headers = redact_headers(
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in pairs
        if not name.startswith(":")  # HTTP/2 has these in place of the first line
    )
    offered = next((value for name, value in headers if name == "sec-websocket-protocol"), "")
    return Exchange(
        number,
        "websocket" if websocket else "http",
        field(entry, "_client", str, f"browser-{number}" if websocket else "browser"),
        field(request, "method", str, "GET"),
        redact_path((url.path or "/") + (f"?{url.query}" if url.query else "")),
        headers,
        tuple(each.strip() for each in offered.split(",") if each.strip()),
        _date(entry),
    )


def _is_websocket(entry: dict[str, Any]) -> bool:
    scheme = urlsplit(field(field(entry, "request", dict), "url", str)).scheme
    return scheme in _SCHEMES or "_webSocketMessages" in entry


def _headers(message: dict[str, Any]) -> list[dict[str, str]]:
    found = objects(message, "headers", [])
    return [{each: field(pair, each, str) for each in ("name", "value")} for pair in found]


def _date(entry: dict[str, Any]) -> float:
    text = field(entry, "startedDateTime", str)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise FormatError(f"expected 'startedDateTime' to be a date, got {shown(text)}") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _rows(entry: dict[str, Any], exchange: Exchange) -> Iterator[_Row]:
    status = field(field(entry, "response", dict), "status", int, 0)
    answered = exchange.opened + _wait(entry)
    if exchange.protocol == "http":
        yield _Row(exchange.opened, "request", "client", exchange.path, note=exchange.method)
        yield from _bodies(entry, exchange.opened, answered, status)
        return
    offered = ", ".join(exchange.subprotocols) or None
    yield _Row(exchange.opened, "open", "client", exchange.path, note=offered)
    if status == 101:
        yield _Row(answered, "accept", "server", _chosen(entry), set_off_by=0)
    elif status > 0:
        yield _Row(answered, "refuse", "server", _body(entry), code=status, set_off_by=0)
    for message in objects(entry, "_webSocketMessages", []):
        row = _message(message)
        if row is not None:
            yield row


def _wait(entry: dict[str, Any]) -> float:
    """Return the seconds until the answer began."""
    timings = field(entry, "timings", dict, {})
    parts = (field(timings, each, float, 0.0) for each in ("send", "wait"))
    return float(sum(max(0.0, each) for each in parts) / 1000)


def _bodies(entry: dict[str, Any], opened: float, answered: float, status: int) -> Iterator[_Row]:
    posted = field(field(entry, "request", dict), "postData", dict, {})
    sent = field(posted, "text", str, "")
    if sent:
        yield _Row(opened, "body", "client", sent)
    if status > 0:
        content = field(field(entry, "response", dict), "content", dict, {})
        kind = field(content, "mimeType", str, None)
        yield _Row(answered, "response", "server", _body(entry), status, kind, set_off_by=0)


def _body(entry: dict[str, Any]) -> str | bytes:
    content = field(field(entry, "response", dict), "content", dict, {})
    text: str = field(content, "text", str, "")
    return decoded(text) if content.get("encoding") == "base64" else text


def _chosen(entry: dict[str, Any]) -> str | None:
    headers = _headers(field(entry, "response", dict))
    chosen = (each["value"] for each in headers if each["name"].lower() == "sec-websocket-protocol")
    return next(chosen, None)


def _message(message: dict[str, Any]) -> _Row | None:
    """Return a message as a row; None for a ping, a pong or what is none, as Chrome does."""
    at, opcode = field(message, "time", float), field(message, "opcode", int)
    sender, data = _SENDERS.get(field(message, "type", str)), field(message, "data", str)
    if message["type"] == "error":
        return _Row(at, "lab", "lab", data)
    if sender is None:
        return None
    if opcode == OPCODES["close"]:
        body = decoded(data)
        code = int.from_bytes(body[:2], "big") if len(body) > 1 else 1005
        return _Row(at, "close", sender, body[2:].decode("utf-8", "replace"), code, "clean")
    kind = _KINDS.get(opcode)
    if kind is None:
        return None
    return _Row(at, kind, sender, data if kind == "text" else decoded(data))
