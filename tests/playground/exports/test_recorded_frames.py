"""Frames that were recorded are in pcapng what they were: each field is what tshark reads there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import websockets

from micropie import App
from playground import Lab
from playground.traffic.frames import OPCODES, Frame, frame_of
from playground.traffic.heads import length_of
from playground.traffic.model import Entry
from tests.playground.lab_apps import serving

pytestmark = pytest.mark.live

SIZES = (0, 1, 4, 125, 126, 127, 65_535, 65_536)
CODES = {name: number for number, name in OPCODES.items()}
FIELDS = (
    "fin", "rsv", "opcode", "mask", "payload_length", "payload_length_ext_16",
    "payload_length_ext_64", "masking_key", "payload.text",
    "payload.close.status_code", "payload.close.reason", "reassembled.length",
)  # fmt: skip
CHECKED = ("-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE")

BROKEN: tuple[Any, ...] = (
    {"opcode": 1, "payload": "hi", "mask": False},
    {"opcode": 3, "payload": "hi"},
    {"opcode": 1, "payload": "hi", "rsv2": True, "rsv3": True},
    {"opcode": "ping", "payload": b"x" * 126},
    {"opcode": "ping", "payload": b"x", "fin": False},
    (0, "nothing to go on with"),
    (1, b"\xff\xfe"),
    (8, b"\x03"),
    (8, b"\x03\xed"),
)


class Talk(App):
    async def ws_talk(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            if message == "leave":
                await ws.close(4000, "enough, thank you")
            else:
                await (ws.send_text if isinstance(message, str) else ws.send_bytes)(message)


async def told(lab: Lab) -> None:
    """Have all kinds of frames sent, by both sides."""
    alice = await lab.connect("/talk", client="alice")
    for number, size in enumerate(SIZES):
        await alice.send("é" * (size // 2) + "e" * (size % 2) if number % 2 else bytes(size))
        await alice.receive()
    pieces: list[Any] = [
        {"opcode": 1, "payload": "he", "fin": False},
        ("ping", b"there?"),
        (0, "llo"),
    ]
    await alice.send_frames(pieces)
    assert await alice.receive() == "hello"
    await alice.send_frames(
        [{"opcode": 2, "payload": bytes(70_000), "fin": False}, (0, b"!" * 130)]
    )
    assert await alice.receive() == bytes(70_000) + b"!" * 130
    await alice.send("leave")
    await lab.until("client:alice kind:close")
    for payload in (b"", b"\x03\xe8", b"\x03\xe8" + "adiós".encode()):
        bob = await lab.connect("/talk", client="bob")
        before = lab.log.last
        await bob.send_frames([(8, payload)])
        await lab.until("kind:close client:bob", after=before)
        await bob.close()


async def compressed(lab: Lab) -> None:
    address = f"ws://127.0.0.1:{lab.port}/talk"
    async with websockets.connect(address, proxy=None, compression="deflate") as mine:
        for text in ("x" * 500, "the end " * 90, "".join(map(chr, range(32, 400))), "short"):
            await mine.send(text)
            assert await mine.recv() == text


async def broken(lab: Lab) -> None:
    for each in BROKEN:
        eve = await lab.connect("/talk", client="eve")
        before = lab.log.last
        await eve.send_frames([each])
        await lab.until("client:eve kind:close", after=before)


def read(path: Path, wanted: str = "websocket") -> list[dict[str, str]]:
    """Have tshark read the packets that match, each with one frame, or the end of one."""
    names = [f"websocket.{field}" for field in FIELDS] + ["tcp.payload", "tcp.reassembled.data"]
    chosen = [part for name in names for part in ("-e", name)]
    command = ["tshark", "-r", str(path), *CHECKED, "-Y", wanted, "-T", "json", *chosen]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    layers = [packet["_source"].get("layers", {}) for packet in json.loads(done.stdout)]
    return [
        {name.removeprefix("websocket."): values[0] for name, values in each.items()}
        for each in layers
    ]


def expected(frame: Frame) -> dict[str, str]:
    """Return a frame as tshark writes it."""
    form = frame.header[1] & 0x7F
    said = {
        "fin": str(int(frame.fin)), "opcode": str(CODES[frame.opcode]),
        "rsv": f"0x{sum(8 >> number for number in frame.reserved):02x}",
        "mask": str(int(frame.masked)), "payload_length": str(form),
    }  # fmt: skip
    if form > 125:
        said[f"payload_length_ext_{16 if form == 126 else 64}"] = str(length_of(frame.header))
    if frame.masked:
        said["masking_key"] = frame.key.hex()
    return said


@pytest.fixture
async def lab() -> Lab:
    return await serving(Talk, frames=True)


async def test_each_field_of_sixty_frames_is_what_tshark_says(lab: Lab, tmp_path: Path) -> None:
    await told(lab)
    await compressed(lab)
    await broken(lab)
    entries = [entry for entry in lab.log if entry.kind == "frame"]
    frames = [frame for frame in map(frame_of, entries) if frame is not None]
    assert len(frames) >= 60
    lab.log.save(tmp_path / "frames.pcapng")
    found = read(tmp_path / "frames.pcapng")
    assert len(found) == len(frames)
    for seen, frame in zip(found, frames, strict=True):
        wanted = expected(frame)
        assert {name: seen.get(name) for name in wanted} == wanted
        sent = seen.get("tcp.reassembled.data") or seen["tcp.payload"]
        assert sent.startswith((frame.header + frame.head).hex())
    shapes = {(each.header[1] & 0x7F) // 126 + (each.header[1] & 1) for each in frames}
    assert shapes == {0, 1, 2}


async def test_wireshark_puts_the_fragments_together_and_reads_what_a_close_says(
    lab: Lab, tmp_path: Path
) -> None:
    await told(lab)
    path = tmp_path / "told.pcapng"
    lab.log.save(path)
    said = [code for entry in lab.log if (code := code_in(entry)) is not None]
    assert said == [4000, 4000, 1000, 1000, 1000, 1000]
    fields = ("payload.close.status_code", "payload.close.reason")
    closes = [tuple(map(each.get, fields)) for each in read(path, "websocket.opcode == 8")]
    assert closes == [
        *[("4000", "enough, thank you")] * 2, *[(None, None)] * 2, *[("1000", None)] * 2,
        *[("1000", "adiós")] * 2,
    ]  # fmt: skip
    wrong = "tcp.analysis.flags || _ws.malformed || tcp.checksum.status == 0"
    assert read(path, wrong) == []
    whole = read(path, "websocket.reassembled.length")
    assert [each["reassembled.length"] for each in whole] == ["5", "70130"]


def code_in(entry: Entry) -> int | None:
    return entry.code if entry.kind == "frame" else None


async def test_what_is_not_known_of_a_payload_is_said_to_be_missing(
    lab: Lab, tmp_path: Path
) -> None:
    await compressed(lab)
    alone, whole = lab.log.filter("kind:frame text"), lab.log
    for number, record in enumerate((alone, whole)):
        path = tmp_path / f"{number}.pcapng"
        record.save(path)
        found = read(path, "websocket.opcode == 1")
        frames = [frame_of(entry) for entry in alone]
        assert [frame_size(each) for each in found] == [each.wire for each in frames if each]
        assert all(each["rsv"] == "0x04" for each in found)
    assert b"bytes behind these were not kept" in whole.to_pcapng()


def frame_size(seen: dict[str, str]) -> int:
    return int(seen.get("payload_length_ext_16") or seen["payload_length"])


async def test_messages_whose_frames_are_left_out_are_made_up_as_ever(
    lab: Lab, tmp_path: Path
) -> None:
    alice = await lab.connect("/talk", client="alice")
    await alice.send("hi")
    await alice.receive()
    await alice.close()
    await lab.until("client:alice kind:close")
    for which in ("-kind:frame", ""):
        path = tmp_path / f"{len(which)}.pcapng"
        lab.log.filter(which).save(path)
        texts = read(path, "websocket.opcode == 1")
        assert [each["payload.text"] for each in texts] == ["hi", "hi"]
        assert len(read(path, "websocket.opcode == 8")) == 2
        assert len(read(path, "http.response.code == 101")) == 1
