"""The application that a soak talks to, served by uvicorn in a process of its own.

It has what can leak: sessions, middleware, streams, uploads, rooms of WebSockets.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from micropie import App, ConnectionClosed, HttpMiddleware, MultipartFileError, WebSocketMiddleware

PAGE = resource.getpagesize()


class Errors(logging.Handler):
    """Keeps what was logged as an error, and counts it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.count += 1
        self.texts = [*self.texts, self.format(record)][-5:]


class Visits(HttpMiddleware, WebSocketMiddleware):
    """Middleware around everything: it looks at the session and adds a header.

    Attributes:
        open: How many WebSockets are open.
    """

    def __init__(self) -> None:
        self.open = 0

    async def after_request(
        self, request: Any, status: int, body: Any, headers: list[tuple[str, str]]
    ) -> None:
        """Count the visits of a session."""
        if "visits" in request.session:
            request.session["visits"] += 1
        headers.append(("X-Visits", str(request.session.get("visits", 0))))

    async def before_websocket(self, request: Any) -> None:
        """Count a connection."""
        self.open += 1

    async def after_websocket(self, request: Any) -> None:
        """Count it no more."""
        self.open -= 1


class Site(App):
    """What clients of a soak connect to."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(body_timeout=0.5, session_cookie_secure=False)
        self._errors = errors
        self._visits = Visits()
        self._room: set[Any] = set()
        self.middlewares.append(self._visits)
        self.ws_middlewares.append(self._visits)

    def index(self, name: str = "you") -> str:
        """Greet."""
        return f"hi {name}"

    def login(self) -> str:
        """Begin a session."""
        self.request.session.setdefault("visits", 1)
        return "in"

    def logout(self) -> str:
        """End a session."""
        self.request.session.clear()
        return "out"

    def echo(self) -> Any:
        """Send a form or a JSON value back."""
        return [self.request.json(), self.request.body_params]

    async def upload(self, file: Any) -> Any:
        """Drain an upload and measure it."""
        size = 0
        try:
            while (chunk := await file["content"].get()) is not None:
                size += len(chunk)
        except MultipartFileError as error:
            return 400, str(error)
        return {"size": size}

    async def ignore(self, file: Any) -> str:
        """Look at no upload."""
        return "thanks"

    async def ticks(self) -> AsyncIterator[str]:
        """Stream for ever, now and then."""
        while True:
            yield "data: tick\n\n"
            await asyncio.sleep(0.002)

    async def flow(self) -> AsyncIterator[bytes]:
        """Stream for ever without a pause."""
        while True:
            yield b"x" * 4096

    def steps(self) -> Iterator[str]:
        """Stream from a thread."""
        for number in range(1000):
            yield f"{number}\n"

    async def ws_echo(self, ws: Any) -> None:
        """Send messages back."""
        await ws.accept()
        async for message in ws.iter_text():
            await ws.send_text(message)

    async def ws_room(self, ws: Any, name: str = "you") -> None:
        """Tell everybody what anybody says."""
        await ws.accept()
        self._room.add(ws)
        try:
            async for message in ws:
                for other in list(self._room):
                    await self._tell(other, f"{name}: {message!s}")
        finally:
            self._room.discard(ws)

    async def _tell(self, ws: Any, text: str) -> None:
        try:
            await ws.send_text(text)
        except ConnectionClosed:
            self._room.discard(ws)

    async def ws_flood(self, ws: Any) -> None:
        """Send for ever without a pause."""
        await ws.accept()
        while True:
            await ws.send_bytes(b"x" * 4096)

    async def ws_late(self, ws: Any) -> None:
        """Take a moment to accept."""
        await asyncio.sleep(0.01)
        await ws.accept()
        await ws.close(4000, "late")

    async def ws_guard(self, ws: Any) -> None:
        """Refuse."""
        await ws.refuse(401, "who are you?")

    def state(self) -> dict[str, Any]:
        """Tell what this process holds."""
        gc.collect()
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
        return {
            "tasks": len(asyncio.all_tasks()),
            "files": len(os.listdir("/proc/self/fd")),
            "sockets": self._visits.open + len(self._room),
            "sessions": len(self.session_backend._kept),  # type: ignore[attr-defined]
            "objects": len(gc.get_objects()),
            "kilobytes": resident // 1024,
            "errors": self._errors.count,
            "last_errors": self._errors.texts,
        }


def main() -> None:
    """Serve on the socket whose number is the first argument, with the protocols that follow."""
    descriptor, http, ws = sys.argv[1:]
    errors = Errors()
    logging.getLogger().addHandler(errors)
    # What asyncio says of sockets that are gone is a warning, and would fill the terminal.
    logging.getLogger("asyncio").propagate = False
    logging.getLogger("asyncio").addHandler(errors)
    config = uvicorn.Config(
        Site(errors),
        http=http,
        ws=ws,
        log_config=None,
        access_log=False,
        ws_max_size=65536,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(descriptor))])


if __name__ == "__main__":
    main()
