"""A thread with an event loop, on which the app lives until it is asked to stop.

Law of the room: every wait has a deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from typing import Any, ClassVar, TypeVar

from playground.traffic.told import told
from playground.transports import Cut, Line, Pulse, loop_name
from playground.transports.crossing import send_all
from playground.transports.executor import ContextExecutor
from playground.transports.forking import runs_on_this_thread
from playground.transports.held_loop import BROKEN, HeldLoop, Watcher
from playground.transports.waiting import LeftBehind, give_up, submit

T = TypeVar("T")

logger = logging.getLogger(__name__)

WORK = "the server's own"

# Kept: what lets go of them ends them, and they go on once more, where they have no loop.
_stubborn: set[asyncio.Task[Any]] = set()

# For what a thread still does that was left behind.
_NOBODY = Watcher(escaped=lambda error, source: True)

_NO_END = "the server's thread was left behind: a handler blocks its loop"

AGAIN = "serve(…), or the cell of the class, starts it again"


class LoopThread:
    """A thread with an event loop; a subclass says what runs on it.

    Args:
        watcher: Who knows the app that runs there.

    Attributes:
        ready: Set when it can be used.
        done: Set when it has ended. Waited for instead of `Thread.join`: after an interrupted join,
            Python 3.11 and 3.12 take a live thread for a dead one.
        error: What it ended with.
        ended_by: Why it has ended though nobody has asked it to, as a sentence; "" if it has not.
        cut: What its end cut off.
    """

    name: ClassVar[str] = "playground-loop"

    def __init__(self, watcher: Watcher) -> None:
        self.loop = new_loop()
        self.ready = threading.Event()
        self.done = threading.Event()
        self.error: BaseException | None = None
        self.ended_by = ""
        self.stopping = asyncio.Event()
        self.cut = Cut()
        self.left_behind = False
        self._why_left = ""
        self._submitted: set[Future[Any]] = set()
        self.watcher = watcher
        self._asked = False
        # The context of the cell that starts it: what the server itself prints goes there.
        context = contextvars.copy_context()
        self.thread = threading.Thread(
            target=context.run, args=(self._main,), name=self.name, daemon=True
        )

    async def work(self) -> None:
        """Do what the thread is for: set `ready`, and return once `stopping` is set."""
        raise NotImplementedError

    def start(self, deadline: float = 10.0) -> None:
        """Start the thread and wait until it can be used.

        Raises:
            RuntimeError: If it did not start in time.
        """
        self.thread.start()
        try:
            started = self.ready.wait(deadline)
        except KeyboardInterrupt:
            self._ask_to_stop()
            raise
        if not started or self.error is not None:
            self._ask_to_stop()
            why = self.error or f"it took longer than {deadline:g} s"
            raise RuntimeError(
                f'the server did not start: {why}; transport="memory" needs none'
            ) from self.error

    def pulse(self, patience: float) -> Pulse:
        """Ask the loop for a sign of life; without one, return the lines where its thread is."""
        heard = threading.Event()
        asked = time.perf_counter()
        ask(self.loop, heard.set)
        answered = heard.wait(patience)
        seconds = time.perf_counter() - asked if answered else None
        at = () if answered else tuple(_lines_of(self.thread))
        return Pulse(loop_name(self.loop), self.thread.name, seconds, at)

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine on the loop, from any thread; `LeftBehind` if that never ends it."""
        future = submit(work, self.loop)
        self._submitted.add(future)
        future.add_done_callback(self._submitted.discard)
        if self.left_behind:  # meanwhile
            give_up(future, self._why_left)
        return future

    def left(self) -> LeftBehind | None:
        """Return what to raise where something is still waited for, once it was left behind."""
        return LeftBehind(self._why_left) if self.left_behind else None

    def stop(self, deadline: float) -> Cut:
        """Ask the thread to end, and wait for it; say what that cut off.

        Raises:
            RuntimeError: If it did not end within `deadline` seconds; then it is left behind.
        """
        self._ask_to_stop()
        try:
            ended = self.done.wait(deadline)
        except KeyboardInterrupt:
            # It has been asked to, so it does end, in most cases; half an end is no state to be in.
            if not self.done.wait(deadline):
                self.leave_behind(_NO_END)
            raise
        if not ended:
            self.leave_behind(_NO_END)
            raise RuntimeError(
                f"the server's thread did not end within {deadline:g} s: a handler blocks its "
                "loop; the port is free, and the thread ends when that handler does"
            )
        return self.cut

    def leave_behind(self, why: str) -> None:
        """Go on without the thread; what it still does is none of the lab's any more.

        Args:
            why: What whoever waits for it is told, as a sentence.
        """
        self._why_left = why
        self.left_behind = True
        for future in list(self._submitted):
            give_up(future, why)
        self._ask_to_stop()
        # It would complain of what has been taken away from it.
        nobody = contextvars.Context()  # for whoever asks for it may be the app, on another thread
        nobody.run(self.loop.set_exception_handler, lambda loop, context: None)

    def _ask_to_stop(self) -> None:
        self._asked = True
        ask(self.loop, self._stop_soon)

    def _stop_soon(self) -> None:
        self.stopping.set()

    def _main(self) -> None:
        asyncio.set_event_loop(self.loop)
        runs_on_this_thread(self.loop)
        self.loop.set_default_executor(ContextExecutor(thread_name_prefix="playground-handler"))
        try:
            HeldLoop(self.loop, self.watcher).run(self.work(), WORK)
        except BaseException as error:
            self.error = error
            logger.debug("the server thread ends", exc_info=True)
        finally:
            if not self._asked and self.ready.is_set():
                why = "it has stopped" if self.error is None else _why(self.error)
                self.ended_by = f"the server has ended by itself: {why}; {AGAIN}"
            try:
                self._tidy()
            finally:
                self.ready.set()
                self.done.set()
            if self.ended_by:
                self.watcher.ended(self.ended_by)

    def _tidy(self) -> None:
        # If the loop has ended by itself, what it was for is asked to stop only now.
        self.stopping.set()
        try:
            watcher = _NOBODY if self.left_behind else self.watcher
            for task in HeldLoop(self.loop, watcher).run(_tidied(self.loop)):
                watcher.stubborn(task)
        except BaseException:
            logger.debug("tidying up", exc_info=True)
        finally:
            send_all()
            asyncio.set_event_loop(None)
            self.loop.close()


def ask(loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
    """Have a loop call back soon, from any thread; one that is closed, or broken, does not."""
    with contextlib.suppress(Exception):
        loop.call_soon_threadsafe(callback)


def _why(error: BaseException) -> str:
    said = told(error)
    return said.removeprefix("RuntimeError: ") if BROKEN in said else said


def _lines_of(thread: threading.Thread) -> Iterator[Line]:
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        code = frame.f_code
        yield Line(code.co_filename, frame.f_lineno, code.co_name)
        frame = frame.f_back


async def _tidied(loop: asyncio.AbstractEventLoop) -> set[asyncio.Task[Any]]:
    """End all that is left on a loop; return the tasks that have not let themselves be ended."""
    working = {task for task in asyncio.all_tasks() if task.get_name() == WORK}
    if working:
        await asyncio.wait(working, timeout=3.0)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    stubborn: set[asyncio.Task[Any]] = set()
    if left:
        _, stubborn = await asyncio.wait(left, timeout=1.0)
    _stubborn.update(stubborn)
    await loop.shutdown_asyncgens()
    return stubborn


def new_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop, uvloop's where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
