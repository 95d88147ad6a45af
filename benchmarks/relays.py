"""Two relays that are less than an upstream, for what is the least that one can cost.

`protocols` has the protocols of both legs, of websockets, and nothing between them: no task, no
queue, nobody who waits, no hook, no code that could be swapped. `app` is what a plain ASGI app
would do in an upstream's place, under a lab's server and with an upstream's far leg, but without a
lab: nothing is recorded, and no code can take over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from playground.transports.websocket_protocol import Protocol
from playground.upstream.address import address_of
from playground.upstream.leg import Leg
from playground.upstream.opening import Opening


class _End(asyncio.Protocol):
    """One of two ends, which says what the other hears."""

    answer: Response

    def __init__(self, conn: ClientProtocol | ServerProtocol) -> None:
        self.conn = conn
        self.other: _End
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        if isinstance(self.conn, ClientProtocol):
            self.conn.send_request(self.conn.connect())
            self.flush()

    def data_received(self, data: bytes) -> None:
        self.conn.receive_data(data)
        for event in self.conn.events_received():
            if not isinstance(event, Frame):
                self.shake_hands(event)
            elif event.opcode is Opcode.TEXT:
                self.other.say(bytes(event.data).decode())
            elif event.opcode is Opcode.CLOSE and self.other.conn.state is State.OPEN:
                self.other.conn.send_close(1000)
                self.other.flush()
        self.flush()

    def say(self, text: str) -> None:
        self.conn.send_text(text.encode())
        self.flush()

    def flush(self) -> None:
        for data in self.conn.data_to_send():
            if data:
                self.transport.write(data)
            else:
                self.transport.close()

    def shake_hands(self, event: Request | Response) -> None:
        """Answer the client once the far side has answered."""
        near = self.other
        if isinstance(event, Response):
            assert isinstance(near.conn, ServerProtocol)
            near.conn.send_response(near.answer)
            near.flush()


class _Near(_End):
    """The client's end."""

    def __init__(self, far: str) -> None:
        super().__init__(ServerProtocol())
        self.far = far
        self.other = _End(ClientProtocol(parse_uri(far)))
        self.other.other = self

    def shake_hands(self, event: Request | Response) -> None:
        """Begin the far leg."""
        assert isinstance(self.conn, ServerProtocol)
        assert isinstance(event, Request)
        self.answer = self.conn.accept(event)
        uri = parse_uri(self.far)
        opening = asyncio.get_running_loop().create_connection(
            lambda: self.other, uri.host, uri.port
        )
        self.task = asyncio.ensure_future(opening)


async def _lead(far: str, receive: Any, send: Any) -> None:
    """Be an ASGI app that leads text messages on."""
    await receive()
    leg = Leg(Opening(address_of(far), "/", [], [], None, 10.0))
    await leg.opened()
    await send({"type": "websocket.accept"})

    async def down() -> None:
        while isinstance(message := await leg.take(), str):
            await send({"type": "websocket.send", "text": message})

    task = asyncio.create_task(down())
    while (event := await receive())["type"] == "websocket.receive":
        leg.send(event["text"])
        await leg.drained()
    task.cancel()
    leg.close(1000)


@asynccontextmanager
async def protocols(far: str) -> AsyncIterator[str]:
    """Serve a relay of two protocols; yield where."""
    async with _listening(lambda: _Near(far)) as url:
        yield url


@asynccontextmanager
async def app(far: str) -> AsyncIterator[str]:
    """Serve a relay that is a plain ASGI app; yield where."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        await _lead(far, receive, send)

    config = Config(asgi, ws=Protocol, log_level="error")
    config.load()
    async with _listening(lambda: Protocol(config, ServerState(), {})) as url:
        yield url


@asynccontextmanager
async def _listening(make: Callable[[], asyncio.Protocol]) -> AsyncIterator[str]:
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
