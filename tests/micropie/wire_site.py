"""The app that the tests on the wire attack, and the servers that it stands behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import micropie
from micropie import App, ConnectionClosed, MultipartFileError
from micropie.types import Receive, Scope, Send
from tests.micropie.peers import DEADLINE
from tests.micropie.raw_client import Reply, raw_client
from tests.micropie.servers import hypercorn_server, uvicorn_server

OURS = str(Path(micropie.__file__).parent)
# How long the app waits for more of a body, in seconds; tests wait as long for what never comes.
BODY_TIMEOUT = 0.1
MAX_BODY = 2000


class Site(App):
    """Handlers for every state in which a client can vanish, and what became of each.

    Attributes:
        seen: What handlers noted, in order.
        ends: How WebSockets ended: the code of each `ConnectionClosed`.
        running: How many calls of this app have not returned.
    """

    def __init__(self) -> None:
        super().__init__(body_timeout=BODY_TIMEOUT, max_body_size=MAX_BODY)
        self.seen: list[str] = []
        self.ends: list[int] = []
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.running += scope["type"] != "lifespan"
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.running -= scope["type"] != "lifespan"

    # HTTP.

    def index(self, *path: str) -> list[str]:
        return [*path]

    def greet(self, name: str = "you") -> str:
        return f"hi {name}"

    def typed(self, number: int) -> str:
        return f"number {number:e}"

    def echo(self) -> list[Any]:
        self.seen.append("echo")
        request = self.request
        return [request.json(), request.body_params, sorted(request.files)]

    def visit(self) -> str:
        self.request.session["visits"] = self.request.session.get("visits", 0) + 1
        return str(self.request.session["visits"])

    def header(self, value: str) -> Any:
        return 200, "x", [("X-Value", value), ("Location", value)]

    def framing(self) -> Any:
        return 200, "hello", [("Transfer-Encoding", "chunked"), ("Content-Length", "2")]

    async def wait(self) -> str:
        self.seen.append("waiting")
        for _ in range(1000):
            await asyncio.sleep(0.001)
            if "go on" in self.seen:
                break
        self.seen.append("answered")
        return "late"

    async def flow(self) -> AsyncIterator[str]:
        try:
            while True:
                yield "first" * 200
        finally:
            self.seen.append("closed")

    def flow_in_steps(self) -> Iterator[str]:
        try:
            while True:
                yield "first" * 200
        finally:
            self.seen.append("closed")

    async def silence(self) -> AsyncIterator[str]:
        try:
            yield "first"
            await asyncio.Event().wait()
        finally:
            self.seen.append("closed")

    async def upload(self, file: Any) -> str:
        size = 0
        try:
            while (chunk := await file["content"].get()) is not None:
                size += len(chunk)
                self.seen.append("chunk")
        except MultipartFileError:
            self.seen.append("incomplete")
            raise
        return str(size)

    def fail(self) -> None:
        raise KeyError("fail")

    async def fail_in_stream(self) -> AsyncIterator[str]:
        yield "first"
        raise KeyError("fail")

    # WebSocket.

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        await self._until_closed(ws, lambda: self._echo(ws))

    async def _echo(self, ws: Any) -> None:
        await ws.send_text(str(len(await ws.receive())))

    async def _until_closed(self, ws: Any, act: Callable[[], Any]) -> None:
        with pytest.raises(ConnectionClosed) as first:  # noqa: PT012 (it is what ends the loop)
            while True:
                await act()
        # Again and again the same, whatever is tried.
        for attempt in (ws.receive, ws.receive_text, lambda: ws.send_text("late"), ws.accept):
            with pytest.raises(ConnectionClosed) as again:
                await attempt()
            assert again.value.args == first.value.args
        await ws.close(4000, "late")
        self.ends.append(int(first.value.code))

    async def ws_flood(self, ws: Any) -> None:
        await ws.accept()
        await self._until_closed(ws, lambda: ws.send_bytes(b"x" * 10000))

    async def ws_late(self, ws: Any) -> None:
        self.seen.append("waiting")
        while "go on" not in self.seen:
            await asyncio.sleep(0.001)
        try:
            await ws.accept()
            await ws.receive()
        except ConnectionClosed as closed:
            self.ends.append(int(closed.code))

    async def ws_fail_before(self, ws: Any) -> None:
        raise KeyError("fail")

    async def ws_fail_after(self, ws: Any) -> None:
        await ws.accept()
        raise KeyError("fail")

    async def ws_fail_later(self, ws: Any) -> None:
        await ws.accept()
        await ws.receive()
        raise KeyError("fail")

    async def ws_fail_closed(self, ws: Any) -> None:
        await ws.accept()
        await ws.close(4001, "enough")
        raise KeyError("fail")

    async def ws_fail_refused(self, ws: Any) -> None:
        await ws.close()
        raise KeyError("fail")

    # What is left.

    async def tasks(self) -> str:
        """Count the calls of this app that are running, but for this one, and our tasks."""
        codes = [getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()]
        ours = [code for code in codes if code and code.co_filename.startswith(OURS)]
        return str(self.running - 1 + len(ours))


@dataclass(frozen=True)
class Place:
    """A server and the app behind it."""

    name: str
    port: int
    site: Site

    def reset(self) -> None:
        """Forget what handlers noted."""
        self.site.seen.clear()
        self.site.ends.clear()

    async def ask(self, data: bytes, method: str = "GET") -> Reply:
        """Send a request as it is, as a client of its own, and read the response."""
        async with raw_client(self.port) as client:
            await client.send(data)
            return await client.reply(method)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something has happened in the server's thread."""
        async with asyncio.timeout(DEADLINE):
            while not condition():
                await asyncio.sleep(0.001)


HTTPTOOLS = "uvicorn-httptools-sansio"
H11 = "uvicorn-h11-wsproto"
HYPERCORN = "hypercorn"
PLACES = (HTTPTOOLS, H11, HYPERCORN)


@contextlib.contextmanager
def everywhere() -> Iterator[dict[str, Place]]:
    """Serve an app of its own behind each server."""
    sites = {name: Site() for name in PLACES}
    with (
        uvicorn_server(sites[HTTPTOOLS], http="httptools", ws="websockets-sansio") as httptools,
        uvicorn_server(sites[H11], http="h11", ws="wsproto") as h11,
        hypercorn_server(sites[HYPERCORN]) as hypercorn,
    ):
        ports = {HTTPTOOLS: httptools, H11: h11, HYPERCORN: hypercorn}
        yield {name: Place(name, ports[name], sites[name]) for name in PLACES}
