"""The server's end of one HTTP exchange, and the response as the client gets it.

Law of the room: it decides like uvicorn's httptools protocol; the conformance suite holds it to
that. A response is complete for the client as soon as its framing says so (RFC 9112 6.3), whatever
the app still does.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from typing import Any

from micropie.testing.rules import check_bytes, check_headers, check_status, refuse
from micropie.testing.scopes import RawHeaders, decode_headers
from micropie.testing.waiting import Deadline, Pipe
from micropie.types import Event

# What a server reads from a socket at once: a longer body reaches the app in several events.
CHUNK = 64 * 1024

FAILURE = b"Internal Server Error"
FAILURE_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", str(len(FAILURE)).encode()),
    (b"connection", b"close"),
]


@dataclass(frozen=True)
class Response:
    """What the app answered to an HTTP request.

    Attributes:
        status: The HTTP status.
        headers: Names and values in order, names in lower case.
        body: Its bytes.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False, default=b"")

    @property
    def text(self) -> str:
        """The body as text (UTF-8; what is not shows as U+FFFD)."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the value of a body that holds JSON; `ValueError` if it does not."""
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return the first header of that name, None without one.

        Args:
            name: Its name, in upper or lower case.
        """
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


class ResponseIncomplete(ConnectionError):
    """The connection ended before the response did: the app raised, or returned too early.

    Attributes:
        response: What had come until then; None if not even the status had.
    """

    def __init__(self, response: Response | None) -> None:
        self.response = response
        got = "nothing" if response is None else f"{response.status}, {len(response.body)} bytes"
        super().__init__(
            f"expected a whole response, got {got} before the connection ended; see client.errors"
        )


@dataclass(frozen=True)
class Head:
    """Status and headers."""

    status: int
    headers: RawHeaders


@dataclass(frozen=True)
class Finish:
    """The end of the chunks of a response."""

    complete: bool


class Exchange:
    """One HTTP request with its response, between an app and a client."""

    def __init__(self, method: str) -> None:
        self.head: asyncio.Future[Head] = asyncio.get_running_loop().create_future()
        self.chunks: Pipe[bytes | Finish] = Pipe()
        self.raised: BaseException | None = None
        self._method = method
        self._requests: Pipe[Event] = Pipe()
        self._started = False
        self._disconnected = False
        self._complete = False
        # How many bytes may and must still come; None without a content-length.
        self._remaining: int | None = None

    # The app's end.

    async def receive(self) -> Event:
        """Give the app its next event; cancelling loses none."""
        return await self._requests.get()

    async def send(self, event: Event) -> None:
        """Take an event from the app; after the client left it is dropped, as uvicorn does."""
        await self.chunks.room()
        if self.chunks.ended or not event.get("body"):
            # An app that goes on for ever must not keep the loop from the others.
            await asyncio.sleep(0)
        try:
            self._take(event)
        except Exception:
            await asyncio.sleep(0)
            raise

    def _take(self, event: Event) -> None:
        if self._disconnected:
            return
        if not self._started:
            self._start(event)
        elif not self._complete:
            self._continue(event)
        else:
            raise RuntimeError(
                f"expected no ASGI event after the response was complete, got {event['type']!r}"
            )

    def app_ended(self, error: BaseException | None) -> BaseException | None:
        """Do what a server does when the app has returned or raised; return what is an error."""
        if self._complete or self._disconnected:
            return error
        lacking = "completed" if self._started else "started"
        if not self._started:
            self.head.set_result(Head(500, list(FAILURE_HEADERS)))
            self.chunks.put(FAILURE, len(FAILURE))
            self.chunks.end(Finish(complete=True))
        self.fail(ResponseIncomplete(None))
        return error or RuntimeError(f"expected a {lacking} response, the app returned without")

    def _start(self, event: Event) -> None:
        if event["type"] != "http.response.start":
            raise refuse(event, "http.response.start")
        # A start that is refused counts: uvicorn has no way back from it either.
        self._started = True
        head = Head(check_status(event), check_headers(event.get("headers") or []))
        self._remaining = self._length(head)
        self.head.set_result(head)
        if self._bodiless(head):
            self.chunks.end(Finish(complete=True))

    def _length(self, head: Head) -> int | None:
        if self._method == "HEAD":
            return None
        fields = dict(reversed(head.headers))
        if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
            return None
        if b"content-length" in fields:
            return int(fields[b"content-length"])
        return 0 if head.status in (204, 304) else None

    def _bodiless(self, head: Head) -> bool:
        return self._method == "HEAD" or head.status in (204, 304) or self._remaining == 0

    def _continue(self, event: Event) -> None:
        if event["type"] != "http.response.body":
            raise refuse(event, "http.response.body")
        body = check_bytes(event.get("body", b""))
        if self._remaining is not None:
            self._count(len(body))
        if body and self._method != "HEAD":
            self.chunks.put(body, len(body))
        if self._remaining == 0:
            self.chunks.end(Finish(complete=True))
        if not event.get("more_body", False):
            self._finish()

    def _count(self, size: int) -> None:
        assert self._remaining is not None
        if size > self._remaining:
            raise RuntimeError(
                f"expected at most {self._remaining} more bytes by content-length, got {size!r}"
            )
        self._remaining -= size

    def _finish(self) -> None:
        if self._remaining:
            raise RuntimeError(
                f"expected {self._remaining} more bytes by content-length, got the end of the body"
            )
        self._complete = True
        self.chunks.end(Finish(complete=True))
        self._requests.end({"type": "http.disconnect"}, discard=True)

    # The client's end.

    async def feed(self, body: AsyncIterable[bytes]) -> None:
        """Bring the request's body to the app while it is made."""
        async for piece in body:
            await self._requests.room()
            self._upload(check_bytes(piece), more=True)
        self._upload(b"", more=False)

    def upload(self, body: bytes) -> None:
        """Bring the request's body to the app, in pieces as from a socket."""
        for start in range(0, len(body) or 1, CHUNK):
            self._upload(body[start : start + CHUNK], more=start + CHUNK < len(body))

    def leave(self) -> None:
        """Lose the client: the app gets `http.disconnect`, what it sends goes nowhere."""
        self._disconnected = not self._complete
        self._requests.end({"type": "http.disconnect"}, discard=True)
        self.chunks.end(Finish(complete=False))

    def fail(self, error: BaseException) -> None:
        """End the connection; who waits for the status gets the error."""
        if not self.head.done():
            self.head.set_exception(error)
            self.head.exception()
        self.leave()

    def _upload(self, piece: bytes, *, more: bool) -> None:
        self._requests.put({"type": "http.request", "body": piece, "more_body": more}, len(piece))


class ResponseStream:
    """A response whose body is read while the app sends it: `async for chunk in stream`.

    Made by `Client.stream`.

    Attributes:
        status: The HTTP status.
        headers: The headers, names in lower case.
    """

    def __init__(self, exchange: Exchange, head: Head, name: str, timeout: float) -> None:
        self.status = head.status
        self.headers = decode_headers(head.headers)
        self._exchange = exchange
        self._name = name
        self._timeout = timeout

    async def read(self) -> Response:
        """Read what is left of the body.

        Raises:
            ResponseIncomplete: The connection ended before the response did.
        """
        body = bytearray()
        try:
            async for chunk in self:
                body += chunk
        except ResponseIncomplete:
            raise ResponseIncomplete(self._response(bytes(body))) from None
        return self._response(bytes(body))

    def leave(self) -> None:
        """Disconnect before the end: the app gets `http.disconnect`, who reads here an error."""
        self._exchange.leave()

    def _response(self, body: bytes) -> Response:
        return Response(self.status, self.headers, body)

    def __aiter__(self) -> ResponseStream:
        return self

    async def __anext__(self) -> bytes:
        async with Deadline(self._timeout, f"the next part of the response to {self._name}"):
            chunk = await self._exchange.chunks.get()
        if isinstance(chunk, bytes):
            return chunk
        if not chunk.complete:
            raise ResponseIncomplete(self._response(b""))
        raise StopAsyncIteration
