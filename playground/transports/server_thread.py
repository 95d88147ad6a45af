"""Run uvicorn once, from start to stop: a thread, an event loop in it, a server on that.

Law of the room: nothing of uvicorn's that exits the process or catches signals is ever run.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from playground.traffic.told import told
from playground.transports import ASGIApp, server_internals
from playground.transports.held_loop import NOBODY, Watcher
from playground.transports.loop_thread import LoopThread

# How long open connections may take to end by themselves once the server stops.
GRACE = 1.0


class ServerThread(LoopThread):
    """A thread with an event loop, on which a server runs until it is stopped."""

    name = "playground-server"

    def __init__(
        self,
        app: ASGIApp,
        bound: socket.socket,
        on_trouble: Callable[[str], None],
        closing: Callable[[], Coroutine[Any, Any, None]],
        watcher: Watcher = NOBODY,
    ) -> None:
        super().__init__(watcher)
        self.app = app
        self.bound = bound
        self.on_trouble = on_trouble
        self.closing = closing
        # Compression costs three times the memory of a connection, and on loopback it buys nothing
        # but to be seen.
        self.compresses = False
        self.server: Any = None
        self._complaints = _Complaints(on_trouble)

    def compress(self, wanted: bool) -> None:
        """Take compression where a client offers it, or not, from the next connection on."""
        self.compresses = wanted
        if self.server is not None:
            server_internals.compress(self.server, wanted)

    def leave_behind(self, why: str) -> None:
        """Free the port without the thread; what it still does is none of the lab's any more."""
        super().leave_behind(why)
        server_internals.hang_up(server_internals.connections_of(self.server))
        with contextlib.suppress(OSError):
            # Not closed: the loop still holds the number of the file.
            self.bound.shutdown(socket.SHUT_RDWR)

    async def work(self) -> None:
        """Serve until it is asked to stop."""
        import uvicorn

        from playground.transports.uvicorn_server import Server

        config = uvicorn.Config(
            self.app,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws=_websockets(),
            ws_per_message_deflate=self.compresses,
            # Pings keep proxies from dropping a quiet socket. A missing pong proves nothing: a cell
            # that holds the interpreter for long stops both ends.
            ws_ping_timeout=None,
        )
        self.server = Server(config, self.stopping, self.ready.set, GRACE)
        if hidden := server_internals.unseen(self.server):
            self.on_trouble(hidden)
        self._complaints.begin()
        await self.server.serve(sockets=[self.bound])
        self.cut = self.server.cut
        if not self.left_behind:
            await self.closing()

    def _tidy(self) -> None:
        try:
            super()._tidy()
        finally:
            self._complaints.end()  # the last connections are only lost by now
            self.bound.close()


def _websockets() -> Any:
    """Return uvicorn's WebSocket protocol as it is wanted here; its own if that cannot be had."""
    try:
        from playground.transports.websocket_protocol import Protocol
    except (ImportError, AttributeError):
        return "websockets-sansio"
    return Protocol


class _Complaints:
    """Pass what uvicorn logs on this thread to `on_trouble`, instead of some cell's stderr."""

    def __init__(self, on_trouble: Callable[[str], None]) -> None:
        self.on_trouble = on_trouble
        # Each event is logged by the second where everything is.
        self.loggers = [logging.getLogger(f"uvicorn.{name}") for name in ("error", "asgi")]

    def begin(self) -> None:
        """Begin, on the thread of the server."""
        self.thread = threading.get_ident()
        for logger in self.loggers:
            logger.filters.insert(0, self._take)  # before those of the user's, which may raise

    def end(self) -> None:
        """Leave the loggers as they were."""
        for logger in self.loggers:
            logger.removeFilter(self._take)

    def _take(self, record: logging.LogRecord) -> bool:
        if record.thread != self.thread:
            return True
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno >= logging.WARNING and not isinstance(error, asyncio.CancelledError):
            said = record.getMessage().strip()
            self.on_trouble(f"{said}: {told(error)}" if error else said)
        return False
