"""uvicorn's own protocol classes over a transport that is none: a server less the kernel.

Bytes go in as a socket would hand them over, the event loop runs the task that uvicorn makes, and
the bytes that come out are counted.
"""

# Whoever waits looks once in each turn of the loop: an event to wait for would cost more than that.
# ruff: noqa: ASYNC110

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from benchmarks.frameworks.workloads import MESSAGE, Question, RawHeader

Drive = Callable[[int], Awaitable[object]]

# What uvicorn's server puts into every response.
STANDARD = [(b"date", b"Sun, 01 Nov 2026 12:00:00 GMT"), (b"server", b"uvicorn")]

_HANDSHAKE = (
    (b"connection", b"Upgrade"),
    (b"upgrade", b"websocket"),
    (b"sec-websocket-version", b"13"),
    (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ=="),
)


class Transport(asyncio.Transport):
    """Takes bytes and counts how often it was given some."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50000), "sockname": ("127.0.0.1", 8000)})
        self.writes = 0
        self.last = b""
        self.before = b""
        self.closing = False

    def write(self, data: Any) -> None:
        """Keep the last two pieces: a head and a body."""
        self.writes += 1
        self.before, self.last = self.last, data

    def is_closing(self) -> bool:
        """Return whether it was closed."""
        return self.closing

    def close(self) -> None:
        """Write no more."""
        self.closing = True

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""

    def set_protocol(self, protocol: Any) -> None:
        """Whoever feeds the bytes knows to whom."""


def request_bytes(question: Question, headers: list[RawHeader]) -> bytes:
    """Return a request as it comes over the wire."""
    target = question.path.encode() + (b"?" + question.query if question.query else b"")
    lines = [question.method.encode() + b" " + target + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join([*lines, b"", question.body])


def message_bytes(text: str) -> bytes:
    """Return a masked text frame (RFC 6455 5.2) of fewer than 126 bytes."""
    data, mask = text.encode(), os.urandom(4)
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
    return bytes([0x81, 0x80 | len(data)]) + mask + masked


def requests(app: Any, question: Question, headers: list[RawHeader]) -> Drive:
    """Return what sends so many requests, one after another, over one kept connection."""
    config, state = server(app)
    data = request_bytes(question, headers)

    async def drive(count: int) -> Transport:
        transport = Transport()
        protocol = HttpToolsProtocol(config, state, {})
        protocol.connection_made(transport)
        for _ in range(count):
            protocol.data_received(data)
            while not protocol.cycle.response_complete:
                await _turn(transport)
        protocol.connection_lost(None)
        return transport

    return drive


async def _turn(transport: Transport) -> None:
    if transport.closing:
        raise RuntimeError("expected an answer, got a closed connection")
    await asyncio.sleep(0)


class Conversation:
    """One WebSocket connection to a server, whose client waits for each answer."""

    def __init__(self, config: Config, state: ServerState, question: Question) -> None:
        self.transport = Transport()
        self._protocol = WebSocketsSansIOProtocol(config, state, {})
        self._question = question

    async def open(self) -> None:
        """Shake hands."""
        headers = [*self._question.headers, *_HANDSHAKE]
        self._protocol.connection_made(self.transport)
        self._protocol.data_received(request_bytes(self._question, headers))
        while not self.transport.writes:
            await _turn(self.transport)

    async def send(self, count: int) -> None:
        """Send so many messages, each when the last was answered."""
        transport, receive = self.transport, self._protocol.data_received
        for answered in range(transport.writes, transport.writes + count):
            receive(_MESSAGE)
            while transport.writes == answered:
                await _turn(transport)

    async def close(self) -> None:
        """Vanish, and wait for the app to return: then uvicorn closes."""
        self._protocol.connection_lost(ConnectionResetError())
        while not self.transport.closing:
            await asyncio.sleep(0)


def messages(app: Any, question: Question) -> Drive:
    """Return what sends so many messages over one connection."""
    config, state = server(app)

    async def drive(count: int) -> Transport:
        conversation = Conversation(config, state, question)
        await conversation.open()
        await conversation.send(count)
        await conversation.close()
        return conversation.transport

    return drive


def server(app: Any) -> tuple[Config, ServerState]:
    """Return what all connections to a server share."""
    config = Config(app, lifespan="off", log_level="critical", access_log=False)
    config.load()
    state = ServerState()
    state.default_headers = STANDARD
    return config, state


_MESSAGE = message_bytes(MESSAGE)
