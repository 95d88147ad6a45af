"""Work that takes seconds, beside the cells: on a thread of its own, where there are threads."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

T = TypeVar("T")

# Seconds after its own deadline in which work has to end; what blocks in C never does.
_GRACE: Final = 15.0


class LeftBehind(RuntimeError):
    """Work beside the cells did not end in time, and was left to itself."""


# Whoever reads it is told what Python's own documentation explains.
LeftBehind.__name__ = LeftBehind.__qualname__ = RuntimeError.__name__


async def beside(work: Callable[[], T], seconds: float) -> T:
    """Do a piece of work and return what it returns, while this loop goes on.

    Args:
        work: A function that blocks.
        seconds: How long it means to take.

    Raises:
        LeftBehind: It takes much longer: it blocks where nothing can end it.
    """
    if sys.platform == "emscripten":
        return work()
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            result = context.run(work)
        except BaseException as error:
            _settle(loop, done, None, error)
        else:
            _settle(loop, done, result, None)

    threading.Thread(target=run, daemon=True, name="beside the cells").start()
    try:
        async with asyncio.timeout(seconds + _GRACE):
            return await done
    except TimeoutError:
        raise LeftBehind(
            f"expected an end within {seconds:g} s, got none; something waits in C, where nothing "
            "can be raised, and is left behind with its thread"
        ) from None


def _settle(loop: Any, done: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    def settle() -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # it is closed: nobody waits any more
        return
