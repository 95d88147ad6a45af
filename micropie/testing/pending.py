"""What Python 3.11 and 3.12 keep of an exception that was to be raised in another thread.

They note for the whole process that one waits, until some thread has met one. If it is taken back,
or if its thread waits in C, every thread looks for it at each step, in vain; on Python 3.11 one
that is profiled goes round in circles over that, as soon as it calls a function.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from typing import Any, Final

_NOTED: Final = sys.implementation.name == "cpython" and sys.version_info < (3, 13)


class _Met(BaseException):
    """Raised in the thread that asks for it, to have met one."""


def forget_pending() -> None:
    """Have no thread look for an exception in vain.

    One that does wait for a thread in C is still raised there, a moment after that goes on.
    """
    if _NOTED and sys.platform != "emscripten":
        _meet_one_after(())


def take_back(thread: int) -> None:
    """Take back what was to be raised in a thread, if it has not been yet.

    Args:
        thread: Its number, as `threading.get_ident` has it.
    """
    taken: tuple[Any, ...] = (ctypes.c_ulong(thread), None)
    if _NOTED:
        _meet_one_after(taken)
    else:
        _raise_in()(*taken)


def _meet_one_after(taken: tuple[Any, ...]) -> None:
    # From the first line of the block on, no function of Python's is called: see above.
    raise_in, own = _raise_in(), (ctypes.c_ulong(threading.get_ident()), ctypes.py_object(_Met))
    try:
        if taken:
            raise_in(*taken)
        raise_in(*own)
        while True:  # until it is met, at once
            pass
    except _Met:
        return


def _raise_in() -> Any:
    return ctypes.pythonapi.PyThreadState_SetAsyncExc
