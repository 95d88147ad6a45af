"""Tell a failure of the application's code from what was thrown into it from outside.

Law of the room: `sys.exit()` in a handler ends that handler, and never the server, which has other
clients. What ends a task from outside passes: its cancellation, Ctrl-C, a coroutine being closed.
"""

from __future__ import annotations

import asyncio
import inspect
import opcode
from contextlib import suppress
from types import CodeType
from typing import Any, Final

_RAISE: Final = opcode.opmap["RAISE_VARARGS"]

# Characters of what an exception says: more than anybody reads.
MOST: Final = 10_000

# Here asyncio turns Ctrl-C into an exception, wherever the main thread happens to be.
_INTERRUPTING: Final = "asyncio.runners"


def is_failure(error: BaseException) -> bool:
    """Say whether an exception is a failure of the application's code, and not its cancellation.

    So is whatever leaves it: `SystemExit`, `KeyboardInterrupt` or `GeneratorExit` too, if the code
    has raised it itself.

    A `CancelledError` in a task that is not being cancelled is a failure too: it comes from what
    the code awaited, which somebody else has cancelled.
    """
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is not None and not task.cancelling()
    if isinstance(error, KeyboardInterrupt | GeneratorExit):
        return _was_raised(error)
    return True


def _was_raised(error: BaseException) -> bool:
    """Say whether a ``raise`` stands where an exception comes from.

    Python raises `KeyboardInterrupt` for Ctrl-C, and `GeneratorExit` in a coroutine that is closed,
    between any two instructions.
    """
    trace = error.__traceback__
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame
    raised: bool = frame.f_code.co_code[trace.tb_lasti] == _RAISE
    return raised and frame.f_globals.get("__name__") != _INTERRUPTING


def blame(error: BaseException, handler: Any) -> None:
    """Note on an exception which handler it is about, as ``__handler__``: its code, and its line.

    What a handler returns is looked at when it has ended, so that no traceback leads to it.
    """
    code = getattr(inspect.unwrap(handler), "__code__", None)
    if code is not None and not hasattr(error, "__handler__"):
        blame_at(error, code, code.co_firstlineno)


def blame_at(error: BaseException, code: CodeType, line: int) -> None:
    """Note on an exception, as ``__handler__``, in which code and line it belongs."""
    with suppress(AttributeError):  # an exception may have no room for it
        error.__handler__ = (code, line)  # type: ignore[attr-defined]


def words_of(error: BaseException) -> str:
    """Return what an exception says, cut where it is long; "" for one that fails to say it."""
    try:
        words = str(error)
        return words if len(words) <= MOST else f"{words[:MOST]}…"
    except BaseException as fault:
        if not is_failure(fault):
            raise
        return ""
