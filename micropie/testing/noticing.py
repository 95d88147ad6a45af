"""What makes an order come out otherwise the next time: other clocks, chance, sets by address.

One looks in the first order that is played: at each call of C, which is slow, and into the app.
"""

from __future__ import annotations

import contextlib
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import BuiltinFunctionType, FrameType
from typing import Any, Final
from weakref import WeakSet

from micropie.testing.pending import forget_pending
from micropie.testing.places import innermost_of_user, is_users

_CLOCKS: Final = {
    function: f"time.{function.__name__}"
    for function in (
        time.time, time.monotonic, time.perf_counter, time.time_ns, time.monotonic_ns,
        time.perf_counter_ns,
    )
}  # fmt: skip
_TODAY: Final = frozenset({"now", "today", "utcnow"})

# How far one looks into an app, and at how many things.
_DEEP: Final = 4
_MOST: Final = 2_000

_BY_ADDRESS: Final[Any] = object.__hash__

Say = Callable[[str], None]


@contextlib.contextmanager
def calls_noticed(say: Say) -> Iterator[None]:
    """Notice within the block which lines of the user's ask another clock, or chance.

    Args:
        say: Told of each, in a sentence.
    """
    if sys.getprofile() is not None:  # somebody profiles, and would be put off
        yield
        return

    def look(frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call":
            what = _asked(called)
            if what and (where := _line_of(frame)):
                say(f"{where} asks {what}, which goes by no clock of ours.")

    forget_pending()
    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(None)


def _asked(called: Any) -> str:
    if not isinstance(called, BuiltinFunctionType):
        return ""
    if called in _CLOCKS:
        return _CLOCKS[called]
    owner = called.__self__
    if called.__name__ in _TODAY and getattr(owner, "__module__", "") == "datetime":
        return f"{getattr(owner, '__name__', 'datetime')}.{called.__name__}"
    chance = called.__name__ in ("random", "getrandbits") and isinstance(owner, random.Random)
    return "random" if chance else ""


def _line_of(frame: FrameType | None) -> str:
    """Return the line of the user's that calls, past Python's own modules; "" for somebody else."""
    while frame is not None:
        file = frame.f_code.co_filename
        if is_users(file):
            return str(innermost_of_user(frame))
        if "micropie" in file or "playground" in file or "-packages" in file:
            return ""
        frame = frame.f_back
    return ""


def sets_by_address(app: Any) -> Iterable[str]:
    """Yield a sentence for each set in an app that Python goes through by address.

    Args:
        app: Its attributes are looked into, a few levels deep.
    """
    left = [(name, value, 0) for name, value in _attributes(app)]
    seen: set[int] = set()
    while left and len(seen) < _MOST:
        name, value, deep = left.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        kind = _by_address(value)
        if kind:
            yield (
                f"{name} is a set of {kind}, which Python goes through by address, in another "
                "order each time; a list or a dict keeps one."
            )
        if deep < _DEEP:
            left += [(name, each, deep + 1) for each in _within(value)]


def _attributes(app: Any) -> list[tuple[str, Any]]:
    try:
        return [(f"self.{name}", value) for name, value in vars(app).items()]
    except TypeError:
        return []


def _by_address(value: Any) -> str:
    """Return of which kind the members of a set are that hash by address; "" for none."""
    if not isinstance(value, set | frozenset | WeakSet) or len(value) < 2:
        return ""
    kinds = {type(each) for each in list(value)}
    return next((kind.__name__ for kind in kinds if kind.__hash__ is _BY_ADDRESS), "")


def _within(value: Any) -> list[Any]:
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        return list(value)[:_MOST]
    if isinstance(value, dict):
        return list(value.values())[:_MOST]
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None) or ""
    return [each for _, each in _attributes(value)] if is_users(file or "<cell>") else []
