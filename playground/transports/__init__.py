"""How clients reach the stage: what every transport offers, and what it raises.

Law of the room: the shared path is async. Nothing here blocks a loop, so that it works in Pyodide.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

from playground.traffic.frames import Frame
from playground.traffic.model import close_phrase

T = TypeVar("T")
Headers = Iterable[tuple[str, str]]
ASGIApp = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]

# Larger than any message that the server takes (16 MiB), so that a client never is the limit.
MAX_MESSAGE = 64 * 1024 * 1024


class HandshakeRefused(ConnectionError):
    """The app answered an opening handshake with something else than 101.

    Attributes:
        status: The HTTP status.
        body: The body of the response, as text: the reason.
        path: The path that was asked for.
    """

    def __init__(self, status: int, body: str, path: str, advice: str = "") -> None:
        self.status = status
        self.body = body
        self.path = path
        parts = [f"the handshake for {path!r} was refused with {status}"]
        parts += [part for part in (body.strip(), advice) if part]
        super().__init__(": ".join(parts[:2]) + "".join(f"; {part}" for part in parts[2:]))


class ClientClosed(ConnectionError):
    """A client's connection is closed: there is nothing more to receive, and nobody to send to.

    Attributes:
        code: The close code (RFC 6455 7.4.1); 1006 if there was no closing handshake.
        reason: The close reason, possibly "".
    """

    def __init__(self, code: int, reason: str = "", who: str = "the connection") -> None:
        self.code = code
        self.reason = reason
        phrase = close_phrase(code)
        told = f"{code} ({phrase})" if phrase else str(code)
        super().__init__(f"{who} is closed: {told}" + (f" {reason}" if reason else ""))


class ResponseBroken(ConnectionError):
    """The connection ended before the response to a request did."""

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"the response to {method} {path} broke off before it was complete")


@dataclass(frozen=True)
class Response:
    """What the app answered to an HTTP request.

    Attributes:
        status: The HTTP status.
        headers: Names and values in order, as they were sent.
        body: Its bytes.
        seconds: How long it took, from the request to the end of the body.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The body as text (UTF-8; what is not shows as U+FFFD)."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as the JSON value it is; `ValueError` if it is none."""
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return the first header of that name, however it is written; None without one.

        Args:
            name: Its name, in upper or lower case.
        """
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def __repr__(self) -> str:
        shown = self.text if len(self.body) <= 200 else self.text[:200] + "…"
        return f"<Response {self.status} {shown!r}>"


class Wire(Protocol):
    """One open WebSocket, seen from the client. Used only on the transport's own loop."""

    subprotocol: str | None

    async def send(self, message: str | bytes) -> None:
        """Send one message; `ClientClosed` if nobody is there."""

    async def receive(self) -> str | bytes:
        """Wait for one message; `ClientClosed` at the end. Cancelling loses none."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Do the closing handshake."""


@dataclass(frozen=True)
class Cut:
    """What stopping a transport cut off."""

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
    """Where a thread is: a line of a file, in a function."""

    filename: str
    number: int
    function: str


@dataclass(frozen=True)
class Pulse:
    """How the loop is on which the app lives.

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


def loop_name(loop: object) -> str:
    """Return whose an event loop is: ``"uvloop"``, ``"asyncio"`` …"""
    return type(loop).__module__.partition(".")[0]


class Transport(Protocol):
    """What serves an ASGI app and lets clients reach it."""

    name: str
    port: int | None
    """The TCP port, or None where there is no network."""

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        ...

    def start(self) -> None:
        """Serve. Returns when clients can connect."""

    def call(self, work: Coroutine[Any, Any, T], deadline: float) -> T | Awaitable[T]:
        """Have a coroutine done where the app lives: its result, or where nothing may block, an
        awaitable of it."""
        ...

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Await a coroutine where the app lives, from any loop."""
        ...

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine where the app lives, from any thread, and do not wait for it."""

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

    def frames_unseen(self) -> str:
        """Return as a sentence why no frames can be seen here; "" if they can."""
        ...

    def show_frames(self, shown: bool) -> None:
        """Get ready for frames to be watched, or not."""

    def watch(self, receive: Any, saw: Callable[[Frame], None], over: Callable[[], None]) -> str:
        """Have the frames of a connection told, as `frames.watch` does."""
        ...

    def pulse(self, patience: float) -> Pulse:
        """Try the loop on which the app lives, for at most so many seconds."""
        ...

    def stop(self, deadline: float) -> Cut:
        """Stop serving; say what that cut off. Stopping what is stopped does nothing."""
        ...
