"""What a method of a lab cannot do is said in a sentence under the cell, without lines of ours."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final, TypeVar

from playground.live.tracebacks import shortened

F = TypeVar("F", bound=Callable[..., Any])

# What is raised where something that was asked for cannot be; all else is a fault of ours.
_EXPECTED: Final = (TypeError, ValueError, LookupError, OSError, ImportError, RuntimeError)


def in_short(method: F) -> F:
    """Have what a method raises shown by its sentence, and the caller's own lines.

    Args:
        method: A method of a lab, of which `lab` is the name in that sentence.
    """
    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return await method(*args, **kwargs)
            except _EXPECTED as error:
                raise shortened(error) from error.__cause__

    else:

        @functools.wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return method(*args, **kwargs)
            except _EXPECTED as error:
                raise shortened(error) from error.__cause__

    return call  # type: ignore[return-value]


def speaks_of(whose: str) -> Callable[[type], type]:
    """Have Python call methods after what its user calls it: ``lab.replay() takes …``.

    Args:
        whose: What an instance is usually called, such as ``"lab"``.
    """

    def decorated(kind: type) -> type:
        for each in kind.__mro__[:-1]:
            for name, method in vars(each).items():
                function = inspect.unwrap(method) if callable(method) else None
                if inspect.isfunction(function) and not name.startswith("_"):
                    function.__qualname__ = f"{whose}.{name}"
        return kind

    return decorated
