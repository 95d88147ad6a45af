"""What is a handler, and what is not, among the attributes of an application.

Law: finding out runs none of the application's code but a descriptor's ``__get__``. Code that was
written to answer is a handler; what merely can be called is none: a client, ``print``, a class.
"""

from __future__ import annotations

import functools
import types
from typing import Any, Final

from micropie.requests import MISSING

RESERVED: Final = "_reserved_names"
"""The attribute by which a class says that it is the framework's, and its methods are no routes. It
holds the names of what such a class sets on an instance, which are no routes either."""

# Reading these would run the application's code to find out whether it is a handler.
_NOT_HANDLERS: Final = (property, functools.cached_property, type)

# What is written in C, and classes: `exec` and `str.upper` bind or are called like a function.
_BUILTIN: Final = (
    type,
    types.BuiltinFunctionType,
    types.ClassMethodDescriptorType,
    types.MethodDescriptorType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
)


def definition(app: object, kind: type, reserved: frozenset[str], name: str) -> Any:
    """Find what a name means to the application, without running any of its code."""
    own = getattr(app, "__dict__", {})
    for klass in kind.__mro__:
        if RESERVED in vars(klass) or klass is object:
            continue
        raw = vars(klass).get(name, MISSING)
        if raw is not MISSING:
            shadowed = name in own and name not in reserved and not hasattr(type(raw), "__set__")
            return own[name] if shadowed else raw
    return own.get(name, MISSING) if name not in reserved else MISSING


def may_be_handler(raw: Any) -> bool:
    """Say whether it is worth binding what a name means, to see whether it is a handler."""
    return raw is not MISSING and not isinstance(raw, _NOT_HANDLERS)


def handler_of(raw: Any, app: object, kind: type, own: bool) -> Any:
    """Return what is called where a name means this; None if that is no handler.

    Args:
        raw: What the class or the instance holds under that name.
        app: The application.
        kind: Its class.
        own: Whether the instance holds it.
    """
    bound = raw if own else _bind(raw, app, kind)
    code = _code(raw)
    # Of a descriptor that is no function itself, what it binds to counts.
    return bound if callable(bound) and _binds(code if callable(code) else _code(bound)) else None


def _bind(raw: Any, app: object, kind: type) -> Any:
    if isinstance(raw, functools.partial):
        return raw  # on each Python: 3.13 warns if asked to bind one, and later ones put the app in
    get = getattr(type(raw), "__get__", None)
    if hasattr(type(raw), "__set__") or isinstance(raw, _BUILTIN):
        return None
    return raw if get is None else get(raw, app, kind)


def _code(found: Any) -> Any:
    """Return what is run in the end by what only passes a call on."""
    while True:
        if isinstance(found, types.MethodType | staticmethod | classmethod):
            found = found.__func__
        elif isinstance(
            found, functools.partial | functools.partialmethod | functools.singledispatchmethod
        ):
            found = found.func
        else:
            return found


def _binds(code: Any) -> bool:
    """Say whether it becomes a method as functions do, such as what `functools.cache` makes."""
    return callable(code) and hasattr(type(code), "__get__") and not isinstance(code, _BUILTIN)
