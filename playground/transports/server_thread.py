"""One life of a server: a thread, a loop, a uvicorn.Server.

Law of the room: every wait has a deadline, and nothing of uvicorn's that exits the process or
catches signals is ever run.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playground.transports import ASGIApp, Cut, Line, Pulse, loop_name

logger = logging.getLogger(__name__)

# How long open connections may take to end by themselves once the server stops.
GRACE = 1.0


class ServerThread:
    """One life of the server: a thread, a loop, a uvicorn.Server."""

    def __init__(
        self,
        app: ASGIApp,
        bound: socket.socket,
        on_trouble: Callable[[str], None],
        closing: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self.app = app
        self.bound = bound
        self.on_trouble = on_trouble
        self.closing = closing
        self.loop = new_loop()
        self.ready = threading.Event()
        # Waited for instead of `Thread.join`: after an interrupted join, Python 3.11 and 3.12
        # take a live thread for a dead one.
        self.done = threading.Event()
        self.error: BaseException | None = None
        self.stopping: asyncio.Event
        self.cut = Cut()
        self.left_behind = False
        # Compression costs three times the memory of a connection, and on loopback it buys nothing
        # but to be seen.
        self.compresses = False
        self.server: Any = None
        # The context of the cell that starts it: what the server itself prints goes there.
        context = contextvars.copy_context()
        self.thread = threading.Thread(
            target=context.run, args=(self._main,), name="playground-server", daemon=True
        )

    def server_tasks(self) -> list[object]:
        """Return what is being handled now."""
        return list(self.server.server_state.tasks)

    def compress(self, wanted: bool) -> None:
        """Take compression where a client offers it, or not, from the next connection on."""
        self.compresses = wanted
        if self.server is not None:
            self.server.config.ws_per_message_deflate = wanted

    def start(self, deadline: float = 10.0) -> None:
        self.thread.start()
        try:
            started = self.ready.wait(deadline)
        except KeyboardInterrupt:
            self._ask_to_stop()
            raise
        if not started or self.error is not None:
            self._ask_to_stop()
            why = self.error or f"it took longer than {deadline:g} s"
            raise RuntimeError(f"the server did not start: {why}") from self.error

    def pulse(self, patience: float) -> Pulse:
        """Ask the loop for a sign of life; without one, look where its thread is."""
        heard = threading.Event()
        asked = time.perf_counter()
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self.loop.call_soon_threadsafe(heard.set)
        answered = heard.wait(patience)
        seconds = time.perf_counter() - asked if answered else None
        at = () if answered else tuple(_lines_of(self.thread))
        return Pulse(loop_name(self.loop), self.thread.name, seconds, at)

    def stop(self, deadline: float) -> Cut:
        self._ask_to_stop()
        try:
            ended = self.done.wait(deadline)
        except KeyboardInterrupt:
            # It has been asked to, so it does end, in most cases; half an end is no state to be in.
            if not self.done.wait(deadline):
                self._leave_behind()
            raise
        if not ended:
            self._leave_behind()
            raise RuntimeError(
                f"the server's thread did not end within {deadline:g} s: a handler blocks its "
                "loop; the port is free, and the thread ends when that handler does"
            )
        return self.cut

    def _leave_behind(self) -> None:
        """Free the port without the thread; what it still does is none of the lab's any more."""
        self.left_behind = True
        # It would complain that its socket has been taken away.
        self.loop.set_exception_handler(lambda loop, context: None)
        with contextlib.suppress(OSError):
            # Not closed: the loop still holds the number of the file.
            self.bound.shutdown(socket.SHUT_RDWR)

    def _ask_to_stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self.loop.call_soon_threadsafe(self._stop_soon)

    def _stop_soon(self) -> None:
        self.stopping.set()

    def _main(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.set_default_executor(_ContextExecutor(thread_name_prefix="playground-handler"))
        try:
            with _complaints(self.on_trouble):
                self.loop.run_until_complete(self._serve())
        except BaseException as error:
            self.error = error
            logger.debug("the server thread ends", exc_info=True)
        finally:
            self._tidy()
            self.ready.set()
            self.done.set()

    async def _serve(self) -> None:
        import uvicorn

        from playground.transports.uvicorn_server import Server

        self.stopping = asyncio.Event()
        config = uvicorn.Config(
            self.app,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="websockets-sansio",
            ws_per_message_deflate=self.compresses,
            # Pings keep proxies from dropping a quiet socket. A missing pong proves nothing: a cell
            # that holds the interpreter for long stops both ends.
            ws_ping_timeout=None,
        )
        self.server = Server(config, self.stopping, self.ready.set, GRACE)
        await self.server.serve(sockets=[self.bound])
        self.cut = self.server.cut
        if not self.left_behind:
            await self.closing()

    def _tidy(self) -> None:
        self.bound.close()
        loop = self.loop
        try:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.wait(left, timeout=1.0) if left else _nothing())
            loop.run_until_complete(loop.shutdown_asyncgens())
        except BaseException:
            logger.debug("tidying up", exc_info=True)
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def _lines_of(thread: threading.Thread) -> Iterator[Line]:
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        code = frame.f_code
        yield Line(code.co_filename, frame.f_lineno, code.co_name)
        frame = frame.f_back


async def _nothing() -> None: ...


class _ContextExecutor(ThreadPoolExecutor):
    """Runs work in the context of whoever submits it, which `run_in_executor` does not."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        return super().submit(contextvars.copy_context().run, fn, *args, **kwargs)


def new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


class _complaints(contextlib.AbstractContextManager[None]):
    """Takes what uvicorn logs on this thread to `on_trouble` instead of some cell's stderr."""

    def __init__(self, on_trouble: Callable[[str], None]) -> None:
        self.on_trouble = on_trouble
        self.logger = logging.getLogger("uvicorn.error")

    def __enter__(self) -> None:
        self.thread = threading.get_ident()
        self.logger.addFilter(self._take)

    def __exit__(self, *exc: object) -> None:
        self.logger.removeFilter(self._take)

    def _take(self, record: logging.LogRecord) -> bool:
        if record.thread != self.thread:
            return True
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno >= logging.WARNING and not isinstance(error, asyncio.CancelledError):
            said = record.getMessage().strip()
            self.on_trouble(f"{said}: {error!r}" if error else said)
        return False
