"""A handler that only sends learns how the connection ended, on every server."""

from __future__ import annotations

import asyncio
import contextlib
import queue
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from websockets.asyncio.client import connect as open_websocket

from micropie import App, ConnectionClosed, WebSocket
from micropie.endings import KEPT, TURNS, disconnect_of, look, tells_by_sending
from micropie.testing import Client
from micropie.types import Event
from tests.micropie.drive import CONNECT, LEAVE, Socket, text
from tests.micropie.peers import DEADLINE
from tests.micropie.servers import hypercorn_server, uvicorn_server


class Ticks(App):
    """Handlers that send all the time, and what they learn.

    Attributes:
        ends: Code and reason of each end that a handler has seen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ends: queue.Queue[tuple[int, str]] = queue.Queue()

    async def ws_only(self, ws: WebSocket) -> None:
        await ws.accept()
        await self._tick(ws)

    async def ws_subscribed(self, ws: WebSocket) -> None:
        await ws.accept()
        await ws.receive_text()
        await self._tick(ws)

    async def ws_reading(self, ws: WebSocket) -> None:
        await ws.accept()
        reader = asyncio.create_task(self._read(ws))
        await self._tick(ws)
        await reader

    async def _read(self, ws: WebSocket) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await ws.receive()

    async def _tick(self, ws: WebSocket) -> None:
        try:
            while True:
                await asyncio.sleep(0.001)
                await ws.send("tick")
        except ConnectionClosed as closed:
            self.ends.put((closed.code, closed.reason))

    async def end(self) -> tuple[int, str]:
        return await asyncio.to_thread(self.ends.get, timeout=DEADLINE)


def _uvicorn(ws: str) -> Callable[[App], AbstractContextManager[int]]:
    return lambda app: uvicorn_server(app, http="h11", ws=ws)


# What each server tells at all: Hypercorn has neither code nor reason for any app.
SERVERS = {
    "websockets-sansio": (_uvicorn("websockets-sansio"), (4001, "enough")),
    "websockets": (_uvicorn("websockets"), (4001, "enough")),
    "wsproto": (_uvicorn("wsproto"), (4001, "enough")),
    "hypercorn": (hypercorn_server, (1006, "")),
}


# uvicorn and websockets say that their older protocol will go.
@pytest.mark.filterwarnings("ignore:The .websockets. implementation is deprecated")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.live
@pytest.mark.parametrize("name", SERVERS)
async def test_a_handler_that_only_sends_learns_how_its_client_left(name: str) -> None:
    serve, told = SERVERS[name]
    app = Ticks()
    with serve(app) as port:
        for path in ("only", "subscribed", "reading"):
            client = await open_websocket(f"ws://127.0.0.1:{port}/{path}")
            await client.send("begin") if path == "subscribed" else None
            assert await client.recv() == "tick"
            await client.close(4001, "enough")
            assert await app.end() == told, path


async def test_it_learns_in_process_too() -> None:
    app = Ticks()
    async with Client(app) as client:
        for path in ("/only", "/subscribed", "/reading"):
            ws = await client.connect(path)
            await ws.send("begin")
            await ws.receive()
            await ws.close(4001, "enough")
            assert await app.end() == (4001, "enough"), path


class Silent(Socket):
    """A server that does not say that the client has left when something is sent to it."""

    async def send(self, event: Event) -> None:
        self.sent.append(event)


async def _accepted(*events: Event) -> tuple[WebSocket, Silent]:
    socket = Silent(CONNECT, *events)
    ws = WebSocket(socket.receive, socket.send, {"asgi": {"spec_version": "2.3"}})
    await ws.accept()
    return ws, socket


async def test_what_a_client_said_is_still_there_when_it_was_looked_whether_it_left() -> None:
    ws, socket = await _accepted(text("a"), text("b"))
    for _ in range(9):
        await ws.send("tick")
    assert socket.events == []
    assert [await ws.receive(), await ws.receive()] == ["a", "b"]
    socket.events.append(LEAVE)
    for _ in range(4):
        await ws.send("tick")
    with pytest.raises(ConnectionClosed, match="1001: bye"):
        await ws.send("tick")


async def test_only_so_many_messages_are_kept_for_a_handler_that_does_not_ask() -> None:
    ws, socket = await _accepted(*[text(str(number)) for number in range(2 * KEPT)])
    for _ in range(99):
        await ws.send("tick")
    assert len(socket.events) == KEPT
    assert [await ws.receive_text() for _ in range(2 * KEPT)] == [str(n) for n in range(2 * KEPT)]


async def test_a_close_that_nobody_gets_learns_it_too() -> None:
    socket = Socket(CONNECT, text("unread"), LEAVE)
    ws = WebSocket(socket.receive, socket.send)
    await ws.accept()
    socket.gone = True
    await ws.close()
    with pytest.raises(ConnectionClosed, match="1001: bye"):
        await ws.receive()


async def test_a_server_that_does_not_know_is_not_waited_for() -> None:
    asked = 0

    async def receive() -> Event:
        nonlocal asked
        asked += 1
        await asyncio.Event().wait()
        raise AssertionError

    assert await disconnect_of(receive) is None
    assert await look(receive) == (receive, None)
    assert asked == 2


async def test_a_server_may_take_its_turns_and_refuse_to_be_asked() -> None:
    async def late() -> Event:
        for _ in range(TURNS - 1):
            await asyncio.sleep(0)
        return LEAVE

    async def refuses() -> Event:
        raise RuntimeError("asked again")

    assert await disconnect_of(late) == LEAVE
    assert await disconnect_of(refuses) is None


@pytest.mark.parametrize(
    ("asgi", "tells"),
    [
        ({"version": "3.0", "spec_version": "2.4"}, True),
        ({"spec_version": "2.10"}, True),
        ({"spec_version": "3.0"}, True),
        ({"spec_version": "2.3"}, False),
        ({"version": "3.0"}, False),
        ({"spec_version": "next"}, False),
        (None, False),
    ],
)
def test_the_version_of_asgi_says_whether_sending_tells(asgi: Any, tells: bool) -> None:
    assert tells_by_sending({"asgi": asgi}) is tells
