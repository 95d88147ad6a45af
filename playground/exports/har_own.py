"""A reader of the HAR that `har` writes: what comes out is what went in, whole.

Law of the room: nothing is guessed. What is not as it was written is a `FormatError`, with the
number of the entry as ``log.entries`` counts, from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from playground.exports.conversations import turned
from playground.exports.fields import as_object, choice, field, objects, seconds, shown, whole
from playground.exports.har import OPCODES
from playground.exports.jsonl import entry_of, exchange_of
from playground.traffic.formats import FormatError
from playground.traffic.model import Entry, Exchange
from playground.traffic.record import Selection

_SENDERS: Final = {"send": "client", "receive": "server"}
_KINDS: Final = {OPCODES["text"]: "text", OPCODES["binary"]: "binary"}
_COUNTS: Final = ("last", "dropped", "unrecorded")


def record_of(log: dict[str, Any], entries: list[Any]) -> Selection:
    """Return what was written.

    Args:
        log: What `har` writes beside the entries, as ``_playground``.
        entries: HAR's.

    Raises:
        FormatError: If something is not as it was written.
    """
    exchanges: dict[int, Exchange] = {}
    found = [entry_of(each) for each in objects(log, "entries", [])]
    for number, each in enumerate(entries):
        try:
            entry = as_object(each, "it")
            exchange = _exchange(entry)
            if exchange.id in exchanges:
                raise FormatError(f"expected an exchange of its own, got {exchange.id} again")
            exchanges[exchange.id] = exchange
            found += _entries(entry, exchange)
        except FormatError as error:
            raise FormatError(f"entry {number}: {error}") from None
    found.sort(key=lambda entry: entry.seq)
    for one, other in pairwise(found):
        if one.seq == other.seq:
            raise FormatError(f"expected each number once, got two entries with 'seq' {one.seq}")
    counts = {each: whole(log, each, 0) for each in _COUNTS}
    counts["last"] = max(counts["last"], found[-1].seq if found else 0)
    return Selection(found, exchanges.values(), **counts)


def _exchange(entry: dict[str, Any]) -> Exchange:
    pairs = objects(field(entry, "request", dict), "headers", [])
    headers = [[field(each, "name", str), field(each, "value", str)] for each in pairs]
    return exchange_of({**field(entry, "_exchange", dict), "headers": headers})


def _entries(entry: dict[str, Any], whose: Exchange) -> Iterator[Entry]:
    """Yield the entries of an exchange: those in its messages, and those beside them."""
    exchange = whose.id
    rest = [entry_of(each) for each in objects(entry, "_entries", [])]
    for each in rest:
        if each.exchange != exchange:
            raise FormatError(
                f"expected 'exchange' to be {exchange} in each of its entries, got {each.exchange}"
            )
    yield from rest
    known = {each.seq for each in rest}
    for message in objects(entry, "_webSocketMessages", []):
        # A close has an entry beside the messages; among them it stands for other programs.
        if whole(message, "_seq", least=1) not in known:
            found = _message(message, exchange)
            yield turned(found) if whose.far else found


def _message(message: dict[str, Any], exchange: int) -> Entry:
    opcode = whole(message, "opcode")
    kind = _KINDS.get(opcode)
    if kind is None:
        raise FormatError(f"expected 'opcode' to be 1 or 2 in a message, got {shown(opcode)}")
    own = {name[1:]: value for name, value in message.items() if name.startswith("_")}
    head = {
        "at": seconds(message, "time"),
        "exchange": exchange,
        "kind": kind,
        "sender": _SENDERS[choice(message, "type", _SENDERS)],
    }
    payload = "data" if kind == "text" else "base64"
    return entry_of({**own, payload: field(message, "data", str), **head})
