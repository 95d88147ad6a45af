"""Packets and frames keep the rules of the RFCs, by the RFCs' own examples where there are any."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.exports.packets import (
    ACK,
    SYN,
    Stream,
    handshake_answer,
    handshake_key,
    http_head,
    packet,
    websocket_frame,
)

CLIENT, SERVER = (b"\x7f\x00\x00\x02", 50_000), (b"\x7f\x00\x00\x01", 80)


def summed(data: bytes) -> int:
    """Return the internet checksum of data that has one in it: nought if it is right."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


@given(st.binary(max_size=300), st.integers(0, 2**40), st.integers(0, 2**40))
def test_checksums_are_right(data: bytes, seq: int, ack: int) -> None:
    made = packet(CLIENT, SERVER, seq, ack, ACK, data)
    assert summed(made[:20]) == 0
    pseudo = CLIENT[0] + SERVER[0] + struct.pack(">BBH", 0, 6, len(made) - 20)
    assert summed(pseudo + made[20:]) == 0
    assert made.endswith(data)


@pytest.mark.parametrize(
    ("opcode", "payload", "mask", "frame"),
    [
        (1, b"Hello", None, "81 05 48 65 6c 6c 6f"),
        (1, b"Hello", 0x37FA213D, "81 85 37 fa 21 3d 7f 9f 4d 51 58"),
        (9, b"Hello", None, "89 05 48 65 6c 6c 6f"),
        (8, b"", None, "88 00"),
    ],
)
def test_frames_are_those_of_rfc_6455_section_5_7(
    opcode: int, payload: bytes, mask: int | None, frame: str
) -> None:
    assert websocket_frame(opcode, payload, mask) == bytes.fromhex(frame)


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (125, "82 7d"), (126, "82 7e 00 7e"), (256, "82 7e 01 00"), (65_535, "82 7e ff ff"),
        (65_536, "82 7f 00 00 00 00 00 01 00 00"),
    ],
)  # fmt: skip
def test_a_frames_length_takes_the_bytes_it_needs(size: int, head: str) -> None:
    made = websocket_frame(2, bytes(size), None)
    assert made == bytes.fromhex(head) + bytes(size)


@given(st.binary(max_size=40), st.integers(1, 2**32 - 1))
def test_masking_twice_is_not_masking(payload: bytes, mask: int) -> None:
    masked = websocket_frame(2, payload, mask)[6:]
    assert websocket_frame(2, masked, mask)[6:] == payload


def test_the_handshake_is_answered_as_in_rfc_6455_section_1_3() -> None:
    assert handshake_answer("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert len(handshake_key(7)) == 24


def test_a_header_cannot_end_its_line() -> None:
    said = http_head("GET / HTTP/1.1", [("a", "b\r\nc: d"), ("e", "ü")])
    assert said == "GET / HTTP/1.1\r\na: b  c: d\r\ne: ü\r\n\r\n".encode()


def numbers(made: Sequence[bytes]) -> list[tuple[int, int, int, int]]:
    """Return who sends, the number, the other's number, and how much it carries."""
    heads = [(each[15], struct.unpack(">II", each[24:32]), len(each) - 40) for each in made]
    return [(source, *numbers, size) for source, numbers, size in heads]


def test_the_numbers_of_both_sides_fit() -> None:
    stream = Stream(CLIENT, SERVER)
    made = [*stream.connect(), *stream.send("client", b"x" * 20_000), *stream.finish("server")]
    assert numbers(made) == [
        (2, 0, 0, 0), (1, 0, 1, 0), (2, 1, 1, 0),
        (2, 1, 1, 16_384), (1, 1, 16_385, 0), (2, 16_385, 1, 3_616),
        (1, 1, 20_001, 0), (2, 20_001, 2, 0), (1, 2, 20_002, 0),
    ]  # fmt: skip
    assert made[0][33] == SYN
    assert stream.send("client", b"") == []
