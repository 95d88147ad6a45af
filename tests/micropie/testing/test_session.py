"""A WebSocket session says how it ended and loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from micropie import App, WebSocket
from micropie.exceptions import ConnectionClosed
from micropie.testing import Client, WebSocketRefused
from micropie.testing.waiting import HIGH_WATER
from micropie.types import Receive, Scope, Send
from tests.micropie.testing_apps import ACCEPT, echo, message


async def test_a_session_talks_until_it_is_closed() -> None:
    async with Client(echo) as client:
        session = await client.connect("/chat")
        assert session.state == "open"
        await session.send("one")
        await session.send(b"two")
        assert [await session.receive(), await session.receive()] == ["one", b"two"]
        await session.close(4000, "enough")
        await session.close()
        assert repr(session) == "<WebSocketSession '/chat' closed>"
        for _ in range(2):
            with pytest.raises(ConnectionClosed) as end:
                await session.receive()
            assert (end.value.code, end.value.reason) == (4000, "enough")
        with pytest.raises(ConnectionClosed):
            await session.send("late")
        await session.ended()


async def test_iteration_ends_at_a_normal_close_only() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(ACCEPT)
        await send(message("a"))
        await send(message("b"))
        await send({"type": "websocket.close", "code": int(scope["path"][1:])})

    client = Client(app)
    async with await client.connect("/1000") as session:
        assert [each async for each in session] == ["a", "b"]
    session = await client.connect("/1011")
    with pytest.raises(ConnectionClosed):
        [each async for each in session]
    await client.stop()


async def test_a_cancelled_receive_of_the_client_loses_no_message() -> None:
    async with Client(echo) as client:
        session = await client.connect("/")
        for text in ("one", "two"):
            waiting = asyncio.create_task(session.receive())
            await asyncio.sleep(0)
            await session.send(text)
            while not session._connection.messages.ready():
                await asyncio.sleep(0)
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                assert await waiting == text
                continue
            assert await session.receive() == text


async def test_a_client_may_not_send_what_may_not_be_sent() -> None:
    async with Client(echo) as client:
        session = await client.connect("/")
        with pytest.raises(ValueError, match="close code that may be sent, got 1006"):
            await session.close(1006)
        with pytest.raises(ValueError, match="at most 123 bytes"):
            await session.close(1000, "x" * 124)
        with pytest.raises(TypeError, match="expected bytes, got 1"):
            await session.send(1)  # type: ignore[arg-type]
        assert session.state == "open"


async def test_a_refusal_tells_what_the_app_meant() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.close", "code": 1008, "reason": "no badge"})

    async with Client(app) as client:
        with pytest.raises(WebSocketRefused) as refused:
            await client.connect("/door")
    error = refused.value
    assert (error.status, error.body, error.code, error.reason) == (403, b"", 1008, "no badge")
    assert str(error) == "the handshake for '/door' was refused with 403: no badge"


async def test_a_flood_waits_for_its_reader() -> None:
    sent = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal sent
        await send(ACCEPT)
        while True:
            await send(message("x" * 1000))
            sent += 1

    client = Client(app, timeout=0.1)
    session = await client.connect("/")
    await session.receive()
    assert sent <= HIGH_WATER / 1000 + 1
    before = sent
    for _ in range(before):
        await session.receive()
    await asyncio.sleep(0)
    assert sent > before
    await client.stop()
    assert client.errors == []


class Failing(App):
    """At /talk handlers raise at a message; at /closed before they accept."""

    async def ws_talk(self, ws: WebSocket) -> None:
        await ws.accept()
        raise LookupError(await ws.receive_text())

    async def ws_closed(self, ws: WebSocket) -> None:
        raise LookupError("too early")


async def test_what_a_handler_raised_is_why_the_socket_was_closed() -> None:
    client = Client(Failing())
    first, second = await client.connect("/talk"), await client.connect("/talk")
    await second.send("two")
    await second.ended()
    await first.send("one")
    for session, said in ((first, "one"), (second, "two")):
        with pytest.raises(ConnectionClosed, match="1011") as closed:
            await session.receive()
        assert isinstance(closed.value.__cause__, LookupError)
        assert closed.value.__cause__.args == (said,)
    with pytest.raises(WebSocketRefused) as refused:
        await client.connect("/closed")
    assert str(refused.value.__cause__) == "too early"
    await client.stop()


async def test_who_waits_in_vain_is_told_what_a_handler_raised_elsewhere() -> None:
    client = Client(Failing(), timeout=0.05)
    waiting, raising = await client.connect("/talk"), await client.connect("/talk")
    with pytest.raises(TimeoutError, match=r"'/talk'$") as late:
        await waiting.receive()
    assert late.value.__cause__ is None
    await raising.send("oh")
    await raising.ended()
    with pytest.raises(TimeoutError, match=r"'/talk'; a handler raised LookupError: oh$") as late:
        await waiting.receive()
    assert late.value.__cause__ is client.errors[-1]
    await client.stop()


async def test_a_stopping_server_closes_both_ends_with_1012() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(ACCEPT)
        await receive()
        seen.append((await receive())["code"])

    client = Client(app)
    first, second = await client.connect("/"), await client.connect("/")
    first.server_closed(1012, "")
    await client.stop()
    for session in (first, second):
        with pytest.raises(ConnectionClosed) as end:
            await session.receive()
        assert end.value.code == 1012
    assert seen == [1012, 1012]


async def test_send_now_says_whether_there_was_room() -> None:
    read = asyncio.Event()

    class Slow(App):
        async def ws_slow(self, ws: WebSocket) -> None:
            await ws.accept()
            await read.wait()
            async for each in ws:
                await ws.send_text(str(len(each)))

    async with Client(Slow()) as client, await client.connect("/slow") as session:
        assert session.send_now("x" * 100_000)
        assert not session.send_now("not this one")
        read.set()
        assert await session.receive() == "100000"
        assert session.send_now(b"abc")
        assert await session.receive() == "3"
        await session.close()
        with pytest.raises(ConnectionClosed):
            session.send_now("late")
