"""The messages of a WebSocket in HAR, as rows: ``_webSocketMessages``, whoever wrote them.

Chrome's have a ``type``, a ``time`` in seconds, an ``opcode`` (RFC 6455 5.2) and ``data``, which is
base64 for a binary one. Others leave some out or call them otherwise, and are read all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from playground.exports import lenient
from playground.exports.fields import MOST_CODES, shown
from playground.exports.har_rows import Losses, Row
from playground.traffic.frames import OPCODES, Frame, data_of, note_of
from playground.traffic.model import Sender

FIELD: Final = "_webSocketMessages"

_SENDERS: Final[dict[str, Sender]] = {
    **dict.fromkeys(("send", "sent", "out", "outgoing", "client", "request"), "client"),
    **dict.fromkeys(("receive", "received", "in", "incoming", "server", "response"), "server"),
}
_BY_NAME: Final[dict[str, int]] = {name: opcode for opcode, name in OPCODES.items()}
_TEXT, _BINARY, _CLOSE = (_BY_NAME[each] for each in ("text", "binary", "close"))
_CONTROL: Final = frozenset({_BY_NAME["ping"], _BY_NAME["pong"]})

# RFC 6455 7.4: what a close frame may say, and what stands for one that says nothing.
_CODES: Final = range(1000, 5000)
_NO_STATUS: Final = 1005


def has_messages(entry: dict[str, Any]) -> bool:
    """Return whether something went over a WebSocket, so that it was open."""
    return any(isinstance(each, dict) and _sender(each) for each in lenient.items(entry, FIELD))


def first_moment(entry: dict[str, Any]) -> float | None:
    """Return the time of the first message that has one, if it is a time of day."""
    return next(_moments(_objects(entry)), None)


def last_moment(entry: dict[str, Any]) -> float | None:
    """Return the time of the last message that has one, if it is a time of day."""
    return next(_moments(reversed(_objects(entry))), None)


def _moments(found: Iterable[dict[str, Any]]) -> Iterator[float]:
    times = (lenient.moment(each.get("time")) for each in found)
    # Some count from the beginning of the connection.
    return (at for at in times if at is not None and at > 1e9)


def messages(entry: dict[str, Any], after: float, losses: Losses) -> Iterator[Row]:
    """Yield the messages of an entry as rows.

    Args:
        after: The time of what came before, for a message without one.
    """
    found = entry.get(FIELD)
    if found is not None and not isinstance(found, list):
        losses.part(f"has {FIELD!r} that are no list: {shown(found)}")
    for number, each in enumerate(lenient.items(entry, FIELD)):
        if not isinstance(each, dict):
            losses.part(f"has a message {number} that is no object: {shown(each)}")
            continue
        at = lenient.moment(each.get("time"))
        after = after if at is None else at
        row = _row(each, after, number, losses)
        if row is not None:
            yield row


def _objects(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in lenient.items(entry, FIELD) if isinstance(each, dict)]


def _row(message: dict[str, Any], at: float, number: int, losses: Losses) -> Row | None:
    """Return a message as a row; None for what is no message, which is told."""
    sender, opcode = _sender(message), _opcode(message)
    data = lenient.first_text(message, "data", "payload", "payloadData", "text")
    if message.get("type") == "error":
        return Row(at, "lab", "lab", data or "error")
    if sender is None:
        losses.part(f"has a message {number} that nobody sent: type {shown(message.get('type'))}")
        return None
    if opcode == _CLOSE:
        return _close(message, at, sender, data or "")
    if data is None:
        losses.part(f"has a message {number} without data")
        return None
    if opcode in _CONTROL:
        return _frame(opcode, at, sender, data)
    if opcode not in (_TEXT, _BINARY):
        losses.part(f"has a message {number} that is neither text nor binary: opcode {opcode}")
        return None
    if opcode == _TEXT:
        return Row(at, "text", sender, data)
    decoded = lenient.base64(data)
    if decoded is None:
        losses.part(f"has a binary message {number} that is no base64, and stands as it is written")
        decoded = data.encode("utf-8", "replace")
    return Row(at, "binary", sender, decoded)


def _sender(message: dict[str, Any]) -> Sender | None:
    said = lenient.first_text(message, "type", "direction", "dir") or ""
    return _SENDERS.get(said.lower())


def _opcode(message: dict[str, Any]) -> int:
    """Return a message's opcode; where it has none, it is text unless it says otherwise."""
    said = message.get("opcode")
    found = lenient.whole(said)
    if found is None and isinstance(said, str):
        found = _BY_NAME.get(said.lower())
    if found is not None:
        return found
    return _BINARY if str(message.get("encoding")).lower() == "base64" else _TEXT


def _close(message: dict[str, Any], at: float, sender: Sender, data: str) -> Row:
    """Return a close as a row: code and reason stand in its payload, or beside it."""
    body = (lenient.base64(data) if data else b"") or b""
    coded = int.from_bytes(body[:2], "big") if len(body) > 1 else 0
    reason = body[2:].decode("utf-8", "replace") if coded in _CODES else data
    code = lenient.whole(message.get("code"))
    if code is None or not 0 <= code <= MOST_CODES:
        code = coded if coded in _CODES else _NO_STATUS
    beside = lenient.first_text(message, "reason")
    return Row(at, "close", sender, reason if beside is None else beside, code, "clean")


def _frame(opcode: int, at: float, sender: Sender, data: str) -> Row:
    """Return a ping or a pong as a row; Chrome has its payload in base64, as that of bytes."""
    payload = lenient.base64(data)
    payload = data.encode("utf-8", "replace") if payload is None else payload
    size = len(payload)
    frame = Frame(
        sender, OPCODES[opcode], True, size, size, masked=sender == "client", payload=payload
    )
    return Row(at, "frame", sender, data_of(frame), note=note_of(frame))
