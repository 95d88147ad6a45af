"""What every transport offers, which is how clients reach the app, and what it raises.

Law of the room: the shared path is async. Nothing here blocks a loop, so that it works in Pyodide.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from playground.traffic.escapes import escaped
from playground.traffic.frames import Frame
from playground.traffic.model import beside, close_phrase
from playground.traffic.redact import redact_path
from playground.transports.response import Response as Response

T = TypeVar("T")
Headers = Iterable[tuple[str, str]]
ASGIApp = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]

Blocker = Callable[[float], str]
"""Given for how many seconds a loop has not answered, who holds it, as a clause; "" for nobody."""

# Larger than any message that the server takes (16 MiB), so that a client never is the limit.
MAX_MESSAGE = 64 * 1024 * 1024


class HandshakeRefused(ConnectionError):
    """The app answered an opening handshake with something else than 101.

    Attributes:
        status: The HTTP status.
        body: The body of the response, as text: the reason.
        path: The path that was asked for.
        headers: Its headers, names and values in order.
    """

    def __init__(
        self, status: int, body: str, path: str, advice: str = "", headers: Headers = ()
    ) -> None:
        self.status = status
        self.body = body
        self.path = path
        self.headers = list(headers)
        parts = [f"the handshake for {redact_path(path)!r} was refused with {status}"]
        parts += [escaped(part, "\n\t") for part in (beside(status, body.strip()), advice) if part]
        super().__init__(": ".join(parts[:2]) + "".join(f"; {part}" for part in parts[2:]))


class ClientClosed(ConnectionError):
    """A client's connection is closed: there is nothing more to receive, and nobody to send to.

    Attributes:
        code: The close code (RFC 6455 7.4.1); 1006 if there was no closing handshake.
        reason: The close reason, possibly "".
    """

    def __init__(
        self, code: int, reason: str = "", who: str = "the connection", why: str = ""
    ) -> None:
        self.code = code
        self.reason = reason
        phrase = close_phrase(code, reason)
        told = f"{code} ({phrase})" if phrase else str(code)
        rest = "" if reason in ("", phrase) else f" {reason}"
        because = f"; {why}" if why else ""
        super().__init__(escaped(f"{who} is closed: {told}{rest}{because}"))


class ResponseBroken(ConnectionError):
    """The connection ended before the response to a request did."""

    def __init__(self, method: str, path: str, why: str = "") -> None:
        asked = escaped(f"{method} {redact_path(path)}")
        because = f": {why}" if why else ""
        super().__init__(f"the response to {asked} broke off before it was complete{because}")


class Blocked(BaseException):
    """Raised inside code that did not await, so that the others on its event loop are served.

    No `Exception`, so that the `except Exception` in a loop of that code does not catch it.
    """

    said = "it did not await; await what takes long, or give it to asyncio.to_thread"

    def __str__(self) -> str:
        return self.said


class LoopBlocked(TimeoutError):
    """The app's event loop has not turned before a deadline; the message says who holds it."""


class Wire(Protocol):
    """One open WebSocket, seen from the client. Used only on the transport's own loop."""

    subprotocol: str | None
    headers: list[tuple[str, str]]
    """Those of the answer to the handshake."""

    @property
    def send_now(self) -> Callable[[str | bytes], bool] | None:
        """A function that sends one message if there is room for it, and returns whether there was.

        None where sending may always have to wait. It raises as `send` does.
        """
        ...

    async def send(self, message: str | bytes) -> None:
        """Send one message; `ClientClosed` if nobody is there."""

    async def send_raw(self, data: bytes) -> None:
        """Send bytes as they are, frames or not; `RuntimeError` where there is no wire."""

    async def receive(self) -> str | bytes:
        """Wait for one message; `ClientClosed` at the end. Cancelling loses none."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Do the closing handshake."""


class Coming(Protocol):
    """A response whose body is still to come, seen from the client.

    Used only on the transport's own loop. Whoever has it closes it.
    """

    status: int
    headers: list[tuple[str, str]]
    began: float
    """When the request was sent, as `time.perf_counter` has it."""

    async def receive(self) -> bytes:
        """Wait for the next part of the body; b"" at its end. Cancelling loses none.

        Raises:
            ResponseBroken: The connection ended before the response did.
        """
        ...

    async def read(self) -> bytes:
        """Read all of a body of which nothing was received yet.

        Raises:
            ResponseBroken: The connection ended before the response did.
        """
        ...

    async def close(self) -> None:
        """Let go of it: the app sees that the client has left, if the body has not ended."""


async def whole(coming: Coming) -> Response:
    """Read a response to its end, and close it."""
    try:
        body = await coming.read()
        seconds = time.perf_counter() - coming.began
        return Response(coming.status, coming.headers, body, seconds)
    finally:
        await coming.close()


@dataclass(frozen=True)
class Cut:
    """How many sockets and requests were cut off when a transport stopped."""

    sockets: int = 0
    requests: int = 0

    def __str__(self) -> str:
        parts = []
        if self.sockets:
            parts.append(f"{count(self.sockets, 'socket')} closed with 1012")
        if self.requests:
            parts.append(f"{count(self.requests, 'request')} cancelled")
        return ", ".join(parts) or "nothing was open"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 socket", "3 sockets"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Line(NamedTuple):
    """One line of a thread's stack: file, line number, function."""

    filename: str
    number: int
    function: str


@dataclass(frozen=True)
class Pulse:
    """Whether the app's event loop answers, and how fast.

    Attributes:
        loop: ``"uvloop"`` or ``"asyncio"``; "" if it has ended.
        thread: The name of its thread; "" if it is the caller's own.
        seconds: How long it took to answer; None if it did not.
        at: If it did not, where its thread is, innermost first.
    """

    loop: str
    thread: str
    seconds: float | None
    at: tuple[Line, ...] = ()


class Runner(Protocol):
    """A thread with the event loop on which the app lives."""

    loop: asyncio.AbstractEventLoop
    thread: threading.Thread


def loop_name(loop: object) -> str:
    """Return the package of an event loop: ``"uvloop"``, ``"asyncio"`` …"""
    return type(loop).__module__.partition(".")[0]


class Transport(Protocol):
    """What serves an ASGI app and lets clients reach it."""

    name: str
    port: int | None
    """The TCP port, or None where there is no network."""

    blocker: Blocker
    """Names who holds the app's loop."""

    prepare: Callable[[], object] | None
    """What takes long before the first request, and belongs to no deadline; called on a thread of
    its own. None where nothing does, or it is done."""

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        ...

    @property
    def ended_by(self) -> str:
        """Why it serves no more though nobody has asked it to stop, as a sentence; else ""."""
        ...

    def start(self) -> None:
        """Serve. Returns when clients can connect."""

    def check_caller(self) -> None:
        """Raise `RuntimeError` where a command would wait for itself: inside a handler."""

    def call(self, work: Coroutine[Any, Any, T], deadline: float) -> T | Awaitable[T]:
        """Run a coroutine on the app's event loop and return its result.

        With the memory transport the caller is not blocked: it returns an awaitable of the result.

        Args:
            work: The coroutine.
            deadline: Seconds it may take.
        """
        ...

    async def run(self, work: Coroutine[Any, Any, T], deadline: float | None = None) -> T:
        """Await a coroutine that runs on the app's event loop, from any loop.

        Args:
            work: The coroutine. If it is to end by itself in time, it has a deadline of its own.
            deadline: Seconds after which it is given up, though the loop may be blocked.

        Raises:
            LoopBlocked: If the loop did not turn in time.
        """
        ...

    async def run_function(self, function: Callable[[], T], deadline: float) -> T:
        """Call a function that does not wait on the app's event loop, from any loop.

        Args:
            function: What to call.
            deadline: Seconds after which it is given up, though the loop may be blocked.

        Raises:
            LoopBlocked: If the loop did not turn in time.
        """
        ...

    def runner(self) -> Runner | None:
        """Return the thread on which the app lives; None if it has none, or none any more."""
        ...

    def leave(self, why: str, *, go_on: bool) -> None:
        """Leave the app's thread behind, which is blocked.

        Args:
            why: What whoever waits for it is told, as a sentence.
            go_on: Whether to serve from a new one instead.
        """

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine on the app's event loop, from any thread, and do not wait for it."""

    async def connect(
        self, path: str, *, headers: Headers = (), subprotocols: Sequence[str] = ()
    ) -> Wire:
        """Do an opening handshake. Call it through `run`.

        Raises:
            HandshakeRefused: With status and body.
        """
        ...

    async def request(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> Response:
        """Send an HTTP request and read the whole response. Call it through `run`.

        Raises:
            ResponseBroken: The response was not complete.
        """
        ...

    async def ask(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> Coming:
        """Send an HTTP request; return when status and headers are there. Call it through `run`.

        Raises:
            ResponseBroken: The connection ended before.
        """
        ...

    def frames_unseen(self) -> str:
        """Return as a sentence why no frames can be seen here; "" if they can."""
        ...

    def show_frames(self, shown: bool) -> None:
        """Have new connections show their frames as fully as they can, or not."""

    def watch(self, receive: Any, saw: Callable[[Frame], None], over: Callable[[], None]) -> str:
        """Call back with each frame of a connection, as `frames.watch` does."""
        ...

    def pulse(self, patience: float) -> Pulse:
        """Ask the app's event loop for a sign of life, for at most so many seconds."""
        ...

    def stop(self, deadline: float) -> Cut:
        """Stop serving; say what that cut off. Stopping what is stopped does nothing."""
        ...
