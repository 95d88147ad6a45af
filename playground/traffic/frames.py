"""WebSocket frames (RFC 6455 5.2) as entries: what a frame was on the wire, and its note.

Law of the room: the payload of a data frame is part of a message, which has an entry of its own, so
that of each frame its header is kept, and of its payload the first 64 bytes as they were on the
wire, masked and compressed; credentials among them are covered (`heads`). Whatever a header says of
a frame, its note says too: where the wire's bytes were not seen, the note is all there is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from playground.traffic.heads import header_size, key_of, mixed
from playground.traffic.model import MESSAGES, Entry, Sender
from playground.traffic.record import Record

Opcode = Literal[
    "continuation", "text", "binary", "close", "ping", "pong",
    "reserved 3", "reserved 4", "reserved 5", "reserved 6", "reserved 7",
    "reserved 11", "reserved 12", "reserved 13", "reserved 14", "reserved 15",
]  # fmt: skip

OPCODES: Final[dict[int, Opcode]] = {
    0x0: "continuation",
    0x1: "text",
    0x2: "binary",
    0x3: "reserved 3",
    0x4: "reserved 4",
    0x5: "reserved 5",
    0x6: "reserved 6",
    0x7: "reserved 7",
    0x8: "close",
    0x9: "ping",
    0xA: "pong",
    0xB: "reserved 11",
    0xC: "reserved 12",
    0xD: "reserved 13",
    0xE: "reserved 14",
    0xF: "reserved 15",
}
"""The names of opcodes: RFC 6455 5.2. No endpoint takes those that are reserved."""

CONTROL: Final = frozenset({"close", "ping", "pong"})
"""Control frames carry no part of a message (RFC 6455 5.5)."""

# Bytes that uvicorn and websockets put into a ping of their own.
_RANDOM: Final = 4

_REFUSED: Final = "not taken"
_COVERED: Final = "credential covered"
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
        header: Its first 2 to 14 bytes as they passed the wire, up to the masking key; b"" if they
            were not seen.
        head: The first 64 bytes of its payload as they passed the wire, masked and compressed.
        covered: Whether there were credentials in these bytes, which are stars now.
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
    header: bytes = b""
    head: bytes = b""
    covered: bool = False

    @property
    def key(self) -> bytes:
        """The masking key; b"" if it has none, or its header was not seen."""
        return key_of(self.header)

    @property
    def plain(self) -> bytes:
        """The head unmasked; of a compressed frame it is still compressed."""
        return mixed(self.head, self.key)


def note_of(frame: Frame) -> str:
    """Return the note of a frame's entry, which `frame_of` reads: ``text, FIN, RSV1, masked …``."""
    wire = None if frame.wire == frame.size else frame.wire
    return _note(
        frame.opcode, frame.fin, frame.reserved, frame.masked, wire, frame.taken, frame.covered
    )


@lru_cache(maxsize=256)
def _note(
    opcode: Opcode,
    fin: bool,
    reserved: tuple[int, ...],
    masked: bool,
    wire: int | None,
    taken: bool,
    covered: bool,
) -> str:
    """Put together what most frames of a connection have in common."""
    parts: list[str] = [opcode]
    if fin:
        parts.append("FIN")
    parts += [f"RSV{number}" for number in reserved]
    if masked:
        parts.append("masked")
    if wire is not None:
        parts.append(f"compressed to {wire} byte{'' if wire == 1 else 's'}")
    if not taken:
        parts.append(_REFUSED)
    if covered:
        parts.append(_COVERED)
    return ", ".join(parts)


def raw_of(frame: Frame) -> bytes | None:
    """Return the bytes of a frame that its entry keeps, header and head; None if none were seen."""
    return frame.header + frame.head or None


def data_of(frame: Frame) -> str | bytes | None:
    """Return the data of a frame's entry: a close's reason, a ping's payload; else None."""
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
    """Return the close code in a frame; None if it has no code, or is no close frame."""
    if frame.opcode != "close" or len(frame.payload) < 2:
        return None
    return int.from_bytes(frame.payload[:2], "big")


def frame_of(entry: Entry) -> Frame | None:
    """Return the frame that an entry records; None for an entry of another kind."""
    opcode, *flags = (entry.note or "").split(", ")
    known = next((name for name in OPCODES.values() if name == opcode), None)
    if entry.kind != "frame" or known is None:
        return None
    raw = entry.raw or b""
    size = header_size(raw)
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
        header=raw[:size],
        head=raw[size:],
        covered=_COVERED in flags,
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
    """Return a record without its frames; `hidden_frames` says how many it leaves out."""
    kept = [entry for entry in record if entry.kind != "frame"]
    if len(kept) == len(record):
        return record
    shown = record[:].having(kept)
    shown.hidden_frames = len(record) - len(kept)
    shown.hidden_checks = record.hidden_checks
    return shown


def is_whole_message(entry: Entry) -> bool:
    """Return whether an entry is a frame that is all of a message."""
    whole = tuple(f"{opcode}, FIN" for opcode in MESSAGES)
    return entry.kind == "frame" and (entry.note or "").startswith(whole)
