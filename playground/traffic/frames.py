"""Frames: what one was on the wire (RFC 6455 5.2), and how an entry's note says it.

Law of the room: the payload of a data frame is part of a message, which has an entry of its own, so
that of such a frame only sizes are kept.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from playground.traffic.model import MESSAGES, Entry, Sender
from playground.traffic.record import Record

Opcode = Literal["continuation", "text", "binary", "close", "ping", "pong"]

OPCODES: Final[dict[int, Opcode]] = {
    0x0: "continuation",
    0x1: "text",
    0x2: "binary",
    0x8: "close",
    0x9: "ping",
    0xA: "pong",
}
"""The names of opcodes: RFC 6455 5.2."""

CONTROL: Final = frozenset({"close", "ping", "pong"})
"""Control frames carry no part of a message (RFC 6455 5.5)."""

# Bytes that uvicorn and websockets put into a ping of their own.
_RANDOM: Final = 4

_REFUSED: Final = "not taken"
_COMPRESSED: Final = re.compile(r"compressed to (\d+) bytes?")
_RESERVED: Final = re.compile(r"RSV([123])")


class Frame(NamedTuple):
    """One frame, as it passed the wire.

    Attributes:
        sender: The side it came from.
        opcode: Its name.
        fin: Whether it is the last of its message.
        size: Payload bytes before compression; what passed the wire, if they cannot be known.
        wire: Payload bytes that passed the wire, compressed or not.
        reserved: Which of its reserved bits are set: 1 on the first frame of a compressed message
            (RFC 7692 6).
        masked: Whether its payload was masked, as a client's must be.
        taken: Whether it was understood; what was not ends the connection.
        payload: A control frame's, at most 125 bytes; of a data frame nothing.
    """

    sender: Sender
    opcode: Opcode
    fin: bool
    size: int
    wire: int
    reserved: tuple[int, ...] = ()
    masked: bool = False
    taken: bool = True
    payload: bytes = b""


def note_of(frame: Frame) -> str:
    """Return which frame it is, in words that `frame_of` reads: ``text, FIN, RSV1, masked …``."""
    parts: list[str] = [frame.opcode]
    if frame.fin:
        parts.append("FIN")
    parts += [f"RSV{number}" for number in frame.reserved]
    if frame.masked:
        parts.append("masked")
    if frame.wire != frame.size:
        parts.append(f"compressed to {frame.wire} byte{'' if frame.wire == 1 else 's'}")
    if not frame.taken:
        parts.append(_REFUSED)
    return ", ".join(parts)


def data_of(frame: Frame) -> str | bytes | None:
    """Return what an entry holds: a close's reason, a ping's payload; None of a data frame."""
    if frame.opcode not in CONTROL:
        return None
    if frame.opcode == "close":
        return frame.payload[2:].decode("utf-8", "replace")
    payload = frame.payload
    # What libraries send by themselves is four random bytes, which may happen to be letters.
    if len(payload) == _RANDOM or not payload.isascii():
        return payload
    text = payload.decode("ascii")
    return text if text.isprintable() else payload


def code_of(frame: Frame) -> int | None:
    """Return the code in a close frame; None if there is none in it, or it is another frame."""
    if frame.opcode != "close" or len(frame.payload) < 2:
        return None
    return int.from_bytes(frame.payload[:2], "big")


def frame_of(entry: Entry) -> Frame | None:
    """Return the frame that an entry tells of; None if it tells of something else."""
    opcode, *flags = (entry.note or "").split(", ")
    known = next((name for name in OPCODES.values() if name == opcode), None)
    if entry.kind != "frame" or known is None:
        return None
    compressed = [int(found[1]) for each in flags if (found := _COMPRESSED.fullmatch(each))]
    return Frame(
        entry.sender,
        known,
        fin="FIN" in flags,
        size=entry.size,
        wire=next(iter(compressed), entry.size),
        reserved=tuple(int(found[1]) for each in flags if (found := _RESERVED.fullmatch(each))),
        masked="masked" in flags,
        taken=_REFUSED not in flags,
        payload=_payload(entry, known),
    )


def _payload(entry: Entry, opcode: Opcode) -> bytes:
    if opcode not in CONTROL:
        return b""
    data = entry.data.encode("utf-8", "replace") if isinstance(entry.data, str) else entry.data
    # What was read from a file may be any number.
    known = entry.code is not None and 0 <= entry.code < 1 << 16
    code = (entry.code or 0).to_bytes(2, "big") if known else b""
    return code + (data or b"")


def without_frames(record: Record) -> Record:
    """Return a record for who has not asked for frames; it knows how many it leaves out."""
    kept = [entry for entry in record if entry.kind != "frame"]
    if len(kept) == len(record):
        return record
    shown = record[:].having(kept)
    shown.hidden_frames = len(record) - len(kept)
    return shown


def is_whole_message(entry: Entry) -> bool:
    """Return whether an entry is a frame that is all of a message."""
    whole = tuple(f"{opcode}, FIN" for opcode in MESSAGES)
    return entry.kind == "frame" and (entry.note or "").startswith(whole)
