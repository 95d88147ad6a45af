"""The threads that an app's code gives work to, and which of its lines has given what."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import sys
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import CodeType
from typing import Any, Final, NamedTuple

_ASYNCIO: Final = str(Path(asyncio.__file__).parent)

# By the coroutine's id, for who holds it no more cannot be asked: when Python tells that nobody has
# awaited one, there is no weak reference to it any longer.
_origins: Final[OrderedDict[int, tuple[CodeType, Origin]]] = OrderedDict()
_MOST: Final = 256


class Origin(NamedTuple):
    """Who has given work to a thread: the code, its line, and the context it runs in."""

    code: CodeType
    line: int
    context: contextvars.Context


class ContextExecutor(ThreadPoolExecutor):
    """Run work with the context variables of who submits it, which `run_in_executor` does not.

    Where an async function was given, its coroutine is what comes back: see `origin_of`.
    """

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        context, frame = contextvars.copy_context(), sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename.startswith(_ASYNCIO):
            frame = frame.f_back
        origin = Origin(frame.f_code, frame.f_lineno, context)
        return super().submit(_run_from, origin, fn, *args, **kwargs)


def origin_of(coroutine: Any) -> Origin | None:
    """Return who has had a coroutine made on a thread for work; None if nobody has."""
    code, origin = _origins.get(id(coroutine), (None, None))
    return origin if code is coroutine.cr_code else None


def _run_from(origin: Origin, work: Any, *args: Any, **kwargs: Any) -> Any:
    result = origin.context.run(work, *args, **kwargs)
    if inspect.iscoroutine(result):
        _origins[id(result)] = (result.cr_code, origin)
        while len(_origins) > _MOST:
            _origins.popitem(last=False)
    return result
