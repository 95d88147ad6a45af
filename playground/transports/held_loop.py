"""Run an event loop that only its owner ends: the code of an app runs on it, and may be wrong.

`SystemExit` and `KeyboardInterrupt` leave a task or callback, and the loop with it: that is
asyncio's rule, for programs of one owner. Here they end that task or callback alone. Who stops the
loop, or cancels the tasks by which the server lives, is refused with an exception at that line; so
is who changes the loop itself (`guarded_loop`).
"""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, TypeVar

from micropie.testing.unheard import is_unheard
from playground.traffic.told import told
from playground.transports import Blocked
from playground.transports.cancelling import AppsTask, Cancelling, ServersTask
from playground.transports.guarded_loop import Guard

T = TypeVar("T")

GOES_ON = "Something has stopped the server's event loop; it goes on: lab.stop() stops it."
BROKEN = "its event loop has been broken from within"

# Seconds in which an exception that left the loop may come up with more to be said of it.
_A_MOMENT: Final = 0.02

# Seconds for somebody to ask a task that is kept what it raised: Python waits until it is let go.
_UNHEARD: Final = 1.0

# A loop that fails so often in so many seconds cannot go on. One that somebody's function has left,
# which is called where nothing may raise, can.
_FAULTS: Final = 16
_AT_ONCE: Final = 1.0


@dataclass(frozen=True)
class Watcher:
    """Who knows the app that runs on a loop.

    Attributes:
        is_apps: Given a context (`contextvars`), whether the app's code runs in it.
        whose: Given a context, what the exchange is that its code runs for; None for no app's.
        escaped: Given an exception that nobody caught, and the task or callback it left, if known:
            tells of it, and returns whether it is the app's.
        trouble: Told, as a sentence, what else went wrong.
        ended: Told, as a sentence, why the loop has ended though nobody has asked it to.
        stubborn: Given a task that goes on though it was cancelled, and its loop ends.
    """

    is_apps: Callable[[Context], bool] = lambda context: False
    escaped: Callable[[BaseException, object], bool] = lambda error, source: False
    whose: Callable[[Context], object] = lambda context: None
    trouble: Callable[[str], None] = lambda text: None
    ended: Callable[[str], object] = lambda why: None
    stubborn: Callable[[asyncio.Task[Any]], object] = lambda task: None


NOBODY = Watcher()
"""For a loop on which nothing but its owner's own code runs."""


class HeldLoop:
    """Holds a loop until its own work is done.

    Args:
        loop: An event loop that does not run yet.
        watcher: Who knows the app.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, watcher: Watcher) -> None:
        self.loop = loop
        self._watcher = watcher
        self._told: deque[BaseException] = deque(maxlen=8)
        self._untold: list[BaseException] = []
        self._has_said = False
        self._faults: deque[float] = deque(maxlen=_FAULTS)
        self._guard = Guard(loop, watcher.is_apps)
        self._cancelling = Cancelling(loop, watcher.is_apps, watcher.whose)

    def run(self, work: Coroutine[Any, Any, T], name: str | None = None) -> T:
        """Run the loop until a coroutine has ended; return its result, or raise what it raised.

        Args:
            work: The coroutine.
            name: What its task is called.
        """
        loop = self.loop
        stop = type(loop).stop
        loop.set_task_factory(self._task)  # type: ignore[arg-type]
        loop.set_exception_handler(self._unhandled)
        own = loop.create_task(work, name=name)
        own.add_done_callback(lambda done: stop(loop))
        self._guard.begin()
        try:
            while not own.done():
                self._run_on(own)
        finally:
            self._guard.end()
            self._tell_the_rest()
        return own.result()

    def _run_on(self, own: asyncio.Task[Any]) -> None:
        try:
            self.loop.run_forever()
        except (SystemExit, KeyboardInterrupt) as error:
            if not _is_of(error, own):
                # Whoever awaits the task knows more of it, and so does the task when it goes.
                self._untold.append(error)
                self.loop.call_later(_A_MOMENT, self._tell_the_rest)
            return
        except Blocked:
            return  # raised a moment too late: the handler that it was for has let go by itself
        except BaseException as error:
            self._failed(error)
            return
        if not own.done() and not self._has_said:
            self._has_said = True
            self._watcher.trouble(GOES_ON)

    def _failed(self, error: BaseException) -> None:
        """Go on, though something has left the loop that it should have kept: not for ever."""
        self._faults.append(time.monotonic())
        if len(self._faults) == _FAULTS and self._faults[-1] - self._faults[0] < _AT_ONCE:
            raise RuntimeError(f"{BROKEN}: {told(error)}") from error
        if not self._is_told(error) and not self._tell(error, None):
            self._watcher.trouble(GOES_ON)

    def _task(
        self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any
    ) -> asyncio.Future[Any]:
        given = dict(options)
        context = options.pop("context", None) or copy_context()
        if not self._watcher.is_apps(context):
            return ServersTask(work, self._cancelling, context, loop=loop, **options)
        if self._guard.task_factory is not None:
            made = self._made_by_the_app(work, given)
            if made is not None:
                return made
        made = AppsTask(work, self._cancelling, context, loop=loop, **options)
        made.add_done_callback(self._ended, context=Context())
        return made

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Look in a moment at a task of the app's that has failed: it may be kept for ever."""
        if is_unheard(task):
            # One that nobody keeps is told as it goes, at once.
            kept = weakref.ref(task)
            self.loop.call_later(_UNHEARD, self._tell_unheard, kept, context=Context())

    def _tell_unheard(self, kept: weakref.ref[asyncio.Task[Any]]) -> None:
        task = kept()
        if task is not None and is_unheard(task):
            error = task.exception()
            if error is not None and not self._is_told(error):
                self._tell(error, task)

    def _made_by_the_app(
        self, work: Coroutine[Any, Any, Any], options: dict[str, Any]
    ) -> asyncio.Future[Any] | None:
        """Have a task of the app's made as it wants; once that fails, no more."""
        factory = self._guard.task_factory
        try:
            made = factory(self.loop, work, **options)
            if isinstance(made, asyncio.Future):
                return made
            raise TypeError(f"expected a task from the task factory {factory!r}, got {made!r}")
        except Blocked:
            raise
        except BaseException as error:
            self._guard.task_factory = None
            self._tell(error, None)
            return None

    def _unhandled(self, loop: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
        """Be the loop's exception handler: what the app's code lets go is told as the app's."""
        error = what.get("exception")
        if "asyncgen" in what and isinstance(error, StopAsyncIteration):
            return  # it was closed before, and has gone on
        source = what.get("task") or what.get("future") or what.get("handle")
        is_apps = error is not None and (self._is_told(error) or self._tell(error, source))
        try:
            if not is_apps:
                loop.default_exception_handler(what)
            elif self._guard.exception_handler is not None:
                self._guard.exception_handler(loop, what)
        except Blocked:
            raise
        except BaseException as fault:  # of a handler of the user's, of this loop or of `logging`
            self._tell(fault, None)

    def _tell(self, error: BaseException, source: object) -> bool:
        self._told.append(error)
        return self._watcher.escaped(error, source)

    def _tell_the_rest(self) -> None:
        untold, self._untold = self._untold, []
        for error in untold:
            if not self._is_told(error):
                self._tell(error, _callback_of(error.__traceback__) or _task_of(error))

    def _is_told(self, error: BaseException) -> bool:
        return any(error is told for told in self._told)


def _is_of(error: BaseException, task: asyncio.Task[Any]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is error


def _task_of(error: BaseException) -> asyncio.Task[Any] | None:
    """Return the task that ended with an exception, if it is still there: slow, and rare."""
    holders = gc.get_referrers(error)
    return next((each for each in holders if isinstance(each, asyncio.Task)), None)


def _callback_of(trace: TracebackType | None) -> asyncio.Handle | None:
    """Return the callback that an exception left; None if it is not shown, as by uvloop."""
    while trace is not None:
        handle = trace.tb_frame.f_locals.get("self")
        if isinstance(handle, asyncio.Handle):
            return handle
        trace = trace.tb_next
    return None
