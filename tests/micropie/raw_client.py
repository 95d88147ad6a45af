"""A client that may break every rule: bytes as they are, half a close, a reset.

Law of the room: what it sends, a test says byte by byte; what it reads is held to the protocol, by
h11 and by `websockets`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import h11
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from tests.micropie.peers import DEADLINE


@dataclass(frozen=True)
class Reply:
    """A response, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes


class RawClient:
    """A TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    def half_close(self) -> None:
        """Send no more, and go on reading."""
        self._writer.write_eof()

    def reset(self) -> None:
        """Vanish: the other side gets a reset (RST) instead of an end (FIN)."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.transport.abort()

    async def read(self) -> bytes:
        """Read some bytes, none at the end."""
        async with asyncio.timeout(DEADLINE):
            try:
                return await self._reader.read(65536)
            except ConnectionError:
                return b""

    async def until(self, part: bytes) -> None:
        """Read until something has come, wherever it is cut."""
        seen = b""
        while part not in seen:
            data = await self.read()
            assert data, f"the server hung up after {seen!r}"
            seen = seen[-len(part) :] + data

    async def reply(self, method: str = "GET") -> Reply:
        """Read one response; `h11.RemoteProtocolError` if it is none, or not whole."""
        parser = h11.Connection(h11.CLIENT)
        parser.send(h11.Request(method=method, target="/", headers=[("Host", "x")]))
        parser.send(h11.EndOfMessage())
        head: h11.Response | None = None
        body = b""
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                parser.receive_data(await self.read())
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                break
        assert head is not None
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        return Reply(head.status_code, headers, body)


class RawSocket:
    """An open WebSocket whose frames are made by hand."""

    def __init__(self, client: RawClient, protocol: ClientProtocol) -> None:
        self.client = client
        self._protocol = protocol

    async def send(self, data: bytes) -> None:
        """Send bytes as they are; a server that is gone takes them too."""
        try:
            await self.client.send(data)
        except ConnectionError:
            return

    async def message(self) -> bytes | None:
        """Read the next message; `None` at the end."""
        while True:
            for event in self._protocol.events_received():
                if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY):
                    return bytes(event.data)
            closed = self._protocol.close_rcvd is not None
            data = b"" if closed else await self.client.read()
            if not data:
                return None
            self._protocol.receive_data(data)

    async def end(self) -> int | None:
        """Read to the close frame, or the end; return the code that the server closed with."""
        while await self.message() is not None:
            pass
        received = self._protocol.close_rcvd
        return None if received is None else received.code


@asynccontextmanager
async def raw_client(port: int) -> AsyncIterator[RawClient]:
    """Connect, and leave without a word in the end."""
    client = RawClient(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield client
    finally:
        client.close()


@asynccontextmanager
async def raw_socket(port: int, path: str) -> AsyncIterator[RawSocket]:
    """Do an opening handshake by the book, for frames that are not."""
    async with raw_client(port) as client:
        protocol = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}{path}"), max_size=None)
        protocol.send_request(protocol.connect())
        await client.send(b"".join(protocol.data_to_send()))
        while protocol.state.name == "CONNECTING":
            data = await client.read()
            assert data, "the server hung up"
            protocol.receive_data(data)
        assert protocol.handshake_exc is None, protocol.handshake_exc
        yield RawSocket(client, protocol)


def frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True
) -> bytes:
    """Make a frame, legal or not (RFC 6455 5.2)."""
    first = (fin << 7) | (rsv << 4) | opcode
    size, mask_bit = len(payload), masked << 7
    if size < 126:
        head = struct.pack("!BB", first, mask_bit | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, mask_bit | 126, size)
    else:
        head = struct.pack("!BBQ", first, mask_bit | 127, size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def get(target: str | bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    """Make a request, as it is."""
    target = target.encode() if isinstance(target, str) else target
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: x", b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def handshake(path: str) -> bytes:
    """Make an opening handshake."""
    headers = (
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        b"Sec-WebSocket-Version: 13",
    )
    return get(path, *headers).replace(b"Connection: close\r\n", b"")


def close_frame(code: int, reason: bytes = b"") -> bytes:
    """Make a close frame, legal or not."""
    return frame(8, struct.pack("!H", code) + reason)


async def vanish(client: RawClient, how: str) -> None:
    """Go away: with a reset, with an end, or with half an end and then the other half."""
    getattr(client, how)()
    while how == "half_close" and await client.read():
        pass
