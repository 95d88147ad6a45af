"""A writer and a reader of JSON lines: a head, then a line for each exchange and each entry.

Law of the room: what is read is what was written, to the last byte. A file is only ever added to:
so one that ends in the middle of a line can be read up to there, and one that several labs were
written to holds them one after another.
"""

from __future__ import annotations

import json
import warnings
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from typing import Any, Final, get_args

from playground.exports.fields import (
    MOST_CODES,
    as_object,
    choice,
    field,
    parsed,
    seconds,
    shown,
    whole,
)
from playground.traffic.formats import FormatError
from playground.traffic.heads import MOST
from playground.traffic.model import Entry, Exchange, Kind, Sender
from playground.traffic.record import Record, Selection

VERSION: Final = 1
"""Of the format; it goes up when an older reader would misread a newer file."""

_MARK: Final = "playground log"
_BEGINNING: Final = f'{{"{_MARK}": {VERSION}}}'
_KINDS: Final = get_args(Kind)
_SENDERS: Final = get_args(Sender)
_PROTOCOLS: Final = ("http", "websocket")
_COUNTS: Final = ("last", "dropped", "unrecorded")

# Made once: `json.dumps` would make one for each line. Non-ASCII stands as it is, to be read.
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


def dumps(record: Record) -> str:
    """Return a record as JSON lines."""
    lines = [head({each: getattr(record, each) for each in _COUNTS})]
    lines += [line(exchange_fields(each)) for each in record.exchanges]
    lines += [line(entry_fields(each)) for each in record]
    return "".join(lines)


def head(counts: dict[str, int]) -> str:
    """Return the first line of a file, with the counts of the log that are known from the start."""
    return line({_MARK: VERSION, **counts})


def line(fields: dict[str, Any]) -> str:
    """Return fields as one line of JSON, its line break included."""
    text = _encode(fields)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which no file could hold
        text = json.dumps(fields)
    return text + "\n"


def entry_fields(entry: Entry) -> dict[str, Any]:
    """Return an entry as JSON, without empty fields. Bytes are `base64` instead of `data`.

    What is `raw` of a frame is base64 too.
    """
    seq, at, exchange, kind, sender, data, size, cause, revision, where, code, note, raw = entry
    fields: dict[str, Any] = {
        "seq": seq, "at": at, "exchange": exchange, "kind": kind, "sender": sender,
    }  # fmt: skip
    if isinstance(data, bytes):
        fields["base64"] = b64encode(data).decode("ascii")
    elif data is not None:
        fields["data"] = data
    fields["size"] = size
    if cause is not None:
        fields["cause"] = cause
    if revision:
        fields["revision"] = revision
    if where is not None:
        fields["where"] = where
    if code is not None:
        fields["code"] = code
    if note is not None:
        fields["note"] = note
    if raw is not None:
        fields["raw"] = b64encode(raw).decode("ascii")
    return fields


def exchange_fields(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as JSON; its id is called `exchange`, as in an entry."""
    fields = exchange._asdict()
    if not exchange.far:
        del fields["far"]
    return {"exchange": fields.pop("id"), **fields}


def loads(text: str) -> Selection:
    """Return the record that JSON lines hold; of several logs in them, the last.

    A last line that is not whole is left out with a warning: its writer was cut short.

    Raises:
        FormatError: With the number of the line that cannot be read, and why.
    """
    reading: _Reading | None = None
    start = text.rfind(f'\n{{"{_MARK}"') + 1
    for number, each in _lines(text[start:], 1 + text.count("\n", 0, start)):
        try:
            fields = as_object(parsed(each), "a line")
            if _MARK in fields:
                reading = _Reading(fields)
            elif reading is None:
                raise FormatError(f"expected {_BEGINNING} first, got {shown(fields)}")
            else:
                reading.take(fields)
        except FormatError as error:
            raise FormatError(f"line {number}: {error}") from None
    if reading is None:
        raise FormatError(f"expected {_BEGINNING} first, got an empty file")
    return reading.record()


def _lines(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers, without a last one that is not whole."""
    *whole, rest = text.split("\n")
    yield from ((number, each) for number, each in enumerate(whole, first) if each.strip())
    last = first + len(whole)
    if _is_json(rest):
        yield last, rest
    elif rest.strip():
        warnings.warn(f"line {last} is not whole and was left out: {shown(rest)}", stacklevel=3)


def _is_json(text: str) -> bool:
    try:
        parsed(text)
    except FormatError:
        return False
    return True


class _Reading:
    """What has been read so far of one log."""

    def __init__(self, head: dict[str, Any]) -> None:
        version = whole(head, _MARK)
        if version > VERSION:
            raise FormatError(
                f"expected version {VERSION} of the format, got {version}; "
                "a newer playground wrote this, so read it with that one"
            )
        self.entries: list[Entry] = []
        self.exchanges: list[Exchange] = []
        self.counts = dict.fromkeys(_COUNTS, 0)
        self._count(head)

    def take(self, fields: dict[str, Any]) -> None:
        """Take a line in."""
        if "seq" in fields:
            self.entries.append(entry_of(fields, after=self._last))
        elif "protocol" in fields:
            self.exchanges.append(exchange_of(fields))
        else:
            self._count(fields)

    def _count(self, fields: dict[str, Any]) -> None:
        for name in _COUNTS:
            self.counts[name] = whole(fields, name, self.counts[name])

    @property
    def _last(self) -> int:
        return self.entries[-1].seq if self.entries else 0

    def record(self) -> Selection:
        """Return what was read."""
        counts = {**self.counts, "last": max(self._last, self.counts["last"])}
        return Selection(self.entries, self.exchanges, **counts)


def entry_of(fields: dict[str, Any], after: int = 0) -> Entry:
    """Return the entry that `entry_fields` made JSON of.

    Args:
        after: The number of the entry before; numbers only ever rise.

    Raises:
        FormatError: If a field is not what it should be.
    """
    seq = whole(fields, "seq", least=1)
    if seq <= after:
        raise FormatError(f"expected a 'seq' above {after}, got {seq!r}")
    return Entry(
        seq,
        seconds(fields, "at"),
        whole(fields, "exchange"),
        choice(fields, "kind", _KINDS),
        choice(fields, "sender", _SENDERS),
        _data(fields),
        whole(fields, "size", 0),
        whole(fields, "cause", None),
        whole(fields, "revision", 0),
        field(fields, "where", str, None),
        whole(fields, "code", None, most=MOST_CODES),
        field(fields, "note", str, None),
        _raw(fields),
    )


def _raw(fields: dict[str, Any]) -> bytes | None:
    coded: str | None = field(fields, "raw", str, None)
    raw = None if coded is None else decoded(coded)
    if raw is not None and len(raw) > MOST:
        raise FormatError(f"expected 'raw' to be at most {MOST} bytes of a frame, got {len(raw)}")
    return raw


def _data(fields: dict[str, Any]) -> str | bytes | None:
    coded: str | None = field(fields, "base64", str, None)
    if coded is None:
        text: str | None = field(fields, "data", str, None)
        return text
    return decoded(coded)


def decoded(base64: str) -> bytes:
    """Return the bytes that base64 stands for.

    Raises:
        FormatError: If it is not base64.
    """
    try:
        return b64decode(base64, validate=True)
    except (NotBase64, ValueError):
        raise FormatError(f"expected base64, got {shown(base64)}") from None


def exchange_of(fields: dict[str, Any]) -> Exchange:
    """Return the exchange that `exchange_fields` made JSON of.

    Raises:
        FormatError: If a field is not what it should be.
    """
    return Exchange(
        whole(fields, "exchange", least=1),
        choice(fields, "protocol", _PROTOCOLS),
        _client(fields),
        field(fields, "method", str, "GET"),
        field(fields, "path", str, "/"),
        tuple(_header(each) for each in field(fields, "headers", list, [])),
        tuple(field({"subprotocol": each}, "subprotocol", str) for each in _offered(fields)),
        seconds(fields, "opened", 0.0),
        _far(fields),
    )


def _far(fields: dict[str, Any]) -> bool:
    found = fields.get("far", False)
    if not isinstance(found, bool):
        raise FormatError(f"expected 'far' to be true or false, got {shown(found)}")
    return found


def _client(fields: dict[str, Any]) -> str:
    name: str = field(fields, "client", str)
    if not name:
        raise FormatError("expected 'client' to be a name, got ''")
    return name


def _offered(fields: dict[str, Any]) -> list[Any]:
    offered: list[Any] = field(fields, "subprotocols", list, [])
    return offered


def _header(pair: Any) -> tuple[str, str]:
    match pair:
        case [str(name), str(value)]:
            return name, value
    raise FormatError(f"expected a header's name and value, got {shown(pair)}")
