"""The client: it starts the app's tasks, keeps their errors, and ends them all."""

from __future__ import annotations

import asyncio
import itertools
import json as jsonlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

from micropie.logs import logger_of
from micropie.testing.http import Exchange, Response, ResponseStream
from micropie.testing.lifespan import Lifespan, LifespanFailed
from micropie.testing.scopes import (
    Headers,
    RawHeaders,
    encode_headers,
    http_scope,
    merge_headers,
    websocket_scope,
)
from micropie.testing.session import WebSocketRefused, WebSocketSession
from micropie.testing.tasks import Tasks
from micropie.testing.waiting import Deadline
from micropie.testing.websocket import Accepted, Connection, Refused
from micropie.types import NUMBER, ASGIApp, Scope

logger = logger_of(__name__)

Body = bytes | AsyncIterable[bytes]
Form = Mapping[str, Any] | Iterable[tuple[str, Any]]

MAX_MESSAGE = 16 * 1024 * 1024


class Client:
    """An in-process client of an ASGI app.

    `async with Client(app) as client:` runs the app's lifespan around the block; without it the
    client works too, and the app just gets no lifespan. Whatever the app does, no call waits
    longer than the time-out, and no task is left after the block.

    Args:
        app: Any ASGI application.
        timeout: How long one wait may last, in seconds; at most a day.
        headers: Sent with every request and handshake, unless one there has the same name.
        client: The address and port that the app sees.
        root_path: Where the app is mounted, as with uvicorn's `--root-path`.
        max_message: Bytes of a WebSocket message above which the server closes with 1009.
    """

    # Whether somebody else tells what goes wrong.
    _quiet = False

    def __init__(
        self,
        app: ASGIApp,
        *,
        timeout: float = 5.0,
        headers: Headers = (),
        client: tuple[str, int] = ("127.0.0.1", 50000),
        root_path: str = "",
        max_message: int = MAX_MESSAGE,
    ) -> None:
        self.app = app
        self.timeout = timeout
        self._headers = encode_headers(headers)
        self._address = client
        self._root_path = root_path
        self._max_message = max_message
        self._state: dict[str, Any] = {}
        self._tasks = Tasks(app, timeout, quiet=self._quiet)
        self._numbers = itertools.count(1)
        self._lifespan: Lifespan | None = None
        self._living: asyncio.Task[None] | None = None
        # In the order they were opened, which a set would not keep.
        self._connections: dict[Connection, None] = {}
        self._exchanges: dict[Exchange, None] = {}

    @property
    def errors(self) -> list[BaseException]:
        """What handlers, hooks and the app itself raised, the last 100 of them."""
        return self._tasks.errors

    # Lifespan.

    async def start(self) -> None:
        """Run the app's start-up.

        Raises:
            LifespanFailed: The app said that it failed.
            TimeoutError: It did not answer.
        """
        if self._lifespan is not None:
            raise RuntimeError("expected a stopped client, got a started one; call stop() first")
        self._state.clear()
        known = list(self.errors)
        lifespan = self._lifespan = Lifespan()
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self._state,
        }
        self._living = self._tasks.run(scope, lifespan)
        try:
            async with Deadline(self.timeout, "the app's start-up"):
                failed = await asyncio.shield(lifespan.startup)
            if failed is not None:
                await self._tasks.settle()
                raise self._failure("start-up", failed, lifespan, known)
        except BaseException:
            self._lifespan = None
            await self._tasks.end()
            raise

    async def stop(self) -> None:
        """Close what is open, run the app's shutdown, and end every task.

        Raises:
            LifespanFailed: The app said that its shutdown failed.
            TimeoutError: It did not answer.
        """
        lifespan, self._lifespan = self._lifespan, None
        try:
            for connection in list(self._connections):
                connection.client_closes(1012, "")
            for exchange in list(self._exchanges):
                exchange.leave()
            await self._tasks.settle(but=self._living)
            if lifespan is not None:
                await self._shut_down(lifespan)
        finally:
            self._living = None
            await self._tasks.end()

    async def _shut_down(self, lifespan: Lifespan) -> None:
        known = list(self.errors)
        lifespan.ask_shutdown()
        async with Deadline(self.timeout, "the app's shutdown"):
            failed = await asyncio.shield(lifespan.shutdown)
        if failed is not None:
            await self._tasks.settle()
            raise self._failure("shutdown", failed, lifespan, known)

    def _failure(
        self, phase: str, told: str, lifespan: Lifespan, known: list[BaseException]
    ) -> LifespanFailed:
        failure = LifespanFailed(f"the app's {phase} failed: {told or 'it gave no reason'}")
        news = [error for error in self.errors if not any(error is old for old in known)]
        failure.__cause__ = news[-1] if news else lifespan.raised
        return failure

    async def __aenter__(self) -> Client:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self.stop()
        except Exception:
            # What went wrong in the block says more than what went wrong after it.
            if error is None:
                raise
            logger.exception("the client did not stop cleanly after another error")

    # HTTP.

    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: Headers = (),
        body: Body = b"",
        json: Any = None,
        form: Form | None = None,
    ) -> Response:
        """Send a request and read the whole response.

        Args:
            method: `"GET"`, `"POST"` …
            path: Path and query.
            headers: More request headers.
            body: Bytes, or an async iterable of pieces that are sent one after the other.
            json: Instead of a body: a JSON value.
            form: Instead of a body: form fields.

        Raises:
            ResponseIncomplete: The connection ended before the response did.
            TimeoutError: The response was not complete in time.
        """
        async with (
            Deadline(self.timeout, f"the response to {method} {path}"),
            self.stream(method, path, headers=headers, body=body, json=json, form=form) as stream,
        ):
            return await stream.read()

    async def get(self, path: str, **options: Any) -> Response:
        """Send a GET request.

        Args:
            path: Path and query.
            options: As for `request`: headers, body, json, form.
        """
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Response:
        """Send a POST request.

        Args:
            path: Path and query.
            options: As for `request`: headers, body, json, form.
        """
        return await self.request("POST", path, **options)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        headers: Headers = (),
        body: Body = b"",
        json: Any = None,
        form: Form | None = None,
    ) -> AsyncIterator[ResponseStream]:
        """Send a request and read the response as it comes; leaving the block early disconnects.

        Args:
            method: `"GET"`, `"POST"` …
            path: Path and query.
            headers: More request headers.
            body: Bytes, or an async iterable of pieces that are sent one after the other.
            json: Instead of a body: a JSON value.
            form: Instead of a body: form fields.
        """
        implied, body = _content(method, body, json, form)
        fields = merge_headers(implied, self._headers, encode_headers(headers))
        scope = http_scope(method.upper(), path, fields, self._address, self._root_path)
        exchange = Exchange(scope["method"])
        self._exchanges[exchange] = None
        task = self._tasks.run(self._with_state(scope), exchange)
        task.add_done_callback(lambda _: self._exchanges.pop(exchange, None))
        try:
            async with self._uploading(exchange, body):
                name = f"{method} {path}"
                async with Deadline(self.timeout, f"the response to {name}"):
                    head = await asyncio.shield(exchange.head)
                yield ResponseStream(exchange, head, name, self.timeout)
        finally:
            if not exchange.chunks.ended:
                exchange.leave()

    def _uploading(self, exchange: Exchange, body: Body) -> AbstractAsyncContextManager[None]:
        if isinstance(body, bytes):
            exchange.upload(body)
            return nullcontext()
        return self._tasks.beside(exchange.feed(body), exchange.fail)

    # WebSocket.

    async def connect(
        self,
        path: str,
        *,
        headers: Headers = (),
        subprotocols: Sequence[str] = (),
        client: tuple[str, int] | None = None,
    ) -> WebSocketSession:
        """Do an opening handshake; return when the app has accepted.

        Args:
            path: Path and query, such as `"/chat/lobby?name=Ada"`.
            headers: More request headers.
            subprotocols: What the client offers to speak, best first.
            client: The address and port that the app sees, instead of the client's own.

        Raises:
            WebSocketRefused: The app answered something else.
            TimeoutError: The app did not answer.
        """
        fields = merge_headers(self._headers, encode_headers(headers))
        address = client or self._address
        scope = websocket_scope(path, fields, subprotocols, address, self._root_path)
        connection = Connection(scope, self._max_message)
        self._connections[connection] = None
        task = self._tasks.run(self._with_state(scope), connection)
        task.add_done_callback(lambda _: self._connections.pop(connection, None))
        try:
            async with Deadline(self.timeout, f"the app to accept or refuse {path!r}"):
                answer = await asyncio.shield(connection.answer)
        except BaseException:
            connection.client_vanishes()
            raise
        if isinstance(answer, Refused):
            raise WebSocketRefused(answer, path) from connection.raised
        return self._session(connection, answer, path, task)

    def _session(
        self, connection: Connection, answer: Accepted, path: str, task: asyncio.Task[None]
    ) -> WebSocketSession:
        return WebSocketSession(connection, answer, path, self.timeout, task, self.errors)

    def _with_state(self, scope: Scope) -> Scope:
        scope["state"] = self._state.copy()
        scope[NUMBER] = next(self._numbers)
        return scope


def _content(method: str, body: Body, json: Any, form: Form | None) -> tuple[RawHeaders, Body]:
    if sum([body != b"", json is not None, form is not None]) > 1:
        raise TypeError("expected one of body, json and form, got several; give one")
    kind = []
    if json is not None:
        kind, body = [(b"content-type", b"application/json")], jsonlib.dumps(json).encode()
    elif form is not None:
        kind = [(b"content-type", b"application/x-www-form-urlencoded")]
        body = urlencode(list(form.items()) if isinstance(form, Mapping) else list(form)).encode()
    if not isinstance(body, bytes):
        return [*kind, (b"transfer-encoding", b"chunked")], body
    if body or method.upper() in ("POST", "PUT", "PATCH"):
        kind = [*kind, (b"content-length", str(len(body)).encode())]
    return kind, body
