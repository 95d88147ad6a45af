"""Loops that have no way out: they give way to others, and are ended with a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from micropie import App, ConnectionClosed, WebSocket
from micropie.testing import Client
from micropie.vain import MOST, EndlessLoop
from tests.micropie.drive import CONNECT, Socket, text

LEFT = {"type": "websocket.disconnect", "code": 1000}


class Loops(App):
    """Handlers that a beginner writes, none of which ends when its client has left."""

    async def ws_echo(self, ws: WebSocket) -> None:
        await ws.accept()
        while True:
            try:
                await ws.send_text(await ws.receive_text())
            except Exception as error:
                self.last = error

    async def ws_iterating(self, ws: WebSocket) -> None:
        await ws.accept()
        while True:
            async for message in ws:
                await ws.send_text(str(message))

    async def ws_ticking(self, ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text(await ws.receive_text())
        while True:
            try:
                await ws.send_text("tick")
                await asyncio.sleep(0.001)
            except Exception as error:
                self.last = error

    async def ws_closing(self, ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text(await ws.receive_text())
        while True:
            await ws.close()

    async def ws_waiting(self, ws: WebSocket) -> None:
        await ws.accept()
        while True:
            try:
                await ws.send_text(await ws.receive_text())
            except Exception:
                await asyncio.sleep(0)

    async def ws_wrong(self, ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text(await ws.receive_text())
        while True:
            try:
                await ws.send_text(5)  # type: ignore[arg-type]
            except Exception as error:
                self.last = error


@pytest.mark.parametrize(
    "path", ["/echo", "/iterating", "/ticking", "/closing", "/waiting", "/wrong"]
)
async def test_a_loop_without_a_way_out_ends_with_a_sentence(path: str) -> None:
    async with Client(Loops(), timeout=5) as client:
        socket = await client.connect(path)
        await socket.send("x")
        assert await socket.receive() == "x"
        await socket.close()
        await socket.ended()
        ended = client.errors[0]
    assert isinstance(ended, EndlessLoop)
    remedy = "let its exception end the loop" if path == "/wrong" else "ConnectionClosed: break"
    assert remedy in str(ended)


async def test_receiving_before_accept_for_ever_ends_too() -> None:
    class Hasty(App):
        async def ws_index(self, ws: WebSocket) -> None:
            while True:
                try:
                    await ws.receive_text()
                except Exception as error:
                    self.last = error

    async with Client(Hasty(), timeout=5) as client:
        with pytest.raises(ConnectionError):
            await client.connect("/")
        assert isinstance(client.errors[0], EndlessLoop)


async def closed() -> WebSocket:
    socket = Socket(CONNECT, LEFT)
    ws = WebSocket(socket.receive, socket.send)
    await ws.accept()
    with pytest.raises(ConnectionClosed):
        await ws.receive()
    return ws


@pytest.mark.parametrize(
    "call",
    [
        lambda ws: ws.accept(),
        lambda ws: ws.receive(),
        lambda ws: ws.receive_text(),
        lambda ws: ws.send_text("x"),
        lambda ws: ws.send_bytes(b"x"),
    ],
)
async def test_a_call_on_a_closed_socket_gives_way(call: Callable[[WebSocket], Any]) -> None:
    ws = await closed()
    turns: list[int] = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    with pytest.raises(ConnectionClosed):
        await call(ws)
    assert turns == [1]


async def test_who_sends_now_and_then_to_one_that_has_left_goes_on() -> None:
    ws = await closed()
    for _ in range(2 * MOST):
        with pytest.raises(ConnectionClosed):
            await ws.send_text("news")
        for _ in range(2):
            await asyncio.sleep(0)


async def test_who_sends_to_everybody_is_not_ended_by_one_that_has_left() -> None:
    class Room(App):
        everybody: list[WebSocket]

        async def ws_index(self, ws: WebSocket) -> None:
            await ws.accept()
            self.everybody = [*getattr(self, "everybody", []), ws]
            async for message in ws:
                for each in self.everybody:
                    try:
                        await each.send_text(str(message))
                    except ConnectionClosed:
                        continue

    async with Client(Room(), timeout=5) as client:
        gone, here = await client.connect("/"), await client.connect("/")
        await gone.close()
        for number in range(2 * MOST):
            await here.send(str(number))
        assert [await here.receive() for _ in range(2 * MOST)][-1] == str(2 * MOST - 1)


async def test_who_catches_even_that_is_slowed_down() -> None:
    ws = await closed()
    for _ in range(MOST + 1):
        with pytest.raises(BaseException, match=r"closed|in vain"):
            await ws.receive()
    began = asyncio.get_running_loop().time()
    with pytest.raises(EndlessLoop):
        await ws.receive()
    assert asyncio.get_running_loop().time() > began


async def test_messages_are_none_of_its_business() -> None:
    socket = Socket(CONNECT, *[text("hi")] * (2 * MOST))
    ws = WebSocket(socket.receive, socket.send)
    await ws.accept()
    for _ in range(2 * MOST):
        await ws.send_text(await ws.receive_text())
    assert len(socket.messages) == 2 * MOST
