"""What Python 3.11 and 3.12 keep of an exception that was to be raised in another thread.

They note for the whole process that one waits, until some thread has met one. If it is taken back,
or if its thread waits in C, every thread looks for it at each step, in vain; on Python 3.11 one
that is profiled goes round in circles over that.
"""

from __future__ import annotations

import ctypes
import sys
import threading

_NOTED = sys.implementation.name == "cpython" and sys.version_info < (3, 13)


class _Met(BaseException):
    """Raised in the thread that asks for it, to have met one."""


def forget_pending() -> None:
    """Have no thread look for an exception in vain.

    One that does wait for a thread in C is still raised there, a moment after that goes on.
    """
    if not _NOTED or sys.platform == "emscripten":
        return
    try:
        _raise_in(threading.get_ident(), _Met)
        while True:  # until it is met, at once
            pass
    except _Met:
        return


def take_back(thread: int) -> None:
    """Take back what was to be raised in a thread, if it has not been yet.

    Args:
        thread: Its number, as `threading.get_ident` has it.
    """
    _raise_in(thread, None)
    forget_pending()


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), None if error is None else ctypes.py_object(error)
    )
