"""Clients over TCP: the `websockets` library and httpx2, as our own `Wire` and `Response`.

They connect to the server that `server.py` makes, which is the one that listens.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from websockets.asyncio import client as asyncio_client
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from playground.traffic.redact import redact_address
from playground.transports import (
    MAX_MESSAGE,
    ClientClosed,
    HandshakeRefused,
    Headers,
    ResponseBroken,
)
from playground.transports.quiet import quiet_logger, quietly

# RFC 6455 7.4.1, and what a client says that closes with it.
TOO_BIG = 1009
_TOO_BIG = f"a message was larger than the {MAX_MESSAGE // 2**20} MiB that this client takes"

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
        connection = await _Connect(
            base + target(path),
            additional_headers=list(headers),
            subprotocols=[Subprotocol(each) for each in subprotocols] or None,
            compression=None,
            max_size=MAX_MESSAGE,
            proxy=None,
            open_timeout=None,
            ping_interval=None,  # as on the server: a busy cell must not hang up
            close_timeout=2,
            logger=quiet_logger(),
        )
    except InvalidStatus as refusal:
        answer = refusal.response
        body = bytes(answer.body or b"").decode("utf-8", "replace")
        told = _pairs(answer.headers.raw_items())
        raise HandshakeRefused(answer.status_code, body, path, headers=told) from None
    except InvalidHandshake as refusal:
        raise HandshakeRefused(101, str(refusal), path) from None
    return SocketWire(connection)


class _Connect(asyncio_client.connect):
    """Do a handshake as a browser does: a redirect is an answer that is not 101."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def target(path: str) -> str:
    """Return a path and query fit for a request line; it must begin with "/"."""
    if not path.startswith("/"):
        shown = redact_address(path)
        raise ValueError(
            f"expected a path that begins with '/', got {shown!r}; try {'/' + shown!r}"
        )
    return quote(path.partition("#")[0], safe=_SAFE)


class SocketWire:
    """A `Wire` over a websockets connection."""

    send_now = None

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.subprotocol: str | None = connection.subprotocol
        answer = connection.response
        self.headers = [] if answer is None else _pairs(answer.headers.raw_items())

    async def send(self, message: str | bytes) -> None:
        """Send one message."""
        try:
            await self._connection.send(message)
        except ConnectionClosed as end:
            raise self._closed(end) from None

    async def send_raw(self, data: bytes) -> None:
        """Send bytes as they are: the library's own half of the connection knows nothing of it."""
        connection = self._connection
        if connection.transport.is_closing():
            await connection.wait_closed()
            raise ClientClosed(connection.close_code or 1006, connection.close_reason or "")
        connection.transport.write(data)
        await connection.drain()

    async def receive(self) -> str | bytes:
        """Wait for one message."""
        try:
            return await self._connection.recv()
        except ConnectionClosed as end:
            raise self._closed(end) from None

    async def close(self, code: int, reason: str) -> None:
        """Do the closing handshake."""
        await self._connection.close(code, reason)

    def abort(self) -> None:
        """Let go of the connection without a closing handshake."""
        self._connection.transport.abort()

    def _closed(self, end: ConnectionClosed) -> ClientClosed:
        if end.sent is not None and end.sent.code == TOO_BIG and not end.rcvd_then_sent:
            return ClientClosed(TOO_BIG, _TOO_BIG)
        code = self._connection.close_code
        return ClientClosed(1006 if code is None else code, self._connection.close_reason or "")


def _pairs(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers as text: what is no ASCII is UTF-8, as it is where they are sent."""
    return [
        (name, value.encode("ascii", "surrogateescape").decode("utf-8", "replace"))
        for name, value in headers
    ]


def get_ready() -> None:
    """Import what the first request needs, and what that would import while it is sent."""
    import anyio.lowlevel

    http_client("http://127.0.0.1")
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(anyio.lowlevel.checkpoint())


def http_client(base: str) -> Any:
    """Return an httpx2 client for one server; it looks at no proxy settings and keeps no cookies.

    Many names of clients share it, each of them with cookies of its own.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx2

    none = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    # As many at once as there are: streams stay open.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
    with quietly():
        return httpx2.AsyncClient(
            base_url=base,
            trust_env=False,
            timeout=None,
            cookies=none,
            limits=limits,
            verify=False,
        )


async def close(client: Any, coming: Iterable[SocketResponse] = ()) -> None:
    """Let go of the connections of an httpx2 client, and of the responses that still come."""
    for each in coming:
        # One after the other, from the outside in: a loop that ends closes what is left on it all
        # at once, and then complains.
        await each.close()
    with quietly():
        await client.aclose()


async def ask(client: Any, method: str, path: str, headers: Headers, body: bytes) -> SocketResponse:
    """Send a request; return when status and headers are there.

    Raises:
        ResponseBroken: If the connection ends before.
    """
    from httpx2 import ReadError, RemoteProtocolError

    began = time.perf_counter()
    fields = [(name.encode(), value.encode()) for name, value in headers]
    request = client.build_request(method, target(path), headers=fields, content=body or None)
    broken = ResponseBroken(method, path)
    failures = (RemoteProtocolError, ReadError)
    try:
        with quietly():
            answer = await client.send(request, stream=True)
    except failures:
        raise broken from None
    return SocketResponse(answer, broken, failures, began)


class SocketResponse:
    """A `Coming` over a response of httpx2."""

    def __init__(
        self,
        answer: Any,
        broken: ResponseBroken,
        failures: tuple[type[Exception], ...],
        began: float,
    ) -> None:
        self.status: int = answer.status_code
        self.headers: list[tuple[str, str]] = list(answer.headers.multi_items())
        self.began = began
        self._answer = answer
        self._broken = broken
        self._failures = failures
        self._parts = answer.aiter_bytes()
        self._loop = asyncio.get_running_loop()
        self._closed = False
        # Whoever waits for it may give up; the part is then for who waits next.
        self._next: asyncio.Task[bytes] | None = None

    async def receive(self) -> bytes:
        """Wait for the next part of the body; b"" at its end."""
        if self._closed or asyncio.get_running_loop() is not self._loop:
            raise self._broken
        if self._next is None:
            self._next = asyncio.create_task(self._part())
        part = await self._awaited(self._next)
        if part:
            self._next = None
        return part

    async def _awaited(self, part: asyncio.Task[bytes]) -> bytes:
        try:
            return await asyncio.shield(part)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._closed or (task is not None and task.cancelling()):
                raise
            raise self._broken from None

    async def _part(self) -> bytes:
        try:
            with quietly():
                return bytes(await anext(self._parts, b""))
        except self._failures:
            raise self._broken from None

    async def read(self) -> bytes:
        """Read all of the body."""
        try:
            with quietly():
                return bytes(await self._answer.aread())
        except self._failures:
            raise self._broken from None

    async def close(self) -> None:
        """Let go of it."""
        if self._closed or asyncio.get_running_loop() is not self._loop:
            return  # with its loop it has ended too
        self._closed = True
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        with quietly(), contextlib.suppress(RuntimeError):  # somebody reads all of it just now
            await self._parts.aclose()
            await self._answer.aclose()
