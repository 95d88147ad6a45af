"""What clients of a soak do: they connect, talk, and vanish in every state."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx2
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed, InvalidHandshake

# What may go wrong for a client that misbehaves, and is no fault of the server.
EXPECTED = (
    OSError,
    EOFError,
    TimeoutError,
    ConnectionClosed,
    InvalidHandshake,
    httpx2.TransportError,
)

# Making one for each client takes longer than all that the client does.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

# So many things everybody does at least, however short the time and however busy the machine.
VISITS = 3

# How long a client waits for what may never come, in seconds.
PATIENCE = 0.2


class Visitor:
    """Somebody who comes again and again, each time as another client, with one session.

    Args:
        port: Where the server is.
        seed: What decides the order of things.
    """

    http: httpx2.AsyncClient

    def __init__(self, port: int, seed: int) -> None:
        self.port = port
        self.choice = random.Random(seed)
        self._cookies = httpx2.Cookies()

    async def stay(self, until: float) -> list[str]:
        """Do one thing after another until a time on the monotonic clock; return their names."""
        done: list[str] = []
        url = f"http://127.0.0.1:{self.port}"
        async with httpx2.AsyncClient(
            base_url=url, trust_env=False, timeout=10, cookies=self._cookies, verify=NO_TLS
        ) as self.http:
            await self.http.get("/login")
            while len(done) < VISITS or time.monotonic() < until:
                done.append(await self.visit())
            self._cookies = self.http.cookies
        return done

    async def visit(self) -> str:
        """Do one thing; return its name."""
        act = self.choice.choice(ACTS)
        with contextlib.suppress(*EXPECTED):
            async with asyncio.timeout(20):
                await act(self)
        return act.__name__

    @asynccontextmanager
    async def raw(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection that ends with a reset, an end, or both."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            if self.choice.random() < 0.5:
                linger = struct.pack("ii", 1, 0)
                sock = writer.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()

    @asynccontextmanager
    async def websocket(self, path: str) -> AsyncIterator[ClientConnection]:
        """A WebSocket that is closed by the book, or vanishes."""
        ws = await open_websocket(
            f"ws://127.0.0.1:{self.port}{path}",
            compression=None,
            proxy=None,
            close_timeout=PATIENCE,
            ping_interval=None,
        )
        try:
            yield ws
        finally:
            if self.choice.random() < 0.5:
                ws.transport.abort()
            await ws.close()


# HTTP.


async def pages(visitor: Visitor) -> None:
    """Ask for pages, and begin or end a session."""
    for path in ("/", "/index/ada", "/login", "/logout", "/nothing?a=%ff", "/echo"):
        if visitor.choice.random() < 0.4:
            await visitor.http.get(path)


async def forms(visitor: Visitor) -> None:
    """Send a form and JSON, whole or wrong."""
    await visitor.http.post("/echo", data={"a": "1" * visitor.choice.randrange(5000)})
    await visitor.http.post("/echo", json={"a": [1] * visitor.choice.randrange(500)})
    wrong = {"content-type": "application/json"}
    await visitor.http.post("/echo", content=b"[" * 5000, headers=wrong)


async def uploads(visitor: Visitor) -> None:
    """Send a file, drained or not."""
    path = visitor.choice.choice(["/upload", "/ignore"])
    files = {"file": ("a.bin", os.urandom(visitor.choice.randrange(200_000)))}
    await visitor.http.post(path, files=files)


async def abandoned_uploads(visitor: Visitor) -> None:
    """Leave in the middle of a file."""
    head = (
        b"POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    ) % visitor.choice.choice([b"upload", b"ignore"])
    async with visitor.raw() as (_, writer):
        writer.write(head + b"x" * visitor.choice.randrange(50_000))
        await writer.drain()
        await asyncio.sleep(visitor.choice.random() * 0.02)


async def abandoned_bodies(visitor: Visitor) -> None:
    """Send half a request, with or without waiting to be told so."""
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    async with visitor.raw() as (reader, writer):
        writer.write(head[: visitor.choice.randrange(1, len(head))])
        await writer.drain()
        if visitor.choice.random() < 0.2:
            writer.write_eof()
            await reader.read()
        elif visitor.choice.random() < 0.5:
            async with asyncio.timeout(visitor.choice.choice([PATIENCE, 3 * PATIENCE])):
                await reader.read(100)


async def streams(visitor: Visitor) -> None:
    """Read some of a stream, and leave."""
    path = visitor.choice.choice(["/ticks", "/flow", "/steps"])
    async with visitor.http.stream("GET", path) as response:
        left = visitor.choice.randrange(1, 20)
        async for _ in response.aiter_raw():
            left -= 1
            if not left:
                return


async def unread_streams(visitor: Visitor) -> None:
    """Ask for a stream and never read it."""
    path = visitor.choice.choice([b"/ticks", b"/flow", b"/steps"])
    async with visitor.raw() as (_, writer):
        writer.write(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path)
        await asyncio.sleep(visitor.choice.random() * 0.05)


async def rubbish(visitor: Visitor) -> None:
    """Speak something else than HTTP."""
    async with visitor.raw() as (reader, writer):
        writer.write(os.urandom(visitor.choice.randrange(1, 300)))
        await writer.drain()
        if visitor.choice.random() < 0.5:
            writer.write_eof()
            await reader.read()


# WebSockets.


async def echoes(visitor: Visitor) -> None:
    """Talk, and stop talking."""
    async with visitor.websocket("/echo") as ws:
        for number in range(visitor.choice.randrange(30)):
            await ws.send(str(number) * visitor.choice.randrange(1, 100))
            if visitor.choice.random() < 0.8:
                await ws.recv()


async def rooms(visitor: Visitor) -> None:
    """Sit in a room with others, listening or not."""
    async with visitor.websocket(f"/room/{visitor.choice.randrange(100)}") as ws:
        for _ in range(visitor.choice.randrange(5)):
            await ws.send("hello")
            if visitor.choice.random() < 0.5:
                await ws.recv()


async def floods(visitor: Visitor) -> None:
    """Listen to a flood for a while, or not at all."""
    async with visitor.websocket("/flood") as ws:
        for _ in range(visitor.choice.randrange(50)):
            await ws.recv()


async def refusals(visitor: Visitor) -> None:
    """Be refused, or be late."""
    path = visitor.choice.choice(["/guard", "/nothing", "/late", "/_private"])
    async with visitor.websocket(path) as ws:
        await ws.recv()


async def too_much(visitor: Visitor) -> None:
    """Send a message that is too big."""
    async with visitor.websocket("/echo") as ws:
        await ws.send("x" * 70_000)
        await ws.recv()


async def half_messages(visitor: Visitor) -> None:
    """Vanish in the middle of a handshake, of a frame, of a message."""
    handshake = (
        b"GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    frames = (b"\x01\x85mask", b"\x81\xfe\x10\x00maskhalf", b"\x01\x81mask!", b"\xff\xffwrong")
    async with visitor.raw() as (reader, writer):
        if visitor.choice.random() < 0.3:
            writer.write(handshake[: visitor.choice.randrange(1, len(handshake))])
            return
        writer.write(handshake)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(visitor.choice.choice(frames))
        if visitor.choice.random() < 0.3:
            writer.write_eof()
            await reader.read()


ACTS: list[Callable[[Visitor], Awaitable[None]]] = [
    pages,
    forms,
    uploads,
    abandoned_uploads,
    abandoned_bodies,
    streams,
    unread_streams,
    rubbish,
    echoes,
    rooms,
    floods,
    refusals,
    too_much,
    half_messages,
]
