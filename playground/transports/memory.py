"""No server, no socket, no thread: clients reach the app through ASGI queues in this loop.

It is what Pyodide has, and it is the same app: only the wire is missing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from micropie.exceptions import ConnectionClosed
from micropie.testing import Client, ResponseIncomplete, WebSocketRefused, WebSocketSession
from playground.traffic.frames import Frame
from playground.transports import (
    ASGIApp,
    ClientClosed,
    Cut,
    HandshakeRefused,
    Headers,
    Pulse,
    Response,
    ResponseBroken,
    loop_name,
)
from playground.transports.waking import Waking

T = TypeVar("T")

NO_WIRE = (
    "There are no frames with transport='memory': messages are handed over in the kernel, over no "
    "wire. They are recorded as ever."
)

# No deadline of the in-process client's own: whoever waits brings one.
FOREVER = 1e9


class MemoryTransport:
    """Run an ASGI app's handlers on the loop of the cell."""

    name = "memory"
    port: int | None = None

    def __init__(
        self, app: ASGIApp, closing: Callable[[], Coroutine[Any, Any, None]] | None = None
    ) -> None:
        self.app = app
        self.closing = closing
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop
        self._tasks: set[asyncio.Task[Any]] = set()
        self._wires: set[MemoryWire] = set()

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
        self._client = Client(self.app, timeout=FOREVER, client=("in-process", 0))

    def call(self, work: Coroutine[Any, Any, T], deadline: float) -> asyncio.Task[T]:
        """Have a coroutine done on this loop; await what comes back, or leave it be."""
        return self._keep(work, deadline)

    def _keep(self, work: Coroutine[Any, Any, T], deadline: float | None = None) -> asyncio.Task[T]:
        if self._client is None:
            work.close()
            raise RuntimeError("the lab is stopped; lab.restart() starts it again")
        task = self._loop.create_task(work if deadline is None else _within(work, deadline))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Await a coroutine."""
        with Waking():
            return await work

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine on the loop, from any thread."""
        self._loop.call_soon_threadsafe(self._keep, work)

    async def connect(
        self, path: str, *, headers: Headers = (), subprotocols: Sequence[str] = ()
    ) -> MemoryWire:
        """Do an opening handshake."""
        if self._client is None:
            raise RuntimeError("the lab is stopped; lab.restart() starts it again")
        try:
            session = await self._client.connect(
                path, headers=list(headers), subprotocols=list(subprotocols)
            )
        except WebSocketRefused as refusal:
            body = refusal.body.decode("utf-8", "replace")
            raise HandshakeRefused(refusal.status, body, path) from None
        wire = MemoryWire(session)
        self._wires.add(wire)
        return wire

    async def request(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> Response:
        """Send an HTTP request and read the whole response."""
        if self._client is None:
            raise RuntimeError("the lab is stopped; lab.restart() starts it again")
        began = time.perf_counter()
        try:
            answer = await self._client.request(method, path, headers=list(headers), body=body)
        except ResponseIncomplete:
            raise ResponseBroken(method, path) from None
        seconds = time.perf_counter() - began
        return Response(answer.status, answer.headers, answer.body, seconds)

    def frames_unseen(self) -> str:
        """Return why there are no frames to be seen."""
        return NO_WIRE

    def show_frames(self, shown: bool) -> None:
        """Do nothing: there is no wire."""

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
        open_now = [wire for wire in self._wires if wire.state == "open"]
        for wire in open_now:
            wire.server_stops()
        self._wires.clear()
        if self.closing is not None:
            closing = self._loop.create_task(self.closing())
            self._tasks.add(closing)
            closing.add_done_callback(self._tasks.discard)
        return Cut(sockets=len(open_now))


async def _within(work: Coroutine[Any, Any, T], deadline: float) -> T:
    async with asyncio.timeout(deadline):
        return await work


class MemoryWire:
    """A `Wire` over an in-process session."""

    def __init__(self, session: WebSocketSession) -> None:
        self._session = session
        self.subprotocol: str | None = session.subprotocol

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
