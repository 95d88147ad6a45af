"""The transport in memory, with a thread and an event loop of its own for the app.

What the app's code does wrong then takes no cell along, and ends no more than itself.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from playground.transports import ASGIApp, Cut, Pulse, Runner
from playground.transports.forking import let_go_when_forked
from playground.transports.held_loop import NOBODY, Watcher
from playground.transports.loop_thread import LoopThread
from playground.transports.memory import (
    STOPPED,
    MemoryTransport,
    Opened,
    client_of,
    within,
)
from playground.transports.waiting import answer, call_there, called

T = TypeVar("T")

HAS_THREADS = sys.platform != "emscripten"


def memory_transport(
    app: ASGIApp, closing: Callable[[], Coroutine[Any, Any, None]], watcher: Watcher
) -> MemoryTransport:
    """Return the transport in memory that this Python can: on a thread, or on the cells' loop."""
    if HAS_THREADS:
        return ThreadedMemoryTransport(app, closing, watcher)
    return MemoryTransport(app, closing)


class ThreadedMemoryTransport(MemoryTransport):
    """Run an ASGI app's handlers on a thread and an event loop of their own.

    Args:
        app: The app.
        closing: Awaited on that loop when all connections have ended: the app's shutdown.
        watcher: Who knows the app, to tell its doings on the loop from the transport's.
    """

    def __init__(
        self,
        app: ASGIApp,
        closing: Callable[[], Coroutine[Any, Any, None]] | None = None,
        watcher: Watcher = NOBODY,
    ) -> None:
        super().__init__(app, closing)
        self._watcher = watcher
        self._thread: _MemoryThread | None = None
        self._of_parent: Any = None
        self._asked_from: asyncio.AbstractEventLoop
        # What is submitted comes before the end, or not at all: on a loop that is being tidied up
        # nothing would answer it.
        self._submitting = threading.Lock()
        self._stopping = False
        let_go_when_forked(self)

    def forget(self) -> None:
        """Take the app for the parent's, in a forked child: here it is stopped."""
        self._submitting = threading.Lock()  # a thread of the parent's may have held it
        # Kept: freeing a loop here would close files of the parent's that its number stands for.
        self._of_parent, self._thread, self._client = (self._thread, self._client), None, None

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        return self._thread is not None and not self._thread.done.is_set()

    @property
    def ended_by(self) -> str:  # type: ignore[override]
        """Why it serves no more though nobody has asked it to stop, as a sentence; else ""."""
        return "" if self._thread is None else self._thread.ended_by

    def start(self) -> None:
        """Start the thread; a swap is awaited on the loop that runs now.

        Raises:
            RuntimeError: Outside of a running loop.
        """
        super().start()
        self._asked_from = self._loop
        self._begin()

    def _begin(self) -> None:
        self._client = client_of(self.app)
        # A thread that was left behind still has its own.
        opened = self._opened = Opened()
        self._thread = _MemoryThread(opened.cut_off, self.closing, self._watcher)
        self._loop = self._thread.loop
        self._stopping = False
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T], deadline: float) -> asyncio.Future[T]:
        """Run a coroutine on the app's loop; return a future, which need not be awaited."""
        future = self._submit(within(work, deadline), work)
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.wrap_future(future, loop=self._asked_from)
        return here.create_task(answer(future, deadline, self.blocker))

    async def run(self, work: Coroutine[Any, Any, T], deadline: float | None = None) -> T:
        """Await a coroutine on the app's loop, from any loop."""
        if asyncio.get_running_loop() is self._loop:
            return await work
        return await answer(self._submit(work), deadline, self.blocker)

    async def run_function(self, function: Callable[[], T], deadline: float) -> T:
        """Call a function on the app's loop, from any loop."""
        if asyncio.get_running_loop() is self._loop:
            return function()
        with self._submitting:
            thread = self._thread
            if thread is None or not self.running or self._stopping:
                raise self._gone()
            waiting = call_there(function, self._loop)
        return await called(waiting, deadline, self.blocker, thread.left)

    def _gone(self) -> Exception:
        return ConnectionError(self.ended_by) if self.ended_by else RuntimeError(STOPPED)

    def runner(self) -> Runner | None:
        """Return the app's thread, while it runs."""
        return self._thread if self.running else None

    def leave(self, why: str, *, go_on: bool) -> None:
        """Leave a blocked thread behind; go on with a new one, or not."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.leave_behind(why)
        if go_on:
            self._begin()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine on the app's loop, from any thread."""
        self._submit(work)

    def _submit(self, work: Coroutine[Any, Any, T], inner: Any = None) -> Future[T]:
        with self._submitting:
            thread = self._thread
            if thread is not None and self.running and not self._stopping:
                return thread.submit(work)
        for each in (work, inner):
            if each is not None:
                each.close()
        raise self._gone()

    def pulse(self, patience: float) -> Pulse:
        """Ask the app's event loop for a sign of life.

        Raises:
            RuntimeError: On the loop itself, which would wait for itself, or if there is none.
        """
        self.check_caller()
        return Pulse("", "", None) if self._thread is None else self._thread.pulse(patience)

    def stop(self, deadline: float = 5.0) -> Cut:
        """Close every connection with 1012, and end the thread.

        Raises:
            RuntimeError: On the thread itself, or if it did not end within `deadline` seconds. Then
                it is left behind, and ends when whatever holds it does.
        """
        thread = self._thread
        if thread is None:
            return Cut()
        self.check_caller()
        with self._submitting:
            self._stopping = True
        self._client = None
        try:
            return thread.stop(deadline)
        finally:
            self._thread = None

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


class _MemoryThread(LoopThread):
    """A thread with an event loop, on which an app lives until it is stopped."""

    name = "playground-memory"

    def __init__(
        self,
        cut_off: Callable[[], Cut],
        closing: Callable[[], Coroutine[Any, Any, None]] | None,
        watcher: Watcher,
    ) -> None:
        super().__init__(watcher)
        self._cut_off = cut_off
        self._closing = closing

    async def work(self) -> None:
        """Wait for the end; then cut off what is open, and see the app off."""
        self.ready.set()
        while not self.stopping.is_set():
            try:
                await self.stopping.wait()
            except asyncio.CancelledError:
                # Whoever wants it to stop sets the event.
                task = asyncio.current_task()
                if task is not None:
                    task.uncancel()
        self.cut = self._cut_off()
        if self._closing is not None and not self.left_behind:
            await self._closing()
