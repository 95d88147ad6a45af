"""Whose WebSocket or request an object is: any object that has kept the scope it was made with."""

from __future__ import annotations

from types import MemberDescriptorType
from typing import Final
from weakref import WeakKeyDictionary

from playground.recorder import client_of

_SCOPES: Final = ("scope", "_scope")

# Of a class, whether its objects have a `__dict__`, and the slots in which a scope may be.
_kept: Final[WeakKeyDictionary[type, tuple[bool, tuple[MemberDescriptorType, ...]]]] = (
    WeakKeyDictionary()
)


def socket_name(value: object) -> str | None:
    """Return what to call an object that stands for a client, such as ``<WebSocket alice>``."""
    client = client_behind(value)
    return f"<{type(value).__name__} {client}>" if client else None


def client_behind(value: object) -> str | None:
    """Return whose WebSocket or request an object is; None if it is nobody's."""
    scope = _scope_of(value)
    return None if scope is None else client_of(scope) or None


def _scope_of(value: object) -> dict[str, object] | None:
    """Return the scope that an object has kept, without running code of its class."""
    has_dict, slots = _kept.get(type(value)) or _learnt(type(value))
    if has_dict:
        try:
            attributes = object.__getattribute__(value, "__dict__")
        except AttributeError:
            attributes = None
        if type(attributes) is dict:
            for name in _SCOPES:
                if type(found := attributes.get(name)) is dict:
                    return found
    for slot in slots:
        try:
            found = slot.__get__(value)
        except AttributeError:
            continue
        if type(found) is dict:
            return found
    return None


def _learnt(kind: type) -> tuple[bool, tuple[MemberDescriptorType, ...]]:
    """Return where objects of a class may have a scope."""
    held = [vars(base).get(name) for base in kind.__mro__ for name in _SCOPES]
    slots = tuple(each for each in held if type(each) is MemberDescriptorType)
    found = _kept[kind] = type.__getattribute__(kind, "__dictoffset__") != 0, slots
    return found
