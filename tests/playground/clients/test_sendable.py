"""Frames made by hand are the bytes that were meant, also where they break the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.clients.sendable import frame_bytes, raw_bytes
from playground.traffic.formats import FORMATS
from playground.traffic.frames import frame_of
from playground.traffic.heads import header_size, key_of, length_of, mixed
from playground.transports import ClientClosed
from tests.playground.lab_apps import Echo, serving

KEY = bytes.fromhex("37 fa 21 3d")


@pytest.mark.parametrize(
    ("frame", "raw"),
    [
        ({"opcode": 1, "payload": "Hello", "mask": False}, "81 05 48 65 6c 6c 6f"),
        ({"opcode": 1, "payload": b"Hello", "mask": KEY}, "81 85 37 fa 21 3d 7f 9f 4d 51 58"),
        ({"opcode": "text", "payload": "Hel", "fin": False, "mask": False}, "01 03 48 65 6c"),
        ({"opcode": 0, "payload": "lo", "mask": False}, "80 02 6c 6f"),
        ({"opcode": 11, "rsv1": True, "rsv3": 1, "mask": False}, "db 00"),
        ({"opcode": 2, "length": 126, "mask": False}, "82 7e 00 7e"),
        ({"opcode": 2, "length": 65_536, "mask": False}, "82 7f 00 00 00 00 00 01 00 00"),
    ],
)
def test_a_frame_is_the_bytes_of_rfc_6455_section_5_2(frame: Any, raw: str) -> None:
    assert frame_bytes(frame) == bytes.fromhex(raw)


@given(st.integers(0, 15), st.binary(max_size=300))
def test_a_pair_is_a_whole_masked_frame(opcode: int, payload: bytes) -> None:
    raw = frame_bytes((opcode, payload))
    header = raw[: header_size(raw)]
    assert header[0] == 0x80 | opcode
    assert (length_of(header), len(key_of(header))) == (len(payload), 4)
    assert mixed(raw[len(header) :], key_of(header)) == payload


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ("hi", "expected (opcode, payload) or a dict, got 'hi'; write {"),
        ((1, "a", "b"), "expected (opcode, payload) or a dict"),
        ({"payload": "hi"}, "expected a frame with an opcode and any of payload, fin"),
        ({"opcode": 1, "final": True}, "got 'final' in it"),
        ((16, "hi"), "expected an opcode from 0 to 15 or one of continuation, text"),
        ((True, "hi"), "got True; try 1"),
        (("pin", "hi"), "got 'pin'"),
        ((1, 5), "expected a payload of text or bytes, got 5"),
        ({"opcode": 1, "mask": b"abc"}, "expected a mask of True, False or 4 bytes"),
        ({"opcode": 1, "length": -1}, "expected a length from 0 to 2**63 - 1, got -1"),
    ],
)
def test_what_is_no_frame_is_refused_with_what_to_write(frame: Any, said: str) -> None:
    with pytest.raises((TypeError, ValueError)) as refused:
        frame_bytes(frame)
    assert said in str(refused.value)


def test_text_is_no_bytes() -> None:
    with pytest.raises(TypeError, match="expected the bytes of frames, got 'hi'"):
        raw_bytes("hi")


@pytest.mark.live
async def test_the_server_says_what_it_does_not_take_and_rows_say_who_did_what() -> None:
    lab = await serving(Echo, frames=True)
    alice = await lab.connect("/echo", client="alice")
    await alice.send_frames([{"opcode": 1, "payload": "he", "fin": False}, (9, b"!"), (0, "y")])
    assert await alice.receive() == "Echo: hey"
    await alice.send_raw(b"\x81\x02hi")
    close = await lab.until("client:alice kind:close")
    with pytest.raises(ClientClosed):
        await alice.receive()
    assert (alice.state, alice.code) == ("closed", 1002)
    wrong, answer = list(lab.log.filter("kind:frame"))[-2:]
    assert (wrong.sender, wrong.note, wrong.raw) == (
        "client", "text, FIN, not taken", b"\x81\x02hi",
    )  # fmt: skip
    assert (answer.sender, answer.code, answer.cause) == ("server", 1002, wrong.seq)
    assert (close.sender, close.code, close.data) == ("server", 1002, "incorrect masking")
    with pytest.raises(ClientClosed, match="1002"):
        await alice.send_raw(b"\x81\x02hi")


@pytest.mark.live
async def test_text_that_is_no_utf8_is_refused_with_1007_for_the_sake_of_its_frame() -> None:
    lab = await serving(Echo, frames=True)
    bob = await lab.connect("/echo", client="bob")
    await bob.send_frames([(1, b"\xff")])
    await lab.until("client:bob kind:close")
    text, close = lab.log.filter("kind:frame")[:2]
    assert (close.sender, close.code, close.cause) == ("server", 1007, text.seq)


@pytest.mark.live
async def test_a_credential_in_a_frame_is_in_the_clear_in_no_export_of_it(tmp_path: Path) -> None:
    lab = await serving(Echo, frames=True)
    carol = await lab.connect("/echo", client="carol")
    secret = b"s3cr3tV4lue"
    said: list[Any] = [("ping", b"token=" + secret), (1, b'{"token": "' + secret + b'"}')]
    await carol.send_frames(said)
    await carol.receive()
    frames = lab.log.filter("kind:frame")
    assert len(frames) == 4
    for suffix, known in FORMATS.items():
        path = tmp_path / f"frames{suffix}"
        if known.write is not None:
            frames.save(path, **({"app": "chat:Chat"} if suffix == ".py" else {}))
            assert secret not in path.read_bytes()
    assert secret.decode() not in repr(frames) + repr(list(frames))
    for entry in frames:
        frame = frame_of(entry)
        assert frame is not None
        assert frame.covered
        assert secret not in frame.plain + frame.payload
        assert entry.data is None or b"token=****" in str(entry.data).encode()


async def test_where_there_is_no_wire_it_is_said_and_nothing_is_broken() -> None:
    lab = await serving(Echo, "memory")
    alice = await lab.connect("/echo", client="alice")
    with pytest.raises(RuntimeError, match="expected a wire to send frames on, got transport="):
        await alice.send_frames([(1, "hi")])
    await alice.send("ho")
    assert await alice.receive() == "Echo: ho"
