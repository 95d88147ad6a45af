"""Every handshake is answered, and whoever sends a flood waits in turn with the others."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from playground.transports import websocket_protocol
from playground.transports.server_internals import MAX_HEADERS, MAX_LINE
from playground.transports.websocket_protocol import SLICE, Gate, Protocol
from tests.playground.lab_apps import Echo, serving

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Wire(asyncio.Transport):
    """A transport that keeps what is written, and whether it is read from."""

    def __init__(self) -> None:
        super().__init__({"socket": None})
        self.written = b""
        self.reading = True
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


class Line:
    """One connection to an app that notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        config = uvicorn.Config(self.app, interface="asgi3", lifespan="off", log_config=None)
        config.ws_per_message_deflate = False
        config.load()
        self.wire = Wire()
        self.protocol = Protocol(config, ServerState(), {})
        self.protocol.connection_made(self.wire)
        self.client = ClientProtocol(parse_uri("ws://h/"))

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            self.heard.append(event.get("text") or event.get("bytes"))
        self.heard.append(event["type"])

    async def open(self) -> None:
        self.client.send_request(self.client.connect())
        self.protocol.data_received(self.sent())
        await until(lambda: b"\r\n\r\n" in self.wire.written)

    def sent(self) -> bytes:
        return b"".join(self.client.data_to_send())


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


def flood(count: int) -> bytes:
    """Return a message in many fragments, a ping in the midst, and a message behind it."""
    first = Frame(Opcode.TEXT, b"a", fin=False)
    parts = [first, *[Frame(Opcode.CONT, b"b", fin=False)] * count, Frame(Opcode.CONT, b"c")]
    parts += [
        Frame(Opcode.TEXT, b"second"),
        Frame(Opcode.TEXT, b"x" * 200_000),
        Frame(Opcode.TEXT, b"last"),
    ]
    return b"".join(each.serialize(mask=True, extensions=[]) for each in parts)


@pytest.mark.parametrize("turn", [0.0, 1e-5, 1e9])
async def test_a_flood_is_taken_in_parts_and_nothing_is_lost_or_out_of_order(
    turn: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket_protocol, "TURN", turn)
    line = Line()
    await line.open()
    data = flood(5_000)
    turns: list[int] = []
    for at in range(0, len(data), 65_536):
        line.protocol.data_received(data[at : at + 65_536])
        while not line.wire.reading:  # as a server does that is told to wait
            turns.append(len(line.protocol._waiting))
            await asyncio.sleep(0)
    await until(lambda: len(line.heard) == 4)
    assert line.heard == ["a" + "b" * 5_000 + "c", "second", "x" * 200_000, "last"]
    assert (len(turns) > 5_000 * 7 // SLICE) is (turn == 0.0) or 0 < turn < 1
    line.protocol.data_received(
        Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True, extensions=[])
    )
    await until(lambda: line.heard[-1] == "websocket.disconnect")


async def test_what_waits_is_taken_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_protocol, "TURN", 0.0)
    line = Line()
    await line.open()
    line.protocol.data_received(flood(5_000))
    assert line.protocol._waiting
    assert not line.wire.reading
    line.protocol.connection_lost(None)
    await until(lambda: line.heard[-1:] == ["websocket.disconnect"])
    assert line.heard[1:] == ["second", "x" * 200_000, "last", "websocket.disconnect"]


async def test_what_is_no_websocket_ends_it_though_more_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket_protocol, "TURN", 0.0)
    line = Line()
    await line.open()
    line.protocol.data_received(flood(1_000) + b"\xff" * 100_000)
    await until(lambda: line.wire.closed)
    assert line.protocol._waiting == b""


@pytest.mark.parametrize("paused", [False, True])
def test_a_gate_has_a_transport_read_again_unless_the_app_wants_it_held(paused: bool) -> None:
    wire = Wire()
    wire.reading = not paused
    gate = Gate(wire, paused)
    assert not wire.reading
    assert gate.opened() is wire
    assert wire.reading is not paused
    for calls, reading in (("pause", False), ("resume", True), ("pause resume pause", False)):
        wire.reading = True
        gate = Gate(wire, False)
        for each in calls.split():
            getattr(gate, f"{each}_reading")()
        gate.opened()
        assert wire.reading is reading


async def ask(port: int | None, path: str = "/echo", *lines: str) -> bytes:
    """Send an opening handshake as it is written; return the beginning of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [
        f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket",
        "Connection: Upgrade", f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13", *lines,
    ]  # fmt: skip
    writer.write("\r\n".join([*head, "", ""]).encode())
    async with asyncio.timeout(10):
        answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer


@pytest.mark.live
async def test_a_handshake_may_be_as_large_as_a_browser_makes_it() -> None:
    lab = await serving(Echo)
    many = [f"X-{number}: y" for number in range(300)]
    for path, lines in (
        ("/echo", ["Cookie: " + "; ".join(f"c{n}={'x' * 3_500}" for n in range(20))]),
        ("/echo?token=" + "x" * 60_000, []),
        ("/echo", many),
    ):
        assert (await ask(lab.port, path, *lines)).startswith(b"HTTP/1.1 101 ")


@pytest.mark.live
@pytest.mark.parametrize(
    ("path", "lines", "status"),
    [
        ("/echo", ["X-Long: " + "x" * MAX_LINE], 431),
        ("/echo", [f"X-{number}: y" for number in range(MAX_HEADERS + 1)], 431),
        ("/echo?token=" + "x" * MAX_LINE, [], 414),
    ],
)
async def test_one_that_is_larger_is_refused_with_an_answer_and_a_row(
    path: str, lines: list[str], status: int
) -> None:
    lab = await serving(Echo)
    answer = await ask(lab.port, path, *lines)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    (row,) = [each for each in lab.log if each.kind == "lab"]
    said = str(row.data)
    assert said.startswith("The WebSocket handshake for /echo")
    assert f"was refused with {status}: " in said
    assert len(said) < 400
    assert "xxx" not in said.replace("?token=[redacted]", "")
    assert (await lab.get("/")).status == 200


@pytest.mark.live
async def test_a_client_is_told_which_message_was_too_large_for_it() -> None:
    class Large(Echo):
        async def ws_large(self, ws: Any) -> None:
            await ws.accept()
            await ws.send_bytes(os.urandom(1024) * 65 * 1024)

    lab = await serving(Large)
    client = await lab.connect("/large")
    with pytest.raises(ConnectionError, match="larger than the 64 MiB that this client takes"):
        await client.receive(timeout=30)
    assert client.code == 1009


async def test_a_short_message_is_heard_in_the_step_in_which_it_comes() -> None:
    line = Line()
    await line.open()
    heard: list[object] = []

    def comes() -> None:
        for message in (b"one", b"two"):
            line.protocol.data_received(frame(Opcode.TEXT, message))
            heard.append(list(line.heard))

    asyncio.get_running_loop().call_soon(comes)
    await until(lambda: len(heard) == 2)
    assert heard == [["one"], ["one", "two"]]


async def test_short_ones_among_others_keep_their_order() -> None:
    line = Line()
    await line.open()
    parts = [
        frame(Opcode.TEXT, b"one"),
        frame(Opcode.TEXT, b"tw", fin=False),
        frame(Opcode.CONT, b"o"),
        frame(Opcode.BINARY, b"three") + frame(Opcode.PING, b"")[:3],
        frame(Opcode.PING, b"")[3:],
        frame(Opcode.TEXT, b"x" * 3_000)[:2_999],
        frame(Opcode.TEXT, b"x" * 3_000)[2_999:],
        frame(Opcode.TEXT, b"last"),
    ]
    for each in parts:
        line.protocol.data_received(each)
    await until(lambda: len(line.heard) == 5)
    assert line.heard == ["one", "two", b"three", "x" * 3_000, "last"]


def frame(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    """Return a frame of a client's with a mask of noughts: it can be cut anywhere."""
    head = bytes([0x80 * fin | opcode])
    size = len(data)
    long = bytes([0xFE]) + size.to_bytes(2, "big") if size > 125 else bytes([0x80 | size])
    return head + long + bytes(4) + data


async def test_a_fragment_of_one_message_amid_another_breaks_the_protocol() -> None:
    line = Line()
    await line.open()
    line.protocol.data_received(frame(Opcode.TEXT, b"a", fin=False))
    line.protocol.data_received(frame(Opcode.TEXT, b"b"))
    await until(lambda: line.heard == ["websocket.disconnect"])
    assert b"expected a continuation frame" in line.wire.written


@pytest.mark.parametrize("behind", [b"", b"\x88\x82\0\0\0\0\x03\xe8"])
async def test_text_that_is_no_utf8_ends_it_with_a_close_frame_whatever_comes_behind_it(
    behind: bytes,
) -> None:
    line = Line()
    await line.open()
    said = [frame(Opcode.TEXT, text) for text in (b"one", b"\xff", b"three")]
    line.protocol.data_received(b"".join(said) + behind)
    await until(lambda: line.heard == ["one", "websocket.disconnect"])
    assert line.wire.written[-2:] == (b"\x03\xe8" if behind else b"\x03\xef")
    assert line.wire.closed


async def test_so_many_short_ones_wait_for_an_app_and_no_more_is_read() -> None:
    line = Line()
    await line.open()
    for number in range(websocket_protocol.MOST):
        assert line.wire.reading, number
        line.protocol.data_received(frame(Opcode.TEXT, b"one"))
    assert not line.wire.reading
    await until(lambda: len(line.heard) == websocket_protocol.MOST)
    assert line.wire.reading
