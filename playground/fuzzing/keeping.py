"""What an app keeps in its attributes: how much, and what belongs to clients that have left.

Law of the room: no code of the app's is run for it, and nothing of the app's is kept.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final, NamedTuple

from micropie import App, WebSocket
from micropie.testing.places import is_users

# How deep one looks into collections and objects, and at how many things.
_DEEP: Final = 4
_MOST: Final = 5_000

# What belongs to a connection, and is of no use without it.
_BOUND: Final = (WebSocket, asyncio.Task, asyncio.Queue, asyncio.Future, asyncio.Event)

_COLLECTIONS: Final = (list, tuple, set, frozenset, deque)


class Kept(NamedTuple):
    """How much an attribute keeps.

    Attributes:
        size: Things in its collections, or the number that it is.
        bound: WebSockets, tasks and queues among them.
    """

    size: float
    bound: int


def kept(app: Any) -> dict[str, Kept]:
    """Return how much each attribute of the user's keeps: collections, objects and numbers."""
    try:
        own = vars(app)
    except TypeError:
        return {}
    frame = _of_framework() if isinstance(app, App) else frozenset()
    return {name: _measured(value) for name, value in own.items() if name not in frame}


def _of_framework() -> frozenset[str]:
    return frozenset(vars(App()))


def _measured(value: Any) -> Kept:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Kept(value, 0)
    size = bound = 0
    seen: set[int] = set()
    left = [(value, 0)]
    while left and len(seen) < _MOST:
        each, deep = left.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        inner = _inside(each) if deep < _DEEP and not isinstance(each, _BOUND) else []
        size += len(inner)
        # What an attribute holds itself is replaced by the next one: it does not grow.
        bound += deep > 0 and isinstance(each, _BOUND)
        left += [(one, deep + 1) for one in inner]
    return Kept(size, bound)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*dict.values(value), *(key for key in value if isinstance(key, _BOUND))]
    if isinstance(value, _COLLECTIONS):
        return list(value)
    if isinstance(value, int | float | str | bytes | type) or callable(value):
        return []
    file = getattr(_code_of(type(value)), "co_filename", "")
    return list(getattr(value, "__dict__", {}).values()) if file and is_users(file) else []


def _code_of(kind: type) -> Any:
    """Return the code of a function of a class that somebody has written; None without one."""
    codes = (getattr(each, "__code__", None) for each in vars(kind).values())
    return next((each for each in codes if each is not None), None)
