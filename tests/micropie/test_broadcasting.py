"""`broadcast`: one message to many, and who had left."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from micropie import App, ConnectionClosed, WebSocket, broadcast
from micropie.testing import Client
from micropie.types import Event
from tests.micropie.drive import CONNECT, Socket


class Slow(Socket):
    """A client that reads nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__(CONNECT)
        self.reads = asyncio.Event()
        self.waits = asyncio.Event()

    async def send(self, event: Event) -> None:
        if self.accepted and event["type"] == "websocket.send":
            self.waits.set()
            await self.reads.wait()
        await super().send(event)


async def opened(socket: Socket) -> WebSocket:
    ws = WebSocket(socket.receive, socket.send)
    await ws.accept()
    return ws


async def crowd(count: int) -> tuple[list[WebSocket], list[Socket]]:
    sockets = [Socket(CONNECT) for _ in range(count)]
    return [await opened(socket) for socket in sockets], sockets


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("hi", "hi"),
        (b"\x00", b"\x00"),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"cd"), b"cd"),
        ({"a": [1, None]}, '{"a":[1,null]}'),
        (["x"], '["x"]'),
        (7, "7"),
        (None, "null"),
    ],
)
async def test_a_message_of_any_kind_goes_to_one_or_to_many(message: Any, sent: Any) -> None:
    (first, second), sockets = await crowd(2)
    await first.send(message)
    assert await broadcast({first, second}, message) == []
    assert [socket.messages for socket in sockets] == [[sent, sent], [sent]]


async def test_those_who_left_are_skipped_and_returned() -> None:
    each, sockets = await crowd(4)
    sockets[1].gone = True
    await each[3].close()
    assert await broadcast(each, "hi") == [each[1], each[3]]
    assert await broadcast(iter(each), "again") == [each[1], each[3]]
    assert [socket.messages for socket in sockets] == [["hi", "again"], [], ["hi", "again"], []]


async def test_a_slow_reader_holds_up_nobody() -> None:
    (quick, other), sockets = await crowd(2)
    slow = Slow()
    held = await opened(slow)
    task = asyncio.create_task(broadcast([held, quick, other], "hi"))
    await slow.waits.wait()
    assert [socket.messages for socket in sockets] == [["hi"], ["hi"]]
    assert not task.done()
    slow.reads.set()
    assert await task == []
    assert slow.messages == ["hi"]


async def test_a_broadcast_that_is_given_up_leaves_nothing_behind() -> None:
    slow = Slow()
    held = await opened(slow)
    (quick,), (socket,) = await crowd(1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await broadcast([held, quick], "hi")
    slow.reads.set()
    assert await broadcast([held, quick], "next") == []
    assert (slow.messages, socket.messages) == (["next"], ["hi", "next"])


async def test_a_room_may_change_while_it_is_told() -> None:
    room: set[WebSocket] = set()

    class Leaving(Socket):
        async def send(self, event: Event) -> None:
            await super().send(event)
            room.clear()

    each = [await opened(Leaving(CONNECT)) for _ in range(3)]
    room.update(each)
    assert await broadcast(room, "hi") == []
    assert all(ws._send.__self__.messages == ["hi"] for ws in each)  # type: ignore[attr-defined]


async def test_what_cannot_be_sent_goes_to_nobody() -> None:
    each, sockets = await crowd(2)
    with pytest.raises(TypeError, match="expected a value that JSON can hold"):
        await broadcast(each, object())
    for wrong, says in [(each[0], r"write \[ws\]"), ([each[0], "bob"], "got 'bob' among them")]:
        with pytest.raises(TypeError, match=says):
            await broadcast(wrong, "hi")  # type: ignore[arg-type]
    assert [socket.messages for socket in sockets] == [[], []]


async def test_one_that_is_not_accepted_is_an_error_when_all_others_are_told() -> None:
    each, sockets = await crowd(2)
    early = WebSocket(Socket(CONNECT).receive, Socket().send)
    with pytest.raises(RuntimeError, match=r"call await ws\.accept\(\)"):
        await broadcast([early, *each], "hi")
    assert [socket.messages for socket in sockets] == [["hi"], ["hi"]]


async def test_a_loop_over_an_empty_room_lets_others_run() -> None:
    (gone,), _ = await crowd(1)
    await gone.close()
    others = asyncio.create_task(asyncio.sleep(0))
    while not others.done():
        assert await broadcast([gone], "hi") == [gone]
    others = asyncio.create_task(asyncio.sleep(0))
    while not others.done():
        assert await broadcast([], "hi") == []


async def test_a_room_of_clients_hears_each_other() -> None:
    class Chat(App):
        def __init__(self) -> None:
            super().__init__()
            self.room: set[WebSocket] = set()

        async def ws_index(self, ws: WebSocket) -> None:
            await ws.accept()
            self.room.add(ws)
            async for message in ws:
                self.room.difference_update(await broadcast(self.room, message))

    app = Chat()
    async with Client(app) as client:
        ann, bob, eve = [await client.connect("/") for _ in range(3)]
        eve.abort()
        await ann.send("hi")
        assert [await ann.receive(), await bob.receive()] == ["hi", "hi"]
        await bob.send("ho")
        assert [await ann.receive(), await bob.receive()] == ["ho", "ho"]
        assert len(app.room) == 2
        with pytest.raises(ConnectionClosed):
            await eve.receive()
