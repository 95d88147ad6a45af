"""Waiting for an event loop on another thread, with the deadline on this side.

Law: a deadline that lives on the loop it guards never fires while that loop is blocked. So whoever
waits from elsewhere looks at a clock of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError, Future, InvalidStateError
from typing import Any, Final, TypeVar

from playground.traffic.told import told
from playground.transports import Blocker, LoopBlocked, Transport
from playground.transports.crossing import crossing_to
from playground.transports.interrupts import Interrupted, interrupted_wait
from playground.transports.waking import Patience, Waking

T = TypeVar("T")

# What is waited longer than the deadline on the loop itself, which says more when it fires.
GRACE: Final = 0.25

BROKEN: Final = "the server's event loop has been broken from within"
RESTART: Final = "lab.restart() starts another"

HOW: Final = "lab.break_out(), or Break out in the panel, ends it; await what takes long"
"""What to do about code that blocks a loop."""

GONE: Final = "the lab was stopped before this was done; lab.restart() starts it again"


class Late(TimeoutError):
    """What somebody waited for has not come in time; the message says what, and why."""


class LeftBehind(ConnectionError):
    """What was asked of an event loop that was left behind with its thread; the message says why.

    A loop that never turns again neither answers nor refuses: whoever waits for it is told by the
    one who leaves it.
    """


# Who reads them is told what Python's own documentation explains.
Late.__name__ = Late.__qualname__ = TimeoutError.__name__
LeftBehind.__name__ = LeftBehind.__qualname__ = ConnectionError.__name__


def submit(work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> Future[T]:
    """Start a coroutine on a loop from any thread; return what it will have done.

    Unlike `asyncio.run_coroutine_threadsafe` the result is there as soon as the coroutine returns,
    and not at the loop's next turn: what the coroutine set going may block that.
    """
    future: Future[T] = Future()

    def begin() -> None:
        if future.done():  # cancelled, or given up
            drop(work)
            return
        telling = _told(work, future)
        try:
            task = loop.create_task(telling)
        except BaseException as error:  # the loop has been broken from within
            drop(work)
            telling.close()
            with contextlib.suppress(InvalidStateError):
                future.set_exception(ConnectionError(f"{BROKEN}: {told(error)}; {RESTART}"))
            return
        future.add_done_callback(functools.partial(_pass_on_cancel, loop, task))

    try:
        loop.call_soon_threadsafe(begin)
    except RuntimeError:
        raise  # it is closed
    except Exception as error:
        raise ConnectionError(f"{BROKEN}: {told(error)}; {RESTART}") from None
    return future


def drop(work: Coroutine[Any, Any, Any]) -> None:
    """Close a coroutine that was not begun, with those that it was given to await."""
    frame = getattr(work, "cr_frame", None)
    given = [] if frame is None else [*frame.f_locals.values()]
    work.close()
    for each in given:
        if inspect.iscoroutine(each) and inspect.getcoroutinestate(each) == inspect.CORO_CREATED:
            drop(each)


async def _told(work: Coroutine[Any, Any, T], future: Future[T]) -> None:
    try:
        result = await work
    except asyncio.CancelledError:
        future.cancel()
        raise
    except BaseException as error:
        with contextlib.suppress(InvalidStateError):  # nobody waits for it any more
            future.set_exception(_ends_nothing_here(error))
    else:
        with contextlib.suppress(InvalidStateError):
            future.set_result(result)


def give_up(future: Future[Any], why: str) -> None:
    """Have whoever waits for what `submit` has started be told that its loop was left behind."""
    with contextlib.suppress(InvalidStateError):  # it has just been done
        future.set_exception(LeftBehind(why))


def _ends_nothing_here(error: BaseException) -> BaseException:
    """Return what to raise on the loop that waits, in place of what ends a program or a coroutine.

    It would end whatever waits there, and where that is a task of a cell's, the kernel.
    """
    if not isinstance(error, SystemExit | KeyboardInterrupt | GeneratorExit):
        return error
    raised = RuntimeError(f"{type(error).__name__} was raised where the app lives")
    raised.__cause__ = error
    return raised


def _pass_on_cancel(
    loop: asyncio.AbstractEventLoop, task: asyncio.Task[None], future: Future[Any]
) -> None:
    if future.cancelled():
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(task.cancel)


async def answer(future: Future[T], deadline: float | None, blocker: Blocker) -> T:
    """Await what another loop does.

    Args:
        future: What it will have done.
        deadline: Seconds it may take; None for any time.
        blocker: Who holds that loop.

    Raises:
        LoopBlocked: It did not turn in time.
    """
    waiting = asyncio.wrap_future(future)
    timer, is_late = None, False

    def give_up() -> None:
        nonlocal is_late
        if not future.done():  # else the answer is on its way
            is_late = waiting.cancel()

    if deadline is not None:
        timer = asyncio.get_running_loop().call_later(deadline + GRACE, give_up)
    try:
        with Waking(), interruptible(blocker):
            return await waiting
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        # It was not this wait that was cancelled, but the work.
        if is_late:
            raise LoopBlocked(_late(deadline or 0.0, blocker)) from None
        raise RuntimeError(GONE) from None
    finally:
        if timer is not None:
            timer.cancel()


def call_there(function: Callable[[], T], loop: asyncio.AbstractEventLoop) -> asyncio.Future[T]:
    """Call a function on another loop; return what it will return, to await by `called`.

    It costs less than a coroutine there. What is given up before it was called is not called.
    """
    here = asyncio.get_running_loop()
    waiting: asyncio.Future[T] = here.create_future()

    def work() -> None:
        if waiting.done():
            return
        result, error = None, None
        try:
            result = function()
        except BaseException as raised:
            error = raised
        crossing_to(here).call(functools.partial(_settle, waiting, result, error))

    def lost() -> None:
        _settle(waiting, None, RuntimeError(GONE))

    crossing_to(loop).call(work, lost)
    return waiting


async def called(
    waiting: asyncio.Future[T],
    deadline: float,
    blocker: Blocker,
    left: Callable[[], LeftBehind | None] = lambda: None,
) -> T:
    """Await what `call_there` has called.

    Args:
        waiting: What that has returned.
        deadline: Seconds it may take.
        blocker: Who holds that loop.
        left: Returns what to raise once that loop was left behind.

    Raises:
        LoopBlocked: The loop did not turn in time.
    """
    try:
        with Patience(deadline + GRACE, left) as patience, interruptible(blocker):
            patience.waiting = waiting
            return await waiting
    except TimeoutError:
        raise LoopBlocked(_late(deadline, blocker)) from None


def _settle(waiting: asyncio.Future[T], result: Any, error: BaseException | None) -> None:
    if waiting.done():
        return
    if error is None:
        waiting.set_result(result)
    else:
        waiting.set_exception(error)


@contextlib.contextmanager
def interruptible(blocker: Blocker) -> Iterator[None]:
    """Have a cancellation within the block say that the cell was interrupted, and what held it up.

    ipykernel makes an interrupt of a cell that awaits the cancellation of its task.
    """
    try:
        yield
    except asyncio.CancelledError as error:
        if error.args:
            raise
        raise interrupted_wait(_interrupted(blocker)) from None


def answer_here(future: Future[T], deadline: float, blocker: Blocker) -> T:
    """Wait for what another loop does, on a thread that may be blocked.

    Raises:
        LoopBlocked: It did not turn in time.
        KeyboardInterrupt: The cell that waits was interrupted; it says so.
    """
    try:
        wait_here(future, deadline, blocker)
    except BaseException:
        future.cancel()
        raise
    if not future.done():
        future.cancel()
        raise LoopBlocked(_late(deadline, blocker))
    if future.cancelled():
        raise RuntimeError(GONE)
    return future.result()


def wait_here(future: Future[T], deadline: float, blocker: Blocker) -> None:
    """Wait until a future is done or a deadline is over, or the cell that waits is interrupted.

    Raises:
        KeyboardInterrupt: It was interrupted; it says so.
    """
    try:
        with _raising_at_once(), contextlib.suppress(TimeoutError, CancelledError):
            future.exception(max(0.0, deadline))
    except KeyboardInterrupt:
        raise Interrupted(_interrupted(blocker)) from None


@contextlib.contextmanager
def _raising_at_once() -> Iterator[None]:
    """Have an interrupt raise where the main thread is.

    In a cell that awaits anything, ipykernel leaves it to the cell's event loop, which does not
    turn while its thread waits here.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if before is not None:  # set by something that is not Python
            signal.signal(signal.SIGINT, before)


def _interrupted(blocker: Blocker) -> str:
    """Return as a sentence that a wait was interrupted, and what held it up."""
    why = blocker(0.0)
    return f"interrupted while it waited: {why}" if why else "interrupted while it waited"


def _late(deadline: float, blocker: Blocker) -> str:
    who = blocker(deadline)
    return f"{who}; {HOW}" if who else f"the server did not answer within {deadline:g} s"


async def held_up(transport: Transport, seconds: float) -> str:
    """Return who holds a transport's event loop, as a clause; "" if it turns.

    Args:
        transport: Whose loop it is; it is asked from another.
        seconds: For how long it has been waited.
    """
    try:
        await transport.run_function(lambda: None, 0.0)
    except LoopBlocked:
        who = transport.blocker(seconds)
        return f"{who}; {HOW}" if who else "the server does not answer"
    except (RuntimeError, ConnectionError) as gone:
        return str(gone)
    return ""
