"""A short message is read and written as the websockets library would; all else is left to it."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

from playground.traffic.heads import mixed
from playground.transports import short_frames
from playground.transports.short_frames import Masking, from_client, from_server, of_server

SIZES = [0, 1, 125, 126, 127, 65_535]
MESSAGES = [each for size in SIZES for each in ("x" * size, b"\xff" * size)] + ["ß€😀"]


def frame(message: str | bytes, *, mask: bool, **marks: Any) -> bytes:
    is_text = isinstance(message, str)
    data = message.encode() if isinstance(message, str) else message
    opcode = Opcode.TEXT if is_text else Opcode.BINARY
    return Frame(opcode, data, **marks).serialize(mask=mask, extensions=[])


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: f"{type(each).__name__}{len(each)}")
def test_a_short_message_is_read_and_written_as_the_library_does(message: str | bytes) -> None:
    assert from_client(frame(message, mask=True)) == message
    assert from_server(frame(message, mask=False)) == message
    assert of_server(message) == frame(message, mask=False)
    server = Protocol(Side.SERVER)
    server.receive_data(Masking().frame(message) or b"")
    [event] = server.events_received()
    assert isinstance(event, Frame)
    read = bytes(event.data)
    assert (read.decode() if event.opcode is Opcode.TEXT else read) == message


def others(mask: bool) -> dict[str, bytes]:
    one = frame("one", mask=mask)
    return {
        "two": one + one,
        "a part": one[:-1],
        "a header": one[:1],
        "nothing": b"",
        "of the other side": frame("one", mask=not mask),
        "a fragment": frame("one", mask=mask, fin=False),
        "a reserved bit": bytes([one[0] | 0x40]) + one[1:],
        "a continuation": Frame(Opcode.CONT, b"one").serialize(mask=mask, extensions=[]),
        "a ping": Frame(Opcode.PING, b"").serialize(mask=mask, extensions=[]),
        "a close": Frame(Opcode.CLOSE, b"").serialize(mask=mask, extensions=[]),
        "no utf-8": Frame(Opcode.TEXT, b"\xff").serialize(mask=mask, extensions=[]),
        "a long one": frame("x" * 65_536, mask=mask),
        "the beginning of a longer one": frame("x" * 200, mask=mask)[:3],
    }


@pytest.mark.parametrize("what", others(True))
def test_all_else_is_left_to_the_library(what: str) -> None:
    assert from_client(others(True)[what]) is None
    assert from_server(others(False)[what]) is None


def test_what_is_too_long_is_left_to_the_library() -> None:
    assert of_server("x" * 65_536) is None
    assert Masking().frame(b"x" * 65_536) is None


def test_a_mask_is_put_on_and_taken_off() -> None:
    for size in (0, 3, 4, 1000):
        data, key = bytes(number % 251 for number in range(size)), b"\x01\x80\xff\x10"
        assert short_frames.apply_mask(data, key) == mixed(data, key)


def test_no_two_frames_have_the_same_mask() -> None:
    masking = Masking()
    keys = {(masking.frame("x") or b"")[2:6] for _ in range(1000)}
    assert len(keys) == 1000
