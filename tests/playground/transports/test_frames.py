"""Frames are seen where they pass: on real connections, of both sides, and on no other's."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
import websockets
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.protocol import Protocol, Side

from playground.recorder import Recorder
from playground.traffic.frames import Frame, note_of
from playground.traffic.log import Log
from playground.transports import frame_bytes, frames
from playground.transports.uvicorn_server import Server


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})
        if event["text"] == "bye":
            await send({"type": "websocket.close", "code": 4000})


@contextlib.asynccontextmanager
async def served(ws: Any) -> AsyncIterator[tuple[str, Log]]:
    """Serve an echo that is recorded with its frames, with one of uvicorn's implementations."""
    recorder = Recorder(echo, Log())
    recorder.watch = frames.watch
    bound = socket.create_server(("127.0.0.1", 0))
    bound.setblocking(False)
    stopping, ready = asyncio.Event(), asyncio.Event()
    config = uvicorn.Config(recorder, ws=ws, lifespan="off", log_config=None, access_log=False)
    server = Server(config, stopping, ready.set, 1.0)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    await asyncio.wait_for(ready.wait(), 20)
    try:
        yield f"ws://127.0.0.1:{bound.getsockname()[1]}/", recorder.log
    finally:
        stopping.set()
        await asyncio.wait_for(serving, 20)


def told(log: Log) -> list[str]:
    return [f"{entry.sender} {entry.note}" for entry in log if entry.kind == "frame"]


@pytest.mark.live
async def test_frames_are_seen_with_the_implementation_that_shows_them() -> None:
    async with served("websockets-sansio") as (url, log):
        async with websockets.connect(url, compression=None) as mine:
            await mine.send("hi")
            assert await mine.recv() == "hi"
        assert told(log)[:2] == ["client text, FIN, masked", "server text, FIN"]


@pytest.mark.live
async def test_where_frames_are_not_seen_it_is_said_once_and_all_else_is_recorded() -> None:
    async with served("wsproto") as (url, log):
        for _ in range(2):
            async with websockets.connect(url) as mine:
                await mine.send("hi")
                assert await mine.recv() == "hi"
    said = [entry.data for entry in log if entry.kind == "lab"]
    assert said == [
        "No frames can be seen here: the server's WebSockets are not those of the websockets "
        "library. Messages are recorded as ever."
    ]
    assert [entry.data for entry in log if entry.kind == "text"] == ["hi"] * 4
    assert told(log) == []


@pytest.mark.live
async def test_what_compression_saves_is_seen_both_ways() -> None:
    async with served("websockets-sansio") as (url, log):
        async with websockets.connect(url, compression="deflate") as mine:
            await mine.send("x" * 1000)
            assert await mine.recv() == "x" * 1000
        seen = [entry for entry in log if entry.kind == "frame"][:2]
    assert [entry.size for entry in seen] == [1000, 1000]
    assert all(", RSV1, " in str(entry.note) for entry in seen)
    assert all(0 < wire_size(str(entry.note)) < 100 for entry in seen)


def wire_size(note: str) -> int:
    return int(note.partition("compressed to ")[2].split(" ")[0])


@pytest.mark.live
@pytest.mark.parametrize("said", ["hi", "bye"])
async def test_an_exchange_is_kept_until_both_halves_of_the_close_are_seen(said: str) -> None:
    async with served("websockets-sansio") as (url, log):
        async with websockets.connect(url) as mine:
            await mine.send(said)
            await mine.recv()
            exchange = log[-1].exchange
            log.clear()
            assert log.exchange(exchange) is not None
        async with asyncio.timeout(20):
            while log.exchange(exchange) is not None:
                await asyncio.sleep(0.01)
                log.clear()


def test_a_connection_that_is_gone_is_over() -> None:
    ends: list[str] = []
    at = At(Protocol(Side.SERVER))
    assert frames.watch(at.receive, lambda frame: None, lambda: ends.append("over")) == ""
    gc.collect()
    assert ends == []
    del at
    gc.collect()
    assert ends == ["over"]


class At:
    """Where a server keeps a connection."""

    def __init__(self, connection: Protocol) -> None:
        self.conn = connection

    def receive(self) -> None: ...


def pair(**options: Any) -> tuple[Protocol, Protocol, list[Frame]]:
    """Return both ends of a connection, and what is seen of the one that is the server."""
    server, client = Protocol(Side.SERVER, **options), Protocol(Side.CLIENT, **options)
    seen: list[Frame] = []
    assert frames.watch(At(server).receive, seen.append, lambda: None) == ""
    return server, client, seen


def test_the_pieces_of_a_message_are_seen_one_by_one() -> None:
    server, client, seen = pair()
    client.send_text(b"abc", fin=False)
    client.send_continuation(b"de", fin=True)
    server.receive_data(b"".join(client.data_to_send()))
    server.send_binary(b"x" * 200)
    assert [(frame.sender, note_of(frame), frame.size) for frame in seen] == [
        ("client", "text, masked", 3),
        ("client", "continuation, FIN, masked", 2),
        ("server", "binary, FIN", 200),
    ]


def test_a_ping_is_seen_before_the_pong_that_answers_it() -> None:
    server, client, seen = pair()
    client.send_ping(b"one")
    server.receive_data(b"".join(client.data_to_send()))
    assert [(frame.opcode, frame.payload) for frame in seen] == [("ping", b"one"), ("pong", b"one")]


def test_what_passes_is_as_it_would_be_unwatched() -> None:
    server, client, _ = pair()
    alone = Protocol(Side.SERVER)
    client.send_text("héllo".encode())
    client.send_ping(b"one")
    client.send_close(1000, "bye")
    data = b"".join(client.data_to_send())
    server.receive_data(data)
    alone.receive_data(data)
    assert server.events_received() == alone.events_received()
    assert server.data_to_send() == alone.data_to_send()
    assert server.state == alone.state


@pytest.mark.parametrize(
    ("broken", "note", "code"),
    [
        (WireFrame(Opcode.PING, b"x", fin=False), "ping, masked, not taken", 1002),
        (WireFrame(Opcode.CONT, b"x"), "continuation, FIN, masked, not taken", 1002),
        (WireFrame(Opcode.TEXT, b"x", rsv2=True), "text, FIN, RSV2, masked, not taken", 1002),
    ],
)
def test_a_frame_that_breaks_the_protocol_is_seen_with_the_close_it_earns(
    broken: WireFrame, note: str, code: int
) -> None:
    server, _, seen = pair()
    server.receive_data(on_the_wire(broken))
    assert [note_of(frame) for frame in seen] == [note, "close, FIN"]
    assert int.from_bytes(seen[1].payload[:2], "big") == code


def test_the_bytes_of_a_frame_are_those_that_passed() -> None:
    server, client, seen = pair()
    client.send_text(b"Hello")
    client.send_binary(bytes(range(256)) * 300)
    [first, second] = client.data_to_send()
    server.receive_data(first + second[:100])
    server.send_text(b"between")
    server.receive_data(second[100:])
    server.send_close(1000, "bye")
    left = server.data_to_send()
    assert [frame.header + frame.head for frame in seen] == [
        first, left[0], second[: 14 + 64], left[1],
    ]  # fmt: skip
    assert [len(frame.header) for frame in seen] == [6, 2, 14, 2]
    assert seen[0].plain == b"Hello"


@pytest.mark.parametrize(
    ("raw", "note", "head"),
    [
        ("81 02 68 69", "text, FIN, not taken", b"hi"),
        ("93 82 00 00 00 00 68 69", "reserved 3, FIN, RSV3, masked, not taken", b"hi"),
        ("83 02 68 69 81", "reserved 3, FIN, not taken", b"hi"),
        ("89 7e 00 7e", "ping, FIN, not taken", b""),
        ("81 ff 00 ff 00 00 00 00 00 00 01 02 03 04 68", "text, FIN, masked, not taken", b"h"),
    ],
)
def test_a_frame_whose_header_is_wrong_is_seen_as_far_as_it_came(
    raw: str, note: str, head: bytes
) -> None:
    server, _, seen = pair(max_size=1024)
    server.receive_data(bytes.fromhex(raw))
    assert [note_of(frame).split(", comp")[0] for frame in seen] == [note, "close, FIN"]
    assert seen[0].head == bytes.fromhex(raw)[len(seen[0].header) :][: len(head)]
    assert len(seen[0].plain) == len(head)


def test_a_close_while_a_frame_is_half_there_blames_nobody() -> None:
    server, client, seen = pair()
    client.send_text(b"Hello")
    server.receive_data(client.data_to_send()[0][:8])
    server.send_close(1002, "enough")
    assert [note_of(frame) for frame in seen] == ["close, FIN"]


@pytest.mark.parametrize("data", [b"\x03", b"\x03\xed", b"\x03\xe8\xff"])
def test_a_close_that_says_what_it_must_not_is_not_taken(data: bytes) -> None:
    server, _, seen = pair()
    server.receive_data(on_the_wire(WireFrame(Opcode.CLOSE, data)))
    assert note_of(seen[0]) == "close, FIN, masked, not taken"


def test_a_credential_is_covered_where_it_is_seen_and_the_mask_stays_true() -> None:
    server, client, seen = pair()
    client.send_text(b'{"token": "s3cr3t', fin=False)
    client.send_ping(b"?")
    client.send_continuation(b'V4lue"}', fin=True)
    client.send_ping(b"token=s3cr3tV4lue")
    client.send_close(1000, "session expired, not s3cr3t")
    sent = client.data_to_send()
    server.receive_data(b"".join(sent))
    mine = [frame for frame in seen if frame.sender == "client"]
    assert all(each.startswith(frame.header) for each, frame in zip(sent, mine, strict=True))
    assert [frame.plain for frame in mine][:4] == [
        b'{"token": "******', b"?", b'*****"}', b"token=***********",
    ]  # fmt: skip
    assert mine[3].payload == b"token=***********"
    assert [frame.covered for frame in mine] == [True, False, True, True, False]
    assert mine[4].plain[2:] == b"session expired, not s3cr3t"


def test_what_is_compressed_is_covered_whole_if_it_may_hold_a_credential() -> None:
    server, client, seen = pair()
    for each in (server, client):
        deflate = PerMessageDeflate(False, False, 15, 15)
        each.extensions = [*each.extensions[:1], deflate, *each.extensions[1:]]
    client.extensions = client.extensions[:1]
    client.send_text(b'{"token": "s3cr3tV4lue"}')
    client.send_text(b'{"say": "hello, hello"}')
    server.receive_data(b"".join(client.data_to_send()))
    assert seen[0].head == b"*" * seen[0].wire
    assert [frame.covered for frame in seen] == [True, False]
    assert seen[0].reserved == seen[1].reserved == (1,)


def test_a_library_that_sends_or_reads_in_another_way_shows_frames_without_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frames, "newest_write", lambda connection: b"")
    monkeypatch.setattr(frame_bytes, "reader_of", lambda connection: None)
    server, client, seen = pair()
    client.send_text(b"hi")
    server.receive_data(b"".join(client.data_to_send()))
    server.send_text(b"ho")
    del vars(server)["send_frame"]
    server.send_text(b"he")
    assert [(note_of(frame), frame.header, frame.head) for frame in seen] == [
        ("text, FIN, masked", b"", b""), ("text, FIN", b"", b""), ("text, FIN", b"", b""),
    ]  # fmt: skip


def on_the_wire(frame: WireFrame) -> bytes:
    """Return a client's frame as bytes, however wrong it is."""
    bits = frame.fin << 7 | frame.rsv1 << 6 | frame.rsv2 << 5 | frame.rsv3 << 4
    # A key of noughts masks nothing.
    return bytes([bits | frame.opcode, 0x80 | len(frame.data), 0, 0, 0, 0]) + bytes(frame.data)


def test_a_frame_that_cannot_be_decompressed_is_said_to_be_not_taken() -> None:
    server, _, seen = pair()
    deflate = PerMessageDeflate(False, False, 15, 15)
    near, far = server.extensions
    server.extensions = [near, deflate, far]
    server.receive_data(on_the_wire(WireFrame(Opcode.TEXT, b"\xff\xff\xff", rsv1=True)))
    assert [note_of(frame) for frame in seen] == [
        "text, FIN, RSV1, masked, not taken", "close, FIN",
    ]  # fmt: skip
    assert seen[0].size == 3


def test_the_other_side_can_be_watched_too() -> None:
    client = Protocol(Side.CLIENT)
    seen: list[Frame] = []
    assert frames.watch(At(client).receive, seen.append, lambda: None) == ""
    client.send_text(b"hi")
    client.receive_data(b"\x81\x03you")
    assert [(frame.sender, frame.masked, frame.size) for frame in seen] == [
        ("client", True, 2), ("server", False, 3),
    ]  # fmt: skip


def test_nobody_else_is_watched() -> None:
    before = dict(vars(Protocol)), dict(vars(WireFrame))
    pair()
    assert (dict(vars(Protocol)), dict(vars(WireFrame))) == before
    assert Protocol(Side.CLIENT).extensions == []


@pytest.mark.parametrize("receive", [None, lambda: None, [].append])
def test_a_receive_of_nothing_known_shows_none(receive: Any) -> None:
    assert frames.watch(receive, lambda frame: None, lambda: None).startswith("No frames can be")


def test_a_library_that_asks_no_extensions_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    frames.unseen.cache_clear()
    monkeypatch.setattr(frames, "_attach", lambda connection, saw: None)
    assert "shows none" in frames.unseen()
    frames.unseen.cache_clear()
    monkeypatch.undo()
    assert frames.unseen() == ""


def test_a_library_that_is_missing_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    frames.unseen.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "websockets.protocol", None)
    assert "missing" in frames.unseen()
    frames.unseen.cache_clear()
