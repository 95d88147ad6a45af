"""State that goes on when the code changes: attributes of the old instance, and its sessions.

An instance starts fresh unless it is said what to carry. What is carried is the same object on both
sides, so that handlers of the old code that finish their messages still share it.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Final

from micropie import App

Carry = bool | Sequence[str]

_FRESH: Final = "pass carry=False to start fresh"


def check_carry(carry: Carry) -> None:
    """Check what somebody wants to carry.

    Raises:
        TypeError: If it is neither a bool nor a list of names.
    """
    names = carry if isinstance(carry, list | tuple | set | frozenset) else None
    if isinstance(carry, bool) or (names is not None and all(isinstance(n, str) for n in names)):
        return
    hint = f"write carry=[{carry!r}]" if isinstance(carry, str) else _FRESH
    raise TypeError(f"expected carry to be True, False or a list of names, got {carry!r}; {hint}")


def carry_over(old: Any, new: Any, carry: Carry) -> list[str]:
    """Give a new instance attributes of the old one, and return their names.

    Sessions always go on, as long as their backend is of the same class.

    Args:
        old: The instance on stage.
        new: The next one, not started yet.
        carry: Names, or True for every attribute that the app itself has set.

    Raises:
        AttributeError: If the old instance has none of a name; the new one is as it was.
    """
    if old is new or old is None:
        return []
    names = _names(old, carry)
    for name in names:
        setattr(new, name, getattr(old, name))
    if isinstance(old, App) and isinstance(new, App):
        backend = old.session_backend
        if type(backend) is type(new.session_backend):
            new.session_backend = backend
    return names


def _names(old: Any, carry: Carry) -> list[str]:
    own = _own(old)
    if isinstance(carry, bool):
        return own if carry else []
    for name in carry:
        if name not in vars(old):
            has = f"it has {', '.join(own)}" if own else "it has set none"
            raise AttributeError(
                f"expected an attribute of {type(old).__name__} to carry, got {name!r}; {has}; "
                f"{_FRESH}"
            )
    return list(carry)


def _own(old: Any) -> list[str]:
    """Return the attributes that an app has set, but for the framework's and its own methods."""
    framework = vars(App()) if isinstance(old, App) else {}
    return [
        name
        for name, value in getattr(old, "__dict__", {}).items()
        if name not in framework and not (inspect.ismethod(value) and value.__self__ is old)
    ]
