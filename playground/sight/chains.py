"""The functions that a waiting task stands in: its coroutine, the one that this awaits, and so on.

What an async generator's step or an ``__await__`` leads to Python shows to the garbage collector
alone; where it shows nothing, the chain ends there.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any, Final

from playground.stage.asyncio_internals import Task, awaited_task

# More than code nests; it ends a chain that leads back to itself.
DEEPEST: Final = 200

_STEPS: Final = (CoroutineType, GeneratorType, AsyncGeneratorType)

# Where each has its frame, and what it awaits; Cython's coroutines name it as Python's.
_NAMES: Final[dict[type, tuple[str, str]]] = {
    CoroutineType: ("cr_frame", "cr_await"),
    GeneratorType: ("gi_frame", "gi_yieldfrom"),
    AsyncGeneratorType: ("ag_frame", "ag_await"),
}


def frames_of(task: Task) -> list[FrameType]:
    """Return the frames of a task that waits, the outermost first; none of one that has ended."""
    return [frame for frame in map(_frame_of, _chain(task.get_coro())) if frame is not None]


def _chain(step: Any) -> Iterator[Any]:
    for _ in range(DEEPEST):
        yield step
        step = _next(step)
        if step is None:
            return


def _next(step: Any) -> Any:
    """Return what a coroutine or generator awaits, if that has frames of its own; else None."""
    awaited = getattr(step, _NAMES.get(type(step), _NAMES[CoroutineType])[1], None)
    if isinstance(awaited, _STEPS):
        return awaited
    if awaited is None or isinstance(awaited, asyncio.Future):
        return _waited_for(step)
    # A generator's `__anext__`, an `__await__` or the like, which only wraps the next one.
    referred = gc.get_referents(awaited)
    return next((each for each in referred if isinstance(each, _STEPS)), None) or _waited_for(step)


def _waited_for(step: Any) -> Any:
    """Return what runs in the task of Python 3.11's `asyncio.wait_for`, if that is where it is."""
    if getattr(step, "cr_code", None) is not asyncio.wait_for.__code__:
        return None
    inner = awaited_task(step)
    return None if inner is None or inner.done() else inner.get_coro()


def _frame_of(step: Any) -> FrameType | None:
    frame: FrameType | None = getattr(step, _NAMES.get(type(step), _NAMES[CoroutineType])[0], None)
    return frame
