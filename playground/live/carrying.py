"""State that goes on when the code changes: attributes of the old instance, and its sessions.

A new instance starts fresh, but for the attributes that are to be carried. These are the same
objects in both, so that handlers of the old code that finish their messages still share them.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Final

from micropie import App

Carry = bool | Sequence[str]

_FRESH: Final = "pass carry=False to start fresh"


def check_carry(carry: Carry) -> None:
    """Check an argument that says what to carry.

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

    What the old one lacks stays as the new one has it: new code may be the first to set it.
    Sessions always go on, as long as their backend is of the same class.

    Args:
        old: The instance on stage.
        new: The next one, not started yet.
        carry: Names, or True for every attribute that the app itself has set.
    """
    if old is new or old is None:
        return []
    names = _names(old, carry)
    for name in names:
        setattr(new, name, getattr(old, name))
    if isinstance(old, App) and isinstance(new, App):
        backend = getattr(old, "session_backend", None)  # its code may have lost it
        if type(backend) is type(new.session_backend):
            new.session_backend = backend
    return names


def check_named(old: Any, new: Any, names: Carry) -> None:
    """Check that each name to carry is an attribute of the old instance or of the new one.

    Raises:
        AttributeError: If one is of neither: it is written wrong.
    """
    if old is None or isinstance(names, bool):
        return
    for name in names:
        if not hasattr(old, name) and not hasattr(new, name):
            own = _own(old)
            has = f"it has {', '.join(own)}" if own else "it has set none"
            raise AttributeError(
                f"expected an attribute of {type(old).__name__} to carry, got {name!r}; {has}; "
                f"{_FRESH}"
            )


def not_carried(old: Any, carry: Carry) -> str:
    """Return as a sentence what was named to be carried and was not there; "" if all was.

    Args:
        old: The instance that was on stage.
        carry: What was to be carried.
    """
    if old is None or isinstance(carry, bool):
        return ""
    own, has = _own(old), getattr(old, "__dict__", {})
    missing = [name for name in carry if name not in has]
    if not missing:
        return ""
    there = f"it had {', '.join(own)}" if own else "it had set none"
    return f"{', '.join(missing)} not carried over: {type(old).__name__} had none ({there})"


def _names(old: Any, carry: Carry) -> list[str]:
    own = _own(old)
    if isinstance(carry, bool):
        return own if carry else []
    has = getattr(old, "__dict__", {})
    return [name for name in carry if name in has]


def _own(old: Any) -> list[str]:
    """Return the attributes that an app has set, but for the framework's and its own methods."""
    framework = vars(App()) if isinstance(old, App) else {}
    return [
        name
        for name, value in getattr(old, "__dict__", {}).items()
        if name not in framework and not (inspect.ismethod(value) and value.__self__ is old)
    ]
