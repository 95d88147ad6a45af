"""An app's attributes, without running code of the app's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from playground.sight.values import attributes_of

ABSENT: Final = object()
"""What is found under a name where there is nothing that could be had without running code."""


def found(app: Any, name: str) -> Any:
    """Return an attribute; `ABSENT` if it cannot be had.

    Args:
        app: The app.
        name: What it is called; one of an attribute's own has a dot, as in ``state.rooms``.
    """
    if "." not in name:
        return _attribute(app, name)
    value = app
    for part in name.split("."):
        value = _attribute(value, part)
        if value is ABSENT:
            return value
    return value


def _attribute(value: Any, name: str) -> Any:
    held = attributes_of(value)
    if name in held:
        return held[name]
    for kind in type(value).__mro__:
        shared = type.__getattribute__(kind, "__dict__")
        if name in shared:
            # A property would have to be run.
            computed = any("__get__" in vars(each) for each in type(shared[name]).__mro__)
            return ABSENT if computed else shared[name]
    return ABSENT


def attributes(app: Any, others: frozenset[str]) -> Iterator[str]:
    """Yield the attributes of an app that could be seen.

    Args:
        app: The app.
        others: Those that are every app's.
    """
    for name, value in attributes_of(app).items():
        if name not in others and not name.startswith("_") and not callable(value):
            yield name
