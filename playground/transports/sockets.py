"""Clients over TCP: the `websockets` library and httpx, as our own `Wire` and `Response`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import websockets
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from playground.transports import (
    MAX_MESSAGE,
    ClientClosed,
    HandshakeRefused,
    Headers,
    Response,
    ResponseBroken,
)

# Everything that may stand in a path and a query as it is, "%" too: it is taken as written.
_SAFE = "/%?&=#:;@!$'()*+,~-._[]"


async def connect(
    base: str, path: str, headers: Headers, subprotocols: Sequence[str]
) -> SocketWire:
    """Do an opening handshake.

    Raises:
        HandshakeRefused: If the answer is not 101.
    """
    try:
        connection = await websockets.connect(
            base + target(path),
            additional_headers=list(headers),
            subprotocols=[Subprotocol(each) for each in subprotocols] or None,
            compression=None,
            max_size=MAX_MESSAGE,
            proxy=None,
            open_timeout=None,
            ping_interval=None,  # as on the server: a busy cell must not hang up
            close_timeout=2,
        )
    except InvalidStatus as refusal:
        body = bytes(refusal.response.body or b"").decode("utf-8", "replace")
        raise HandshakeRefused(refusal.response.status_code, body, path) from None
    except InvalidHandshake as refusal:
        raise HandshakeRefused(101, str(refusal), path) from None
    return SocketWire(connection)


def target(path: str) -> str:
    """Return a path and query fit for a request line; it must begin with "/"."""
    if not path.startswith("/"):
        raise ValueError(f"expected a path that begins with '/', got {path!r}; try {'/' + path!r}")
    return quote(path.partition("#")[0], safe=_SAFE)


class SocketWire:
    """A `Wire` over a websockets connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.subprotocol: str | None = connection.subprotocol

    async def send(self, message: str | bytes) -> None:
        """Send one message."""
        try:
            await self._connection.send(message)
        except ConnectionClosed:
            raise self._closed() from None

    async def receive(self) -> str | bytes:
        """Wait for one message."""
        try:
            return await self._connection.recv()
        except ConnectionClosed:
            raise self._closed() from None

    async def close(self, code: int, reason: str) -> None:
        """Do the closing handshake."""
        await self._connection.close(code, reason)

    def _closed(self) -> ClientClosed:
        code = self._connection.close_code
        return ClientClosed(1006 if code is None else code, self._connection.close_reason or "")


def http_client(base: str) -> Any:
    """Return an httpx client for one server; it looks at no proxy settings."""
    import httpx

    return httpx.AsyncClient(base_url=base, trust_env=False, timeout=None)


async def request(client: Any, method: str, path: str, headers: Headers, body: bytes) -> Response:
    """Send a request and read the whole response.

    Raises:
        ResponseBroken: If the connection ends before it is complete.
    """
    from httpx import ReadError, RemoteProtocolError

    began = time.perf_counter()
    fields = list(headers)
    try:
        answer = await client.request(method, target(path), headers=fields, content=body or None)
    except (RemoteProtocolError, ReadError):
        raise ResponseBroken(method, path) from None
    seconds = time.perf_counter() - began
    return Response(answer.status_code, list(answer.headers.multi_items()), answer.content, seconds)
