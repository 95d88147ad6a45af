"""One HTTP request led to the far side, its body and the answer's streamed as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

import httpx2

from playground.upstream import headers as passing
from playground.upstream.address import Address
from playground.upstream.dialling import unreachable
from playground.upstream.refused import Refused, Unreachable

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[Any]]
Header = tuple[bytes, bytes]

ANSWERS: Final = 6
"""So many times as long as a handshake the answer to a request may take: some wait on purpose."""


class Requests:
    """Leads requests to one far side, over connections that it keeps.

    Args:
        address: The far side's.
        own: Returns the headers of our own that go with a request, or refuses it.
        context: For TLS (`ssl.SSLContext`).
        timeout: Seconds until a connection is there.
    """

    def __init__(
        self,
        address: Address,
        own: Callable[[Scope], Iterable[Header]],
        context: Any,
        timeout: float,
    ) -> None:
        self._address, self._own, self._timeout = address, own, timeout
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
        self._pool = httpx2.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._pool.aclose()

    async def lead(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead one request on, until its answer has ended or its client has left.

        Raises:
            ConnectionError: If the far side ends in the middle of its answer.
        """
        body = _Body(receive, there=_has_body(scope))
        talk = asyncio.create_task(self._talk(scope, body, send))
        left = asyncio.create_task(body.left())
        try:
            await asyncio.wait({talk, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (talk, left):
                each.cancel()
            await asyncio.wait({talk, left})
        if not talk.cancelled():
            talk.result()

    async def _talk(self, scope: Scope, body: _Body, send: Send) -> None:
        try:
            answer = await self._ask(scope, body)
        except Refused as refused:
            headers = [*refused.headers, (b"content-length", str(len(refused.body)).encode())]
            await send(
                {"type": "http.response.start", "status": refused.status, "headers": headers}
            )
            await send({"type": "http.response.body", "body": refused.body})
            return
        try:
            await self._answer(scope, answer, send)
        finally:
            await answer.aclose()

    async def _ask(self, scope: Scope, body: _Body) -> httpx2.Response:
        """Send the request; return when status and headers of the answer are there.

        Raises:
            Unreachable: If there is no answer.
        """
        wait, answers = self._timeout, ANSWERS * self._timeout
        request = httpx2.Request(
            scope["method"],
            httpx2.URL(self._address.origin),
            headers=self._headers(scope),
            stream=body if body.there else httpx2.ByteStream(b""),
            extensions={
                "target": self._address.target(_raw(scope), scope["query_string"]).encode(),
                "timeout": {"connect": wait, "pool": wait, "read": answers, "write": None},
            },
        )
        try:
            return await self._pool.handle_async_request(request)
        except httpx2.ConnectError as error:
            raise unreachable(self._address, _root(error), wait) from error
        except httpx2.ConnectTimeout as error:
            raise unreachable(self._address, TimeoutError(), wait) from error
        except httpx2.TimeoutException as error:
            raise unreachable(self._address, TimeoutError(), answers) from error
        except httpx2.TransportError as error:
            said = f"{self._address.origin} ended without an answer"
            if not isinstance(error, httpx2.RemoteProtocolError | httpx2.NetworkError):
                said = f"{self._address.origin} could not be asked: {error}"
            elif "disconnected" not in str(error) and str(error):
                said = f"{self._address.origin} gives no HTTP for an answer: {error}"
            raise Unreachable(said) from error

    def _headers(self, scope: Scope) -> list[Header]:
        given = scope["headers"]
        own = [(b"host", self._address.netloc.encode())]
        if any(name == b"transfer-encoding" for name, _ in given):
            own.append((b"transfer-encoding", b"chunked"))
        scheme = scope.get("scheme", "http")
        return own + passing.asked(given, self._address, self._own(scope), scheme=scheme)

    async def _answer(self, scope: Scope, answer: httpx2.Response, send: Send) -> None:
        scheme = scope.get("scheme", "http")
        headers = passing.said(answer.headers.raw, self._address, scheme=scheme)
        await send(
            {"type": "http.response.start", "status": answer.status_code, "headers": headers}
        )
        stream = answer.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        try:
            async for part in stream:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        except httpx2.TransportError as error:
            said = f"{self._address.origin} ended in the middle of its answer"
            raise ConnectionError(said) from error
        await send({"type": "http.response.body", "body": b""})


class _Body(httpx2.AsyncByteStream):
    """The body of a request, as it comes."""

    def __init__(self, receive: Receive, *, there: bool) -> None:
        self._receive, self.there = receive, there
        self._over = asyncio.Event()
        if not there:
            self._over.set()
        self._has_left = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self._over.is_set():
            event = await self._receive()
            if event["type"] == "http.disconnect":
                self._has_left = True
                self._over.set()
                raise ConnectionError("the client has left in the middle of its request")
            if not event.get("more_body"):
                self._over.set()
            if event.get("body"):
                yield event["body"]

    async def left(self) -> None:
        """Wait until the client has left; what is left of its body is not waited for."""
        await self._over.wait()
        while not self._has_left:
            self._has_left = (await self._receive())["type"] == "http.disconnect"


def _has_body(scope: Scope) -> bool:
    found = dict(scope["headers"])
    return b"transfer-encoding" in found or found.get(b"content-length", b"0") != b"0"


def _raw(scope: Scope) -> bytes:
    return bytes(scope.get("raw_path") or scope["path"].encode())


def _root(error: BaseException) -> BaseException:
    """Return what an exception of httpx2 was made of: the system's own, if it is there."""
    found = error
    while (inner := found.__cause__ or found.__context__) is not None:
        found = inner
        if isinstance(found, OSError):
            break
    return found
