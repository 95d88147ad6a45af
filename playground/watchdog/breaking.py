"""Raise an exception in the code that blocks a thread, and only there.

Python raises an exception in another thread at the next point between two of its instructions,
wherever that may be. In the event loop's own code it would end the loop. So one looks what is on
top of the thread's stack and raises if it is the user's code, without letting the thread go on in
between: the interpreter's lock (GIL) is held from the look to the raise. That cannot be written in
Python statement by statement, for the lock may be passed on between any two. It is one expression,
whose parts are all of C.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable, Container
from itertools import compress, starmap
from operator import attrgetter, itemgetter
from types import CodeType
from typing import Any, Final

from micropie.testing import pending
from playground.watchdog.each_line import is_told_of_lines, raised_at_each_line
from playground.watchdog.stacks import Locate, asks, own_codes

# How often is looked whether the user's code is on top, and for how long: a loop that calls
# something is on top of it now and then.
_LOOK_AGAIN: Final = 0.001
_LOOKS: Final = 300

# How often is looked whether that code asks for something: it does so in most of its turns.
_GLANCES: Final = 60

# How often one tries code that catches even this, and how long each time it is waited for.
_TRIES: Final = 4 if is_told_of_lines() else 8
_PATIENCE: Final = 0.15


def can_raise() -> bool:
    """Return whether this Python can raise in another thread: CPython with its lock."""
    has_lock: Callable[[], bool] = getattr(sys, "_is_gil_enabled", lambda: True)
    return sys.implementation.name == "cpython" and has_lock() and sys.platform != "emscripten"


def break_out(
    thread: threading.Thread,
    error: type[BaseException],
    locate: Locate,
    turns: Callable[[float], bool],
) -> bool:
    """Raise an exception in the user's code that blocks a thread, until it has left.

    Args:
        thread: The thread of the event loop.
        error: What to raise; made without arguments.
        locate: Tells the user's code from other's.
        turns: Waits so many seconds for the loop to turn, and returns whether it has.

    Returns:
        Whether the loop turns now. If not, it waits in a function of C, where nothing is raised, or
        what was raised has been caught each time.
    """
    if not can_raise():
        return turns(_PATIENCE)
    for _ in range(_TRIES):
        if not _raise_soon(thread, error, locate, turns):
            break
        if turns(_PATIENCE):
            # It may have let go by itself before it met what was raised.
            take_back(thread)
            return True
    else:  # it catches all that comes where threads take turns
        take_back(thread)
        with raised_at_each_line(thread, error, locate):
            return turns(_PATIENCE)
    take_back(thread)
    return turns(_PATIENCE)


def goes_on_asking(thread: threading.Thread, locate: Locate) -> bool:
    """Return whether the user's code that blocks a thread asks to receive or send, again and again.

    Then it is seen in there, and out of there too: who works for long is always in the same place.

    Args:
        thread: The thread of the event loop.
        locate: Tells the user's code from other's.
    """
    seen = set()
    for _ in range(_GLANCES):
        time.sleep(_LOOK_AGAIN)
        seen.add(asks(thread, locate))
        if len(seen) == 2:
            return True
    return False


def _raise_soon(
    thread: threading.Thread,
    error: type[BaseException],
    locate: Locate,
    turns: Callable[[float], bool],
) -> bool:
    for _ in range(_LOOKS):
        codes = frozenset(own_codes(thread, locate))
        if not codes and turns(_LOOK_AGAIN):
            return True
        # Fresh from a pause the lock is ours for some milliseconds: nobody has asked for it yet.
        time.sleep(_LOOK_AGAIN)
        if raise_on_top(thread, error, codes):
            return True
    return False


def raise_on_top(
    thread: threading.Thread, error: type[BaseException], codes: Container[CodeType]
) -> bool:
    """Raise an exception in a thread if one of some pieces of code runs on top of its stack.

    Args:
        thread: The thread.
        error: What to raise.
        codes: Where it may be raised.

    Returns:
        Whether it will be raised.
    """
    raising = starmap(_raise_in, compress([_arguments(thread, error)], _looks(thread, codes)))
    try:
        return next(raising, 0) == 1
    except KeyError:  # the thread has ended
        return False


def _looks(thread: threading.Thread, codes: Container[CodeType]) -> Any:
    """Return an iterator whose one step says whether one of the codes is on top right then."""
    frames = starmap(sys._current_frames, [()])
    on_top = map(attrgetter("f_code"), map(itemgetter(thread.ident), frames))
    return map(codes.__contains__, on_top)


def _arguments(thread: threading.Thread, error: type[BaseException]) -> tuple[Any, Any]:
    return ctypes.c_ulong(thread.ident or 0), ctypes.py_object(error)


_raise_in: Any = ctypes.pythonapi.PyThreadState_SetAsyncExc if can_raise() else None


def take_back(thread: threading.Thread) -> None:
    """Take back what was to be raised in a thread, if it has not been yet."""
    if can_raise():
        pending.take_back(thread.ident or 0)
