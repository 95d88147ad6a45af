"""A transport without a network: clients reach the app through queues.

It is what Pyodide has, and it is the same app: only the wire is missing. Here the app lives on the
loop of the cells; where there are threads, `memory_thread` gives it one of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from micropie.exceptions import ConnectionClosed
from micropie.testing import (
    Client,
    ResponseIncomplete,
    ResponseStream,
    WebSocketRefused,
    WebSocketSession,
)
from playground.traffic.frames import Frame
from playground.transports import (
    ASGIApp,
    Blocker,
    ClientClosed,
    Cut,
    HandshakeRefused,
    Headers,
    Pulse,
    Response,
    ResponseBroken,
    Runner,
    loop_name,
    whole,
)
from playground.transports.waking import Waking

T = TypeVar("T")

NO_WIRE = (
    "There are no frames with transport='memory': messages are handed over in the kernel, over no "
    "wire. They are recorded as ever."
)

NO_BYTES = (
    "expected a wire to send frames on, got transport='memory', where messages are handed over in "
    "the kernel; serve with transport='server' where there is a network"
)

STOPPED = "the lab is stopped; lab.restart() starts it again"

# No deadline of the in-process client's own: whoever waits brings one.
FOREVER = 1e9


class MemoryTransport:
    """Run an ASGI app's handlers on the event loop of the cells."""

    name = "memory"
    port: int | None = None
    ended_by = ""
    prepare: Callable[[], object] | None = None

    def __init__(
        self, app: ASGIApp, closing: Callable[[], Coroutine[Any, Any, None]] | None = None
    ) -> None:
        self.app = app
        self.closing = closing
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop
        self._tasks: set[asyncio.Task[Any]] = set()
        self._opened = Opened()
        self.blocker: Blocker = lambda seconds: ""

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        return self._client is not None

    def start(self) -> None:
        """Take the running loop; nothing else is needed.

        Raises:
            RuntimeError: Outside of a running loop.
        """
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError(
                "expected a running event loop for transport='memory', got none; call it from a "
                "cell or a coroutine, or use transport='server'"
            ) from None
        # The stage runs the lifespan itself, so the client is used without its own.
        self._client = client_of(self.app)

    def check_caller(self) -> None:
        """Take a command from anywhere: nothing blocks here, so nothing can wait for itself."""

    def call(self, work: Coroutine[Any, Any, T], deadline: float) -> asyncio.Future[T]:
        """Run a coroutine on this loop; return a task, which need not be awaited."""
        return self._keep(work, deadline)

    def _keep(self, work: Coroutine[Any, Any, T], deadline: float | None = None) -> asyncio.Task[T]:
        if self._client is None:
            work.close()
            raise RuntimeError(STOPPED)
        task = self._loop.create_task(work if deadline is None else within(work, deadline))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def run(self, work: Coroutine[Any, Any, T], deadline: float | None = None) -> T:
        """Await a coroutine. What blocks its loop blocks the caller's too: it is the same one."""
        with Waking():
            return await work

    async def run_function(self, function: Callable[[], T], deadline: float) -> T:
        """Call a function: the loop is the caller's own."""
        return function()

    def runner(self) -> Runner | None:
        """Return None: the app lives on the loop of the cells."""
        return None

    def leave(self, why: str, *, go_on: bool) -> None:
        """Do nothing: there is no other thread."""

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine on the loop, from any thread."""
        self._loop.call_soon_threadsafe(self._keep, work)

    async def connect(
        self, path: str, *, headers: Headers = (), subprotocols: Sequence[str] = ()
    ) -> MemoryWire:
        """Do an opening handshake."""
        if self._client is None:
            raise RuntimeError(STOPPED)
        try:
            session = await self._client.connect(
                path, headers=list(headers), subprotocols=list(subprotocols)
            )
        except WebSocketRefused as refusal:
            body = refusal.body.decode("utf-8", "replace")
            raise HandshakeRefused(refusal.status, body, path, headers=refusal.headers) from None
        wire = MemoryWire(session)
        self._opened.wires.add(wire)
        return wire

    async def request(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> Response:
        """Send an HTTP request and read the whole response."""
        return await whole(await self.ask(method, path, headers=headers, body=body))

    async def ask(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> MemoryResponse:
        """Send an HTTP request; return when status and headers are there."""
        if self._client is None:
            raise RuntimeError(STOPPED)
        began, opened = time.perf_counter(), self._opened.responses
        context = self._client.stream(method, path, headers=list(headers), body=body)
        try:
            stream = await context.__aenter__()
        except ResponseIncomplete:
            raise ResponseBroken(method, path) from None
        coming = MemoryResponse(context, stream, ResponseBroken(method, path), began, opened)
        opened.add(coming)
        return coming

    def frames_unseen(self) -> str:
        """Return why there are no frames to be seen."""
        return NO_WIRE

    def show_frames(self, shown: bool) -> None:
        """Do nothing: there are no frames without a network."""

    def watch(self, receive: Any, saw: Callable[[Frame], None], over: Callable[[], None]) -> str:
        """Return why there are no frames to be seen."""
        return NO_WIRE

    def pulse(self, patience: float) -> Pulse:
        """Look at the loop. It is the caller's own, so that waiting for it would be for ever."""
        if self._loop.is_closed():
            return Pulse("", "", None)
        return Pulse(loop_name(self._loop), "", 0.0)

    def stop(self, deadline: float = 5.0) -> Cut:
        """Close every connection with 1012; nothing can connect any more."""
        if self._client is None:
            return Cut()
        self._client = None
        if self._loop.is_closed():
            return Cut()
        cut = self._opened.cut_off()
        if self.closing is not None:
            closing = self._loop.create_task(self.closing())
            self._tasks.add(closing)
            closing.add_done_callback(self._tasks.discard)
        return cut


class Opened:
    """What clients have open: the client's ends of WebSockets, and responses that still come."""

    def __init__(self) -> None:
        self.wires: set[MemoryWire] = set()
        self.responses: set[MemoryResponse] = set()

    def cut_off(self) -> Cut:
        """Close WebSockets with 1012, and break responses off, on the app's loop; say how many."""
        open_now = [wire for wire in self.wires if wire.state == "open"]
        coming = list(self.responses)
        for wire in open_now:
            wire.server_stops()
        for response in coming:
            response.server_stops()
        self.wires.clear()
        self.responses.clear()
        return Cut(sockets=len(open_now), requests=len(coming))


def client_of(app: ASGIApp) -> Client:
    """Return a client of an app, without deadlines of its own."""
    return Client(app, timeout=FOREVER, client=("in-process", 0))


async def within(work: Coroutine[Any, Any, T], deadline: float) -> T:
    """Await work for at most so many seconds."""
    async with asyncio.timeout(deadline):
        return await work


class MemoryWire:
    """A `Wire` over an in-process session."""

    def __init__(self, session: WebSocketSession) -> None:
        self._session = session
        self.subprotocol: str | None = session.subprotocol
        self.headers = session.headers

    @property
    def state(self) -> str:
        """ "open" or "closed"."""
        return str(self._session.state)

    async def send(self, message: str | bytes) -> None:
        """Send one message."""
        try:
            await self._session.send(message)
        except ConnectionClosed as end:
            raise ClientClosed(end.code, end.reason) from None

    def send_now(self, message: str | bytes) -> bool:
        """Send one message if the app has room for it; return whether it had."""
        try:
            return self._session.send_now(message)
        except ConnectionClosed as end:
            raise ClientClosed(end.code, end.reason) from None

    async def send_raw(self, data: bytes) -> None:
        """Refuse: there is no wire."""
        raise RuntimeError(NO_BYTES)

    async def receive(self) -> str | bytes:
        """Wait for one message."""
        try:
            return await self._session.receive()
        except ConnectionClosed as end:
            raise ClientClosed(end.code, end.reason) from None

    async def close(self, code: int, reason: str) -> None:
        """Do the closing handshake."""
        await self._session.close(code, reason)

    def server_stops(self) -> None:
        """Say 1012 to both ends, as a server does that stops."""
        self._session.server_closed(1012, "")


class MemoryResponse:
    """A `Coming` over an in-process response."""

    def __init__(
        self,
        context: AbstractAsyncContextManager[ResponseStream],
        stream: ResponseStream,
        broken: ResponseBroken,
        began: float,
        opened: set[MemoryResponse],
    ) -> None:
        self.status = stream.status
        self.headers = stream.headers
        self.began = began
        self._context = context
        self._stream = stream
        self._broken = broken
        self._opened = opened

    async def receive(self) -> bytes:
        """Wait for the next part of the body; b"" at its end."""
        try:
            return await anext(self._stream, b"")
        except ResponseIncomplete:
            raise self._broken from None

    async def read(self) -> bytes:
        """Read all of the body."""
        try:
            return (await self._stream.read()).body
        except ResponseIncomplete:
            raise self._broken from None

    async def close(self) -> None:
        """Let go of it."""
        self._opened.discard(self)
        await self._context.__aexit__(None, None, None)

    def server_stops(self) -> None:
        """Break off, as a server does that stops."""
        self._stream.leave()
