"""A real server: uvicorn on a thread and a loop of its own, reached over loopback TCP.

Law of the room: the socket is bound before the thread starts, so that a taken port is an exception
in the cell that asked for it; every wait has a deadline; nothing of uvicorn's that exits the
process or catches signals is ever run.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import threading
import weakref
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from playground.traffic.frames import Frame
from playground.transports import (
    ASGIApp,
    Blocker,
    Cut,
    Headers,
    Pulse,
    Response,
    Runner,
    Wire,
    frames,
    whole,
)
from playground.transports.forking import let_go_when_forked
from playground.transports.held_loop import NOBODY, Watcher
from playground.transports.loop_thread import ask
from playground.transports.server_thread import ServerThread
from playground.transports.waiting import answer, answer_here, call_there, called, submit

if TYPE_CHECKING:
    from playground.transports.sockets import SocketResponse, SocketWire

T = TypeVar("T")
logger = logging.getLogger(__name__)

STOPPED = "the lab is stopped; lab.restart() starts it again"


class ServerTransport:
    """Serve an ASGI app on 127.0.0.1.

    Args:
        app: The app.
        port: The TCP port; 0 for a free one, which is then kept for every later `start`.
        on_trouble: Told, as a sentence, what uvicorn complains about (a malformed request).
        closing: Awaited on the server's loop when all connections have ended: the app's shutdown.
        watcher: Who knows the app, to tell its doings on the loop from the server's.
    """

    name = "server"

    def __init__(
        self,
        app: ASGIApp,
        port: int = 0,
        on_trouble: Callable[[str], None] = logger.warning,
        closing: Callable[[], Coroutine[Any, Any, None]] | None = None,
        watcher: Watcher = NOBODY,
    ) -> None:
        self.app = app
        self.port: int | None = port or None
        self.on_trouble = on_trouble
        self._closing = closing
        self._watcher = watcher
        self._thread: ServerThread | None = None
        self._compresses = False
        self._http: Any = None
        # The clients' ends of connections, for when they are left behind.
        self._wires: weakref.WeakSet[SocketWire] = weakref.WeakSet()
        self._coming: weakref.WeakSet[SocketResponse] = weakref.WeakSet()
        self.blocker: Blocker = lambda seconds: ""
        self.prepare: Callable[[], object] | None = self._import
        self._of_parent: Any = None
        # What is submitted comes before the end, or not at all: on a loop that is being tidied up
        # nothing would answer it.
        self._submitting = threading.Lock()
        self._stopping = False
        let_go_when_forked(self)

    def forget(self) -> None:
        """Take the server for the parent's, in a forked child: here it is stopped."""
        self._submitting = threading.Lock()  # a thread of the parent's may have held it
        # Kept: freeing a loop here would close files of the parent's that its number stands for.
        self._of_parent, self._thread, self._http = (self._thread, self._http), None, None

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        return self._thread is not None and not self._thread.done.is_set()

    @property
    def ended_by(self) -> str:
        """Why it serves no more though nobody has asked it to stop, as a sentence; else ""."""
        return "" if self._thread is None else self._thread.ended_by

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
        self._thread = ServerThread(self.app, bound, self.on_trouble, self._close, self._watcher)
        self._thread.compresses = self._compresses
        self._stopping = False
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
        self.check_caller()
        with self._submitting:
            self._stopping = True
        try:
            return thread.stop(deadline)
        finally:
            self._thread = None

    def _serving(self) -> ServerThread:
        if self.ended_by:
            raise ConnectionError(self.ended_by)
        if self._thread is None or self._thread.done.is_set():
            raise RuntimeError(STOPPED)
        return self._thread

    def call(self, work: Coroutine[Any, Any, T], deadline: float) -> T:
        """Run a coroutine on the server's event loop and return its result.

        Raises:
            LoopBlocked: If it took longer than `deadline` seconds.
        """
        try:
            self.check_caller()
        except RuntimeError:
            work.close()
            raise
        return answer_here(self._submit(work), deadline, self.blocker)

    def check_caller(self) -> None:
        """Check that a command comes from a cell, before anything is done about it.

        Raises:
            RuntimeError: If it comes from inside a handler, which would wait for itself.
        """
        if self._thread is not None and threading.current_thread() is self._thread.thread:
            raise RuntimeError(
                "expected a call from a cell, got one from inside a handler, which would wait for "
                "itself; call it from a cell, or from asyncio.to_thread"
            )

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        try:
            with self._submitting:
                if self._stopping:
                    raise RuntimeError(STOPPED)
                return self._serving().submit(work)
        except (RuntimeError, ConnectionError):
            work.close()
            raise

    async def run(self, work: Coroutine[Any, Any, T], deadline: float | None = None) -> T:
        """Await a coroutine on the server's loop, from any loop."""
        if self._thread is not None and asyncio.get_running_loop() is self._thread.loop:
            return await work
        return await answer(self._submit(work), deadline, self.blocker)

    async def run_function(self, function: Callable[[], T], deadline: float) -> T:
        """Call a function on the server's loop, from any loop."""
        if asyncio.get_running_loop() is self._serving().loop:
            return function()
        with self._submitting:
            if self._stopping:
                raise RuntimeError(STOPPED)
            thread = self._serving()
            waiting = call_there(function, thread.loop)
        return await called(waiting, deadline, self.blocker, thread.left)

    def runner(self) -> Runner | None:
        """Return the thread of the server, while it runs."""
        return self._thread if self.running else None

    def leave(self, why: str, *, go_on: bool) -> None:
        """Leave a blocked thread behind; serve on the same port from a new one, or not."""
        thread, self._thread = self._thread, None
        http, self._http = self._http, None
        wires, self._wires = self._wires, weakref.WeakSet()
        coming, self._coming = self._coming, weakref.WeakSet()

        def let_go() -> None:
            for wire in wires:
                wire.abort()

        if thread is not None:
            ask(thread.loop, let_go)
            if http is not None:
                self._leave_client(http, list(coming), thread.loop)
            thread.leave_behind(why)
        if go_on:
            self.start()

    @staticmethod
    def _leave_client(
        http: Any, coming: list[SocketResponse], loop: asyncio.AbstractEventLoop
    ) -> None:
        from playground.transports import sockets

        closing = sockets.close(http, coming)
        try:
            submit(closing, loop)
        except (RuntimeError, ConnectionError):  # the loop has been broken
            closing.close()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine on the server's loop, from any thread."""
        self._submit(work)

    def pulse(self, patience: float) -> Pulse:
        """Ask the server's event loop for a sign of life.

        Raises:
            RuntimeError: On the loop itself, which would wait for itself, or if there is none.
        """
        self.check_caller()
        return self._serving().pulse(patience)

    def frames_unseen(self) -> str:
        """Return as a sentence why no frames can be seen here; "" if they can."""
        return frames.unseen()

    def show_frames(self, shown: bool) -> None:
        """Take compression where a client offers it while frames are shown, and not otherwise."""
        self._compresses = shown
        if self._thread is not None:
            self._thread.compress(shown)

    def watch(self, receive: Any, saw: Callable[[Frame], None], over: Callable[[], None]) -> str:
        """Call back with each frame of a connection from now on."""
        return frames.watch(receive, saw, over)

    async def connect(
        self, path: str, *, headers: Headers = (), subprotocols: Sequence[str] = ()
    ) -> Wire:
        """Do an opening handshake over TCP, with the `websockets` library."""
        from playground.transports.sockets import connect

        wire = await connect(f"ws://127.0.0.1:{self.port}", path, headers, subprotocols)
        self._wires.add(wire)
        return wire

    async def request(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> Response:
        """Send a request over TCP and read the whole response."""
        return await whole(await self.ask(method, path, headers=headers, body=body))

    def _import(self) -> None:
        """Import what requests are sent with: it may take longer than one may be waited for."""
        from playground.transports import sockets

        sockets.get_ready()
        self.prepare = None

    async def ask(
        self, method: str, path: str, *, headers: Headers = (), body: bytes = b""
    ) -> SocketResponse:
        """Send a request over TCP, with httpx2; return when status and headers are there."""
        from playground.transports import sockets

        if self._http is None:
            # In a thread: importing it takes long enough for open sockets to notice.
            base = f"http://127.0.0.1:{self.port}"
            self._http = await asyncio.to_thread(sockets.http_client, base)
        coming = await sockets.ask(self._http, method, path, headers, body)
        self._coming.add(coming)
        return coming

    async def _close(self) -> None:
        """Close what is used on the loop; nothing runs there after it."""
        client, self._http = self._http, None
        if client is not None:
            from playground.transports import sockets

            await sockets.close(client, list(self._coming))
        if self._closing is not None:
            await self._closing()


def _bind(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Elsewhere it lets a port be taken again at once that has just been let go. On Windows it lets
    # two servers have one port, and nobody knows whom a client reaches.
    if os.name != "nt":
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
