"""Each field of a header says what it is in this frame, and which rule it breaks."""

from __future__ import annotations

import pytest

from playground.traffic.anatomy import anatomy, closing
from playground.traffic.frames import Frame, Opcode
from playground.traffic.model import Sender

HEADER = bytes.fromhex("81 85 37 fa 21 3d")


def frame(header: str, sender: Sender = "client", opcode: Opcode = "text", **how: bool) -> Frame:
    return Frame(sender, opcode, True, 5, 5, header=bytes.fromhex(header))._replace(**how)  # type: ignore[arg-type]


def test_the_fields_are_those_of_rfc_6455_section_5_2() -> None:
    parts = anatomy(frame("81 85 37 fa 21 3d"))
    assert [(part.name, part.bits, part.value) for part in parts] == [
        ("FIN", 1, "1"), ("RSV1", 1, "0"), ("RSV2", 1, "0"), ("RSV3", 1, "0"),
        ("opcode", 4, "0x1"), ("MASK", 1, "1"), ("Payload len", 7, "5"),
        ("Masking-key", 32, "37 fa 21 3d"),
    ]  # fmt: skip
    assert sum(part.bits for part in parts) == 8 * len(HEADER)
    assert anatomy(Frame("client", "text", True, 5, 5)) == []


@pytest.mark.parametrize(
    ("header", "sender", "name", "says"),
    [
        ("01 02", "server", "FIN", "Not set: more frames of the message follow."),
        ("80 02", "server", "FIN", "Set: the message ends here."),
        ("81 02", "server", "FIN", "Set: the message is whole in this frame."),
        ("89 02", "server", "FIN", "Set: a control frame is always whole."),
        ("09 02", "server", "FIN", "Not set: but a control frame must not be in fragments"),
        ("c1 02", "server", "RSV1", "Set: the message is compressed"),
        ("a1 02", "server", "RSV2", "Set: but no extension that uses it was agreed on"),
        ("83 02", "server", "opcode", "Reserved: nobody knows such frames, so it is refused."),
        ("81 02", "server", "MASK", "Not set: what a server sends is never masked."),
        ("81 02", "client", "MASK", "Not set: but a client must mask what it sends"),
        ("81 82 01 02 03 04", "server", "MASK", "but a server must not mask."),
        ("81 01", "server", "Payload len", "Up to 125 it is the length itself: 1 byte."),
        ("81 7e 01 00", "server", "Payload len", "126: the length stands in the next 16 bits."),
        ("81 7e 01 00", "server", "Extended payload length", "The payload has 256 bytes."),
        ("89 7e 00 7e", "server", "Extended payload length", "A control frame may have 125"),
        (
            "82 7f 00 00 00 00 00 01 00 00", "server", "Extended payload length",
            "The payload has 65,536 bytes.",
        ),
    ],
)  # fmt: skip
def test_a_field_says_what_it_means_here(header: str, sender: Sender, name: str, says: str) -> None:
    opcode: Opcode = "ping" if header.endswith("7e 00 7e") else "text"
    parts = {part.name: part.says for part in anatomy(frame(header, sender, opcode))}
    assert says in parts[name]


def test_a_bit_of_a_frame_that_was_refused_is_no_compression() -> None:
    parts = anatomy(frame("c1 02", "server", taken=False))
    assert "no extension that uses it" in parts[1].says


@pytest.mark.parametrize(
    ("payload", "size", "code", "says", "reason"),
    [
        (b"\x03\xe8bye", 5, 1000, "1000: normal closure.", "bye"),
        (b"", 0, 0, "Nothing: no code and no reason, which a program is told as 1005.", ""),
        (b"", 1, 0, "One byte alone is no code, so the frame is refused.", ""),
        (b"\x27\x0f", 2, 9999, "9999: a code that no standard has.", ""),
    ],
)
def test_a_close_says_code_and_reason(
    payload: bytes, size: int, code: int, says: str, reason: str
) -> None:
    close = Frame("client", "close", True, size, size, payload=payload)
    assert closing(close) == {"code": code, "says": says, "reason": reason}
    assert closing(Frame("client", "ping", True, 0, 0)) is None
