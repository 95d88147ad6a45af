"""Every sentence of the WebSocket document, under uvicorn, with the `websockets` client."""

from __future__ import annotations

import asyncio
import logging
import socket
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus

from micropie import App, ConnectionClosed, WebSocket

DEADLINE = 5.0


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an app on a free port of this machine; gives its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, ws="websockets-sansio", lifespan="on", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server._serve([listening]))
    try:
        async with asyncio.timeout(DEADLINE):
            while not server.started:
                await asyncio.sleep(0.001)
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        async with asyncio.timeout(DEADLINE):
            await running
        listening.close()


class Site(App):
    """The examples of the document, word for word, and some more."""

    def __init__(self) -> None:
        super().__init__()
        self.finished = asyncio.Event()
        self.ends: list[Any] = []

    async def index(self):
        return "http"

    async def login(self, name):
        self.request.session["name"] = name
        return "in"

    async def ws_index(self, ws):
        await ws.accept()
        await ws.send_text("root")

    async def ws_echo(self, ws):
        # Accept the connection before receiving or sending messages.
        await ws.accept()
        while True:
            try:
                message = await ws.receive_text()
            except ConnectionClosed:
                # Client closed the connection
                break
            # Send the same message back to the client
            await ws.send_text(f"Echo: {message}")
        self.finished.set()

    async def ws_greet(self, ws, name="Guest"):
        await ws.accept()
        await ws.send_text(f"Hello {name}!")
        await ws.close()

    async def ws_bytes(self, ws):
        await ws.accept()
        await ws.send_bytes(await ws.receive_bytes())

    async def ws_kind(self, connection, *args):
        assert isinstance(connection, WebSocket)
        await connection.accept()
        await connection.send_json(args)

    async def ws_end(self, ws):
        await ws.accept()
        try:
            while True:
                await ws.receive_text()
        except ConnectionClosed as closed:
            self.ends.append((closed.code, closed.reason))
        for _ in range(2):
            try:
                await ws.send_text("late")
            except ConnectionClosed as closed:
                self.ends.append(closed.code)
        await ws.close()
        self.finished.set()

    async def ws_flood(self, ws):
        await ws.accept()
        try:
            while True:
                await ws.send_text("x" * 1000)
        except ConnectionClosed:
            self.finished.set()

    async def ws_silent(self, ws): ...

    async def ws_fail(self, ws):
        await ws.accept()
        raise KeyError("fail")

    async def ws_refuse(self, ws):
        await ws.refuse(401, "who are you?")

    async def ws_reason(self, ws):
        await ws.accept("json", headers=[("X-Room", "lobby")])
        await ws.close(4000, "ä" * 100)


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, str]]:
    app = Site()
    async with served(app) as address:
        yield app, address


def get(address: str, path: str) -> Any:
    with urllib.request.urlopen(f"http://{address}{path}", timeout=DEADLINE) as answer:
        return answer.read().decode(), answer.headers


async def test_one_app_serves_http_and_websockets(site: tuple[Site, str]) -> None:
    _, address = site
    body, headers = await asyncio.to_thread(get, address, "/")
    assert (body, headers["content-length"]) == ("http", "4")
    async with connect(f"ws://{address}/echo") as client:
        await client.send("hi")
        assert await client.recv() == "Echo: hi"


async def test_the_empty_path_is_ws_index(site: tuple[Site, str]) -> None:
    async with connect(f"ws://{site[1]}") as client:
        assert await client.recv() == "root"
        with pytest.raises(ConnectionClosedOK):
            await client.recv()


async def test_the_echo_server_finishes_when_the_client_disconnects(
    site: tuple[Site, str], caplog: pytest.LogCaptureFixture
) -> None:
    app, address = site
    async with connect(f"ws://{address}/echo") as client:
        for message in ("one", "", "drei €", "x" * 100_000):
            await client.send(message)
            assert await client.recv() == f"Echo: {message}"
    async with asyncio.timeout(DEADLINE):
        await app.finished.wait()
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


@pytest.mark.parametrize(
    ("path", "greeting"),
    [
        ("/greet/Alice", "Hello Alice!"),
        ("/greet?name=Bob", "Hello Bob!"),
        ("/greet", "Hello Guest!"),
        ("/greet/Zo%C3%AB", "Hello Zoë!"),
    ],
)
async def test_parameters_come_from_the_path_and_the_query(
    site: tuple[Site, str], path: str, greeting: str
) -> None:
    async with connect(f"ws://{site[1]}{path}") as client:
        assert await client.recv() == greeting
        with pytest.raises(ConnectionClosedOK):
            await client.recv()
        assert client.close_code == 1000


async def test_parameters_come_from_the_session(site: tuple[Site, str]) -> None:
    _, address = site
    _, headers = await asyncio.to_thread(get, address, "/login/Ada")
    cookie = headers["set-cookie"].partition(";")[0]
    async with connect(f"ws://{address}/greet", additional_headers={"Cookie": cookie}) as client:
        assert await client.recv() == "Hello Ada!"


async def test_the_first_argument_is_the_socket(site: tuple[Site, str]) -> None:
    async with connect(f"ws://{site[1]}/kind/a/b") as client:
        assert await client.recv() == '["a","b"]'


async def test_bytes_go_both_ways(site: tuple[Site, str]) -> None:
    async with connect(f"ws://{site[1]}/bytes") as client:
        await client.send(b"\x00\xff")
        assert await client.recv() == b"\x00\xff"
    async with connect(f"ws://{site[1]}/bytes") as client:
        await client.send("text")
        assert await client.recv() == b"text"


@pytest.mark.parametrize(
    ("code", "reason", "seen"), [(1000, "", (1000, "")), (3001, "bye", (3001, "bye"))]
)
async def test_the_handler_learns_how_it_ended(
    site: tuple[Site, str], code: int, reason: str, seen: Any
) -> None:
    app, address = site
    client = await connect(f"ws://{address}/end")
    await client.close(code, reason)
    async with asyncio.timeout(DEADLINE):
        await app.finished.wait()
    assert app.ends == [seen, code, code]


async def test_a_client_that_vanishes_ends_its_handler(
    site: tuple[Site, str], caplog: pytest.LogCaptureFixture
) -> None:
    app, address = site
    client = await connect(f"ws://{address}/flood")
    await client.recv()
    client.transport.abort()
    async with asyncio.timeout(DEADLINE):
        await app.finished.wait()
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_a_client_that_sends_rubbish_ends_its_handler(site: tuple[Site, str]) -> None:
    app, address = site
    client = await connect(f"ws://{address}/end")
    client.transport.write(b"\xff\xff rubbish")
    async with asyncio.timeout(DEADLINE):
        await app.finished.wait()
    assert app.ends[0][0] == 1002
    client.transport.abort()


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/nothing", 404, b"No matching WebSocket route"),
        ("/_private", 403, b"Private handler not allowed"),
        ("/silent", 403, b"Connection not accepted: call await ws.accept() in ws_silent"),
        ("/refuse", 401, b"who are you?"),
    ],
)
async def test_a_refusal_has_a_status_and_says_why(
    site: tuple[Site, str], path: str, status: int, body: bytes
) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"ws://{site[1]}{path}")
    response = caught.value.response
    assert (response.status_code, response.body) == (status, body)


async def test_a_handler_that_raises_is_1011(site: tuple[Site, str]) -> None:
    async with connect(f"ws://{site[1]}/fail") as client:
        with pytest.raises(ConnectionClosedError):
            await client.recv()
        assert (client.close_code, client.close_reason) == (1011, "Internal server error")


async def test_subprotocol_headers_and_a_long_reason_arrive(site: tuple[Site, str]) -> None:
    async with connect(f"ws://{site[1]}/reason", subprotocols=["json"]) as client:  # type: ignore[list-item]
        assert client.subprotocol == "json"
        assert client.response is not None
        assert client.response.headers["X-Room"] == "lobby"
        with pytest.raises(ConnectionClosedError):
            await client.recv()
        assert (client.close_code, client.close_reason) == (4000, "ä" * 61)
