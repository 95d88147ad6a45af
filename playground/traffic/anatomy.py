"""A frame taken apart: each field of its header with what it says here (RFC 6455 5.2).

Law of the room: what is said of a frame is true of this one. A bit that breaks a rule says which.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from playground.traffic.frames import CONTROL, OPCODES, Frame
from playground.traffic.heads import length_of
from playground.traffic.model import close_phrase

_MEANS: Final[dict[str, str]] = {
    "continuation": "the message that an earlier frame began goes on",
    "text": "a message begins that is text in UTF-8",
    "binary": "a message begins that is bytes",
    "close": "the closing handshake: nothing but its answer may follow",
    "ping": "the other side is to answer with a pong that holds the same",
    "pong": "it answers a ping",
}
_MOST_CONTROL: Final = 125


class Part(NamedTuple):
    """One field of a header.

    Attributes:
        name: As RFC 6455 5.2 calls it.
        bits: How many it takes.
        value: As a person reads it.
        says: What that means here, as a sentence.
    """

    name: str
    bits: int
    value: str
    says: str


def anatomy(frame: Frame) -> list[Part]:
    """Return the fields of a frame's header in their order; none if its bytes were not seen."""
    return list(_parts(frame)) if len(frame.header) > 1 else []


def _parts(frame: Frame) -> Iterator[Part]:
    first, second = frame.header[:2]
    opcode = OPCODES[first & 0x0F]
    yield Part("FIN", 1, str(first >> 7), _fin(bool(first & 0x80), opcode))
    for number in (1, 2, 3):
        bit = first >> (7 - number) & 1
        yield Part(f"RSV{number}", 1, str(bit), _reserved(number, bit, frame))
    yield Part("opcode", 4, f"0x{first & 0x0F:X}", _opcode(opcode))
    yield Part("MASK", 1, str(second >> 7), _mask(bool(second & 0x80), frame.sender))
    yield from _lengths(frame, second & 0x7F)
    if frame.key:
        yield Part(
            "Masking-key", 32, frame.key.hex(" "),
            "Four random bytes, new for each frame: each byte of the payload is XORed with the "
            "next of them, over and over.",
        )  # fmt: skip


def _fin(is_last: bool, opcode: str) -> str:
    if opcode in CONTROL:
        broken = "Not set: but a control frame must not be in fragments, so it is refused."
        return "Set: a control frame is always whole." if is_last else broken
    if is_last:
        begun = opcode == "continuation"
        return f"Set: {'the message ends here' if begun else 'the message is whole in this frame'}."
    return "Not set: more frames of the message follow."


def _reserved(number: int, bit: int, frame: Frame) -> str:
    if not bit:
        return "Not set: it is reserved for extensions."
    if number == 1 and frame.taken:
        return "Set: the message is compressed (permessage-deflate, RFC 7692)."
    return "Set: but no extension that uses it was agreed on, so it is refused."


def _opcode(opcode: str) -> str:
    if opcode not in _MEANS:
        return "Reserved: nobody knows such frames, so it is refused."
    name = opcode.capitalize()
    return f"{name}: {_MEANS[opcode]}."


def _mask(masked: bool, sender: str) -> str:
    if masked and sender == "client":
        return "Set: the payload is masked, as all that a client sends must be."
    if masked:
        return "Set: the payload is masked, but a server must not mask."
    if sender == "server":
        return "Not set: what a server sends is never masked."
    return "Not set: but a client must mask what it sends, so it is refused."


def _lengths(frame: Frame, form: int) -> Iterator[Part]:
    length = length_of(frame.header)
    said = f"{length:,} byte{'' if length == 1 else 's'}"
    over = (
        f" A control frame may have {_MOST_CONTROL} at most, so it is refused."
        if frame.opcode in CONTROL and length > _MOST_CONTROL
        else ""
    )
    if form <= _MOST_CONTROL:
        yield Part("Payload len", 7, str(form), f"Up to 125 it is the length itself: {said}.")
        return
    bits = 16 if form == 126 else 64
    yield Part("Payload len", 7, str(form), f"{form}: the length stands in the next {bits} bits.")
    yield Part("Extended payload length", bits, f"{length:,}", f"The payload has {said}.{over}")


def closing(frame: Frame) -> dict[str, str | int] | None:
    """Return what a close frame says: code, what that means, and reason; None for any other."""
    if frame.opcode != "close":
        return None
    payload = frame.payload
    if len(payload) < 2:
        broken = "One byte alone is no code, so the frame is refused."
        none = "Nothing: no code and no reason, which a program is told as 1005."
        return {"code": 0, "says": broken if frame.wire == 1 else none, "reason": ""}
    code = int.from_bytes(payload[:2], "big")
    says = f"{code}: {close_phrase(code) or 'a code that no standard has'}."
    return {"code": code, "says": says, "reason": payload[2:].decode("utf-8", "replace")}
