"""Keep what ends a program, raised where nobody waits for it, from the loop of whoever tests.

`SystemExit` and `KeyboardInterrupt` leave a task or a callback, and the event loop with it: that is
asyncio's rule. Of an app under test they are errors, and the loop is its tester's.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, Final

from micropie.failures import is_failure

Keep = Callable[[BaseException], None]

_keep: Final[ContextVar[Keep | None]] = ContextVar("micropie_testing_keep", default=None)

# By these a loop is given callbacks, and at which place.
_CALLS: Final = {"call_soon": 0, "call_later": 1, "call_at": 1, "call_soon_threadsafe": 0}


def enter(keep: Keep) -> None:
    """Have what runs in this context, and what it begins, kept from the loop.

    Args:
        keep: Given what ends a program, each time.
    """
    _keep.set(keep)


def hold(loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """Hold a loop; return what lets go of it.

    One that somebody else makes tasks for is left alone, and one that takes no attributes.
    """
    if not isinstance(loop, asyncio.BaseEventLoop) or loop.get_task_factory() is not None:
        return lambda: None
    loop.set_task_factory(_task)  # type: ignore[arg-type]
    for name, place in _CALLS.items():
        setattr(loop, name, _calling(getattr(loop, name), place))

    def let_go() -> None:
        if loop.get_task_factory() is _task:
            loop.set_task_factory(None)
            for name in _CALLS:
                vars(loop).pop(name, None)

    return let_go


def _task(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any
) -> asyncio.Task[Any]:
    keep = _keep.get()
    if keep is not None and not isinstance(work, _Held):
        held = _Held(work, keep)
        return asyncio.Task(held, loop=loop, **options)
    return asyncio.Task(work, loop=loop, **options)


class _Held(Coroutine[Any, Any, Any]):
    """A coroutine that raises another error in the place of what ends a program."""

    def __init__(self, work: Coroutine[Any, Any, Any], keep: Keep) -> None:
        self._work = work
        self._keep = keep
        self.__name__ = getattr(work, "__name__", type(work).__name__)
        self.__qualname__ = getattr(work, "__qualname__", self.__name__)

    def __await__(self) -> Any:
        return self._work.__await__()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    def send(self, value: Any) -> Any:
        """Go on, as any coroutine."""
        try:
            return self._work.send(value)
        except (SystemExit, KeyboardInterrupt) as error:
            raise self._ended(error)  # noqa: B904

    def throw(self, *error: Any) -> Any:
        """Go on with an exception, as any coroutine."""
        try:
            return self._work.throw(*error)
        except (SystemExit, KeyboardInterrupt) as ending:
            raise self._ended(ending)  # noqa: B904

    def close(self) -> None:
        """End, as any coroutine."""
        self._work.close()

    def _ended(self, error: BaseException) -> BaseException:
        if not is_failure(error):
            return error  # Ctrl-C
        self._keep(error)
        ended = RuntimeError(f"{type(error).__name__} was raised in a task of the app")
        ended.__cause__ = error
        return ended


def _calling(call: Callable[..., Any], place: int) -> Callable[..., Any]:
    """Return how a loop is given callbacks: those of an app end nothing."""

    @functools.wraps(call)
    def given(*args: Any, **options: Any) -> Any:
        keep = _keep.get()
        if keep is None:
            return call(*args, **options)
        before, callback, rest = args[:place], args[place], args[place + 1 :]
        return call(*before, functools.partial(_call, keep, callback), *rest, **options)

    return given


def _call(keep: Keep, callback: Callable[..., Any], *args: Any) -> None:
    try:
        callback(*args)
    except (SystemExit, KeyboardInterrupt) as error:
        if not is_failure(error):
            raise  # Ctrl-C
        keep(error)
