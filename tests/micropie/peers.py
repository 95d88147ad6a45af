"""One face for a client of a server and for the in-process client, for the same scripts.

Law of the room: a script sees only what a client can see. What the app saw comes out of its `Run`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2
import websockets.exceptions
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.typing import Subprotocol

from micropie.exceptions import ConnectionClosed
from micropie.testing import (
    Client,
    ResponseIncomplete,
    ResponseStream,
    WebSocketRefused,
    WebSocketSession,
)
from micropie.types import Receive, Scope, Send

Saw = Callable[[Any], None]
CaseApp = Callable[[Scope, Receive, Send, Saw], Awaitable[Any]]
Pairs = Sequence[tuple[str, str]]

DEADLINE = 5.0
# How long a live response may pause before a script calls it silent.
SILENCE = 1.5
MAX_MESSAGE = 64 * 1024


@dataclass
class Run:
    """One run of one app: what it saw, and when it ended."""

    app: CaseApp
    saw: list[Any] = field(default_factory=list)
    ended: Future[None] = field(default_factory=Future)

    async def until(self, count: int) -> None:
        """Wait until the app saw that many things."""
        async with asyncio.timeout(DEADLINE):
            while len(self.saw) < count:
                await asyncio.sleep(0.001)


class Board:
    """An ASGI app that gives each request to the run that its `x-run` header names."""

    def __init__(self) -> None:
        self._runs: dict[bytes, Run] = {}
        self._ids = itertools.count(1)

    def enter(self, app: CaseApp) -> tuple[Run, tuple[str, str]]:
        """Return a new run and the header that leads to it."""
        run, name = Run(app), str(next(self._ids))
        self._runs[name.encode()] = run
        return run, ("x-run", name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return None
        run = self._runs[dict(scope["headers"])[b"x-run"]]
        try:
            return await run.app(scope, receive, send, run.saw.append)
        finally:
            if not run.ended.done():
                run.ended.set_result(None)


board = Board()


class Refused(Exception):
    """The opening handshake was answered with something else than 101; 0 is no answer at all."""

    def __init__(self, status: int, body: str, headers: Pairs) -> None:
        super().__init__(status, body, headers)
        self.status = status
        self.body = body
        self.headers = headers


class Closed(Exception):
    """There is nothing more to receive."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class NoResponse(Exception):
    """The connection ended without a status."""


class Wire(Protocol):
    """An open WebSocket."""

    subprotocol: str | None
    headers: Pairs

    async def send(self, message: str | bytes) -> None: ...
    async def receive(self) -> str | bytes: ...
    async def close(self, code: int = 1000, reason: str = "") -> None: ...
    def abort(self) -> None: ...


class Stream(Protocol):
    """A response that is being read; `read()` tells how it ended: complete, cut or in silence."""

    status: int
    headers: Pairs

    async def chunk(self) -> bytes: ...
    async def read(self) -> tuple[bytes, str]: ...


Body = bytes | AsyncIterable[bytes]


class Peer(Protocol):
    """Whoever can reach the app of a run."""

    async def connect(
        self, path: str = "/", headers: Pairs = (), subprotocols: Sequence[str] = ()
    ) -> Wire: ...

    def stream(
        self, method: str, path: str = "/", headers: Pairs = (), body: Body = b""
    ) -> contextlib.AbstractAsyncContextManager[Stream]: ...


class MemoryWire:
    def __init__(self, session: WebSocketSession) -> None:
        self.subprotocol = session.subprotocol
        self.headers: Pairs = session.headers
        self.send = session.send
        self.close = session.close
        self.abort = session.abort
        self._session = session

    async def receive(self) -> str | bytes:
        try:
            return await self._session.receive()
        except ConnectionClosed as end:
            raise Closed(end.code, end.reason) from None


class MemoryStream:
    def __init__(self, stream: ResponseStream) -> None:
        self.status = stream.status
        self.headers: Pairs = stream.headers
        self._stream = stream

    async def chunk(self) -> bytes:
        return await anext(self._stream)

    async def read(self) -> tuple[bytes, str]:
        try:
            return (await self._stream.read()).body, "complete"
        except ResponseIncomplete as incomplete:
            return incomplete.response.body if incomplete.response else b"", "cut"


class MemoryPeer:
    def __init__(self, client: Client, run: tuple[str, str]) -> None:
        self._client = client
        self._run = run

    async def connect(
        self, path: str = "/", headers: Pairs = (), subprotocols: Sequence[str] = ()
    ) -> Wire:
        try:
            session = await self._client.connect(
                path, headers=[self._run, *headers], subprotocols=subprotocols
            )
        except WebSocketRefused as refused:
            raise Refused(refused.status, refused.body.decode(), refused.headers) from None
        return MemoryWire(session)

    @contextlib.asynccontextmanager
    async def stream(
        self, method: str, path: str = "/", headers: Pairs = (), body: Body = b""
    ) -> AsyncIterator[Stream]:
        try:
            async with self._client.stream(
                method, path, headers=[self._run, *headers], body=body
            ) as stream:
                yield MemoryStream(stream)
        except ResponseIncomplete:
            raise NoResponse from None


class LiveWire:
    def __init__(self, socket: ClientConnection) -> None:
        assert socket.response is not None
        self.subprotocol: str | None = socket.subprotocol
        self.headers: Pairs = [(k.lower(), v) for k, v in socket.response.headers.raw_items()]
        self._socket = socket

    async def send(self, message: str | bytes) -> None:
        with contextlib.suppress(websockets.exceptions.ConnectionClosed):
            await self._socket.send(message)

    async def receive(self) -> str | bytes:
        try:
            async with asyncio.timeout(DEADLINE):
                return await self._socket.recv()
        except websockets.exceptions.ConnectionClosed:
            code, reason = self._socket.close_code, self._socket.close_reason
            raise Closed(1006 if code is None else code, reason or "") from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._socket.close(code, reason)

    def abort(self) -> None:
        self._socket.transport.abort()


class LiveStream:
    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        self.headers: Pairs = response.headers.multi_items()
        self._chunks = response.aiter_raw()

    async def chunk(self) -> bytes:
        return await anext(self._chunks)

    async def read(self) -> tuple[bytes, str]:
        body = b""
        try:
            async for chunk in self._chunks:
                body += chunk
        except httpx2.RemoteProtocolError:
            return body, "cut"
        except httpx2.ReadTimeout:
            return body, "silence"
        return body, "complete"


class LivePeer:
    def __init__(self, port: int, run: tuple[str, str]) -> None:
        self._address = f"127.0.0.1:{port}"
        self._run = run

    async def connect(
        self, path: str = "/", headers: Pairs = (), subprotocols: Sequence[str] = ()
    ) -> Wire:
        try:
            socket = await open_websocket(
                f"ws://{self._address}{path}",
                additional_headers=[self._run, *headers],
                subprotocols=[Subprotocol(name) for name in subprotocols] or None,
                compression=None,
                max_size=None,
                open_timeout=DEADLINE,
                close_timeout=DEADLINE,
                proxy=None,
            )
        except websockets.exceptions.InvalidStatus as invalid:
            answer = invalid.response
            pairs = [(name.lower(), value) for name, value in answer.headers.raw_items()]
            raise Refused(answer.status_code, bytes(answer.body or b"").decode(), pairs) from None
        except websockets.exceptions.InvalidHandshake:
            raise Refused(0, "", ()) from None
        return LiveWire(socket)

    @contextlib.asynccontextmanager
    async def stream(
        self, method: str, path: str = "/", headers: Pairs = (), body: Body = b""
    ) -> AsyncIterator[Stream]:
        url = f"http://{self._address}{path}"
        sent = [self._run, ("accept-encoding", "identity"), *headers]
        timeout = httpx2.Timeout(DEADLINE, read=SILENCE)
        try:
            async with (
                httpx2.AsyncClient(trust_env=False, verify=False, timeout=timeout) as client,
                client.stream(method, url, headers=sent, content=body or None) as response,
            ):
                yield LiveStream(response)
        except httpx2.RemoteProtocolError:
            raise NoResponse from None
