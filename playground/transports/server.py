"""A real server: uvicorn on a thread and a loop of its own, reached over loopback TCP.

Law of the room: the socket is bound before the thread starts, so that a taken port is an exception
in the cell that asked for it; every wait has a deadline; nothing of uvicorn's that exits the
process or catches signals is ever run.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from playground.traffic.frames import Frame
from playground.transports import ASGIApp, Cut, Headers, Pulse, Response, Wire, frames
from playground.transports.server_thread import ServerThread
from playground.transports.waking import Waking

T = TypeVar("T")
logger = logging.getLogger(__name__)


class ServerTransport:
    """Serve an ASGI app on 127.0.0.1.

    Args:
        app: The app.
        port: The TCP port; 0 for a free one, which is then kept for every later `start`.
        on_trouble: Told, as a sentence, what uvicorn complains about (a malformed request).
        closing: Awaited on the server's loop when all connections have ended: the app's shutdown.
    """

    name = "server"

    def __init__(
        self,
        app: ASGIApp,
        port: int = 0,
        on_trouble: Callable[[str], None] = logger.warning,
        closing: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self.app = app
        self.port: int | None = port or None
        self.on_trouble = on_trouble
        self._closing = closing
        self._thread: ServerThread | None = None
        self._compresses = False
        self._http: Any = None

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        return self._thread is not None and not self._thread.done.is_set()

    def start(self) -> None:
        """Bind the port and serve, within milliseconds.

        Raises:
            OSError: If the port is taken; the message says what to do.
            RuntimeError: If the server did not start.
        """
        if self.running:
            return
        bound = _bind(self.port or 0)
        self.port = bound.getsockname()[1]
        self._thread = ServerThread(self.app, bound, self.on_trouble, self._close)
        self._thread.compresses = self._compresses
        self._thread.start()

    def stop(self, deadline: float = 5.0) -> Cut:
        """Close every connection with 1012, free the port, end the thread.

        Raises:
            RuntimeError: If the thread did not end within `deadline` seconds. Then it is left
                behind: it serves nobody any more, and ends when whatever holds it does.
        """
        thread = self._thread
        if thread is None:
            return Cut()
        self._check_caller()
        try:
            return thread.stop(deadline)
        finally:
            self._thread = None

    def _loop(self) -> asyncio.AbstractEventLoop:
        if self._thread is None or self._thread.done.is_set():
            raise RuntimeError("the lab is stopped; lab.restart() starts it again")
        return self._thread.loop

    def call(self, work: Coroutine[Any, Any, T], deadline: float) -> T:
        """Have a coroutine done on the server's loop and return its result.

        Raises:
            TimeoutError: If it took longer than `deadline` seconds.
        """
        try:
            self._check_caller()
        except RuntimeError:
            work.close()
            raise
        future = self._submit(work)
        try:
            return future.result(deadline)
        except TimeoutError:
            if future.done():  # the work itself raised it
                raise
            future.cancel()
            raise TimeoutError(f"the server did not answer within {deadline:g} s") from None
        except KeyboardInterrupt:
            future.cancel()
            raise

    def _check_caller(self) -> None:
        if self._thread is not None and threading.current_thread() is self._thread.thread:
            raise RuntimeError(
                "expected a call from a cell, got one from inside a handler, which would wait for "
                "itself; call it from a cell, or from asyncio.to_thread"
            )

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop())
        except RuntimeError:
            work.close()
            raise

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Await a coroutine on the server's loop, from any loop."""
        if self._thread is not None and asyncio.get_running_loop() is self._thread.loop:
            return await work
        with Waking():
            return await asyncio.wrap_future(self._submit(work))

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine on the server's loop, from any thread."""
        self._submit(work)

    def pulse(self, patience: float) -> Pulse:
        """Try the server's loop.

        Raises:
            RuntimeError: On the loop itself, which would wait for itself, or if there is none.
        """
        self._check_caller()
        self._loop()
        assert self._thread is not None
        return self._thread.pulse(patience)

    def frames_unseen(self) -> str:
        """Return as a sentence why no frames can be seen here; "" if they can."""
        return frames.unseen()

    def show_frames(self, shown: bool) -> None:
        """Take compression where a client offers it while frames are shown, and not otherwise."""
        self._compresses = shown
        if self._thread is not None:
            self._thread.compress(shown)

    def watch(self, receive: Any, saw: Callable[[Frame], None], over: Callable[[], None]) -> str:
        """Have the frames of a connection told from now on."""
        return frames.watch(receive, saw, over)

    async def connect(
        self, path: str, *, headers: Headers = (), subprotocols: Sequence[str] = ()
    ) -> Wire:
        """Do an opening handshake over TCP, with the `websockets` library."""
        from playground.transports.sockets import connect

        return await connect(f"ws://127.0.0.1:{self.port}", path, headers, subprotocols)

    async def request(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> Response:
        """Send a request over TCP, with httpx."""
        from playground.transports import sockets

        if self._http is None:
            # In a thread: importing it takes long enough for open sockets to notice.
            base = f"http://127.0.0.1:{self.port}"
            self._http = await asyncio.to_thread(sockets.http_client, base)
        return await sockets.request(self._http, method, path, headers, body)

    async def _close(self) -> None:
        """The last thing done on the loop."""
        client, self._http = self._http, None
        if client is not None:
            await client.aclose()
        if self._closing is not None:
            await self._closing()


def _bind(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
        # Listening at once: two binds with SO_REUSEADDR succeed until one of them listens.
        bound.listen(2048)
    except OSError as error:
        bound.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            why = "is taken" if error.errno == errno.EADDRINUSE else "needs more rights"
            raise OSError(
                error.errno, f"port {port} {why}; leave port out, and a free one is chosen"
            ) from None
        raise
    bound.setblocking(False)
    return bound
