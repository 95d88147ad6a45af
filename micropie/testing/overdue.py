"""Ends code on a clock that runs on without an await, from a thread beside it, where there is one.

Law of the room: it raises where the clock has not turned for long, and nowhere else.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from micropie.testing.pending import take_back

# Seconds of a processor for one turn of a loop: a message takes a thousandth of one.
PATIENCE: Final = 2.0
# The same by the clock on the wall: so many times that, and no less than so many seconds.
_IDLE: Final = 5
_LEAST: Final = 10.0

_LOOK: Final = 0.25
# How long what is raised has to be noted by whoever writes down what a handler raises.
_NOTED: Final = 0.1
# How often one tries then: code that catches even this does not everywhere.
_AGAIN: Final = 0.001


class Overdue(BaseException):
    """Raised in code that holds up everybody; no `except Exception` catches it."""


@contextlib.contextmanager
def watched(turns: Callable[[], object], patience: float = PATIENCE) -> Iterator[None]:
    """Raise `Overdue` in the code that runs in the block, if `turns` stays the same for long.

    Args:
        turns: Returns something that changes as long as all is well; None while nothing runs.
        patience: Seconds of work that it may stay the same for; by the clock on the wall five times
            that, and at least ten. Where work cannot be told from waiting, it is at least two.
    """
    if sys.platform == "emscripten" or sys.implementation.name != "cpython":
        yield
        return
    over = threading.Event()
    thread = threading.get_ident()
    watch = threading.Thread(
        target=_watch, args=(thread, turns, patience, over), daemon=True, name="overdue"
    )
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()
        take_back(thread)


def _watch(
    thread: int, turns: Callable[[], object], patience: float, over: threading.Event
) -> None:
    worked = _work_of(thread)
    if worked is time.monotonic:
        patience = max(patience, PATIENCE)
    idle = max(_IDLE * patience, _LEAST)
    seen, since, before = turns(), time.monotonic(), worked()
    pause, was_held = _LOOK, False
    while not over.wait(pause):
        now = turns()
        if now is None or now != seen:
            seen, since, before = now, time.monotonic(), worked()
        held = worked() - before >= patience
        # Code that waits in C does no work, and a busy machine lets nobody do any.
        held = held or time.monotonic() - since >= idle
        pause = (_AGAIN if was_held else _NOTED) if held else _LOOK
        was_held = held
        if held:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread), ctypes.py_object(Overdue)
            )


def _work_of(thread: int) -> Callable[[], float]:
    """Return what tells the processor time of a thread; where that is not known, time as such."""
    try:
        clock = time.pthread_getcpuclockid(thread)
        time.clock_gettime(clock)
    except (AttributeError, OSError):
        return time.monotonic
    return lambda: time.clock_gettime(clock)
