"""Servers elsewhere for the tests, in another library than ours, and clients that go straight."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as serve_websockets
from websockets.exceptions import ConnectionClosed

from playground import Lab, Upstream, serve

Talk = Callable[[ServerConnection], Awaitable[None]]

# Seconds that anything may take.
LONG = 20.0

_QUIET = logging.getLogger("tests.far")
_QUIET.setLevel(logging.CRITICAL + 1)


async def echo(ws: ServerConnection) -> None:
    """Send back what comes, until the client leaves."""
    async for message in ws:
        await ws.send(message)


@contextlib.asynccontextmanager
async def far_side(talk: Talk = echo, **options: Any) -> AsyncIterator[str]:
    """Serve with the `websockets` library; give its address."""
    options = {"close_timeout": 2, "logger": _QUIET, **options}
    async with serve_websockets(talk, "127.0.0.1", 0, **options) as server:
        yield f"ws://127.0.0.1:{port_of(server)}"


@contextlib.asynccontextmanager
async def bytes_side(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """Serve with a function that has the bare TCP connection; give its address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await answer(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def port_of(server: Server) -> int:
    """Return the port that a server listens at."""
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def led_to(url: str, kind: type[Upstream] = Upstream, **options: Any) -> Lab:
    """Return a lab that leads to a server."""
    return serve(kind(url, **options), name="led")


def address(lab: Lab, path: str = "/") -> str:
    """Return where a WebSocket of a lab's is."""
    return f"ws://127.0.0.1:{lab.port}{path}"


def dialled(url: str, **options: Any) -> connect:
    """Return a connection of the `websockets` library, to be awaited or entered."""
    return connect(url, proxy=None, close_timeout=2, logger=_QUIET, **options)


async def heard(ws: ClientConnection) -> list[str | bytes]:
    """Return all that still comes."""
    found: list[str | bytes] = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            found.append(await asyncio.wait_for(ws.recv(), LONG))
    return found


async def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(LONG):
        while not true():
            await asyncio.sleep(0.005)
