"""An event loop whose ways the code of an app does not change: it is refused at that very line.

All who are served share the loop. Whoever replaces `loop.call_soon`, has tasks made by a function
that raises, or takes the exception handler for themselves, would do so for all of them.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any, Final, NoReturn

STOPPED: Final = (
    "expected the server's event loop to go on, got loop.stop(); a handler does not end the "
    "server, lab.stop() in a cell does"
)
CHANGED: Final = (
    "expected the server's event loop to be left as it is, got {}; everybody who is served shares "
    "it"
)

# What asyncio sets in the code of whoever cancels a timer, for each one: nothing else is asked.
_ITS_COUNT: Final = "_timer_cancelled_count"

# What may be set by anybody.
_ANYBODYS: Final = ("slow_callback_duration",)

# Whose code sets what is the loop's own.
_LOOPS_OWN: Final = frozenset({"asyncio", "uvloop", "playground"})


class _Guards:
    """The methods of an event loop while it is guarded; they stand in a subclass of its class."""

    def __setattr__(self, name: str, value: object) -> None:
        if name != _ITS_COUNT and _is_refused(self, name):
            raise RuntimeError(_guard_of(self).changed.format(f"loop.{name} = …"))
        _guard_of(self).kind.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if _is_refused(self, name):
            raise RuntimeError(_guard_of(self).changed.format(f"del loop.{name}"))
        _guard_of(self).kind.__delattr__(self, name)

    def stop(self) -> NoReturn:
        """Refuse to stop."""
        raise RuntimeError(_guard_of(self).stopped)

    def shutdown_asyncgens(self) -> Any:
        """Refuse to end the streams of everybody."""
        return _guard_of(self).unless_apps("shutdown_asyncgens")

    def shutdown_default_executor(self, *timeout: Any, **options: Any) -> Any:
        """Refuse to end the threads of everybody."""
        return _guard_of(self).unless_apps("shutdown_default_executor", *timeout, **options)

    def set_task_factory(self, factory: Any) -> None:
        """Have the app's tasks made by a function, and no others."""
        guard = _guard_of(self)
        if guard.is_called_by_app():
            guard.task_factory = _callable("task factory", factory)
        else:
            guard.kind.set_task_factory(self, factory)

    def get_task_factory(self) -> Any:
        """Return what makes the tasks of whoever asks."""
        guard = _guard_of(self)
        return guard.task_factory if guard.is_called_by_app() else guard.kind.get_task_factory(self)

    def set_exception_handler(self, handler: Any) -> None:
        """Have what the app's code lets go shown to a function too."""
        guard = _guard_of(self)
        if guard.is_called_by_app():
            guard.exception_handler = _callable("exception handler", handler)
        else:
            guard.kind.set_exception_handler(self, handler)

    def get_exception_handler(self) -> Any:
        """Return what is shown the exceptions of whoever asks."""
        guard = _guard_of(self)
        if guard.is_called_by_app():
            return guard.exception_handler
        return guard.kind.get_exception_handler(self)


class Guard:
    """Keeps an event loop as it is from the code of an app, from `begin` to `end`.

    Args:
        loop: The loop.
        is_apps: Given a context (`contextvars`), whether the app's code runs in it.
        stopped: What is said to who stops it.
        changed: What is said to who changes it; ``{}`` is how.

    Attributes:
        kind: Its class.
        anybodys: Names that may be set: what the app's code has added is its own.
        task_factory: What the app's code wants its tasks made by.
        exception_handler: What it wants to be shown what nobody caught.
    """

    def __init__(
        self,
        loop: Any,
        is_apps: Callable[[Context], bool],
        stopped: str = STOPPED,
        changed: str = CHANGED,
    ) -> None:
        self.loop = loop
        self.is_apps = is_apps
        self.stopped = stopped
        self.changed = changed
        self.task_factory: Any = None
        self.exception_handler: Any = None
        self.anybodys = set(_ANYBODYS)
        self.kind: Any = type(loop)

    def begin(self) -> None:
        """Guard the loop from now on."""
        vars(self.loop)[_GUARD] = self
        self.loop.__class__ = _guarded(self.kind)

    def end(self) -> None:
        """Leave it alone, as it was."""
        self.loop.__class__ = self.kind
        vars(self.loop).pop(_GUARD, None)

    def is_called_by_app(self) -> bool:
        """Return whether it is the app's code that runs."""
        return self.is_apps(copy_context())

    def unless_apps(self, name: str, *args: Any, **options: Any) -> Any:
        """Call a method of the loop's, for whoever is not the app.

        Raises:
            RuntimeError: For the app's code.
        """
        if self.is_called_by_app():
            raise RuntimeError(self.changed.format(f"loop.{name}()"))
        return getattr(self.kind, name)(self.loop, *args, **options)


# Where a loop has its guard.
_GUARD: Final = "_playground_guard"


def is_guarded(loop: Any) -> bool:
    """Return whether a loop is guarded."""
    return _GUARD in vars(loop)


def _guard_of(loop: Any) -> Guard:
    guard: Guard = vars(loop)[_GUARD]
    return guard


@functools.cache
def _guarded(kind: type) -> type:
    """Return a subclass of a loop's class, laid out as it is: a loop can change from one to other.

    That needs one base alone.
    """
    methods = {name: each for name, each in vars(_Guards).items() if inspect.isfunction(each)}
    # What a loop is, is told by the module of its class.
    own = {"__slots__": (), "__module__": kind.__module__, "__doc__": kind.__doc__}
    return type(kind.__name__, (kind,), methods | own)


def _is_refused(loop: Any, name: str) -> bool:
    guard = _guard_of(loop)
    if not hasattr(loop, name):
        guard.anybodys.add(name)
    if name in guard.anybodys or not guard.is_called_by_app():
        return False
    sets: str = sys._getframe(2).f_globals.get("__name__", "")
    return sets.partition(".")[0] not in _LOOPS_OWN


def _callable(what: str, value: Any) -> Any:
    if value is None or callable(value):
        return value
    raise TypeError(f"expected a callable or None as {what}, got {value!r}")
