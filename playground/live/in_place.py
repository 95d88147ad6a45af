"""A class that was changed in place: its functions replaced, or an attribute set, by a cell.

`%autoreload` does so, and `Chat.ws_say = f`. New sockets find what is new by themselves; handlers
that run go on with the code they began with, until they are handed over.

A handler may set attributes too, which is state and no code. So what is no function counts only
where the cell that ran says so, or the module was imported again.
"""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from playground.live.fingerprint import INCIDENTAL, class_of, code_of, in_code, is_users
from playground.notebook import kernel

# What cannot change but by being set.
_PLAIN: Final = (bool, bytes, complex, float, frozenset, int, str, tuple, type(None))

# No cell changes these.
_NOBODYS: Final = ("builtins", "micropie.app", "micropie.core")

_SETTERS: Final = ("setattr", "delattr")

_Key = tuple[int, str]


class Mark(NamedTuple):
    """How a class and the user's classes under it were when they were looked at.

    Attributes:
        names: The classes, by their place among the bases.
        code: The code of each attribute that is made of functions.
        values: What the other attributes were.
        imports: Which import of its module each class is of.
        mro: All its classes.
        ids: Of all that is in the user's; while they are the same, nothing was changed.
    """

    names: tuple[str, ...]
    code: dict[_Key, tuple[Any, ...]]
    values: dict[_Key, Any]
    imports: tuple[Any, ...]
    mro: tuple[type, ...]
    ids: tuple[int, ...]


def is_as_marked(served: Any, mark: Mark) -> bool:
    """Return whether nothing at all was changed since, which is quickly seen."""
    mro = class_of(served).__mro__
    return mro == mark.mro and _ids(mro) == mark.ids


def _ids(mro: tuple[type, ...]) -> tuple[int, ...]:
    found: list[int] = []
    for kind in mro:
        if kind.__module__ in _NOBODYS:
            continue
        for value in list(vars(kind).values()):
            found.append(id(value))
            if type(value) is types.FunctionType:
                found.append(id(value.__code__))
            elif hasattr(value, "__wrapped__") or hasattr(value, "__func__"):
                found += [id(each.__code__) for each in in_code(value)]
    return tuple(found)


def mark_of(served: Any) -> Mark:
    """Return how an app's class, and the user's classes under it, are now."""
    mro = class_of(served).__mro__
    kinds = [each for each in mro if is_users(each)]
    code: dict[_Key, tuple[Any, ...]] = {}
    values: dict[_Key, Any] = {}
    for number, kind in enumerate(kinds):
        for name, value in list(vars(kind).items()):
            if name in INCIDENTAL:
                continue
            parts = tuple(each.__code__ for each in in_code(value))
            if parts:
                code[number, name] = parts
            elif isinstance(value, _PLAIN):
                values[number, name] = (type(value).__name__, repr(value))
            else:
                values[number, name] = id(value)
    imports = tuple(
        id(getattr(sys.modules.get(each.__module__), "__spec__", None)) for each in kinds
    )
    names = tuple(each.__name__ for each in kinds)
    return Mark(names, code, values, imports, mro, _ids(mro))


def changed_in_place(before: Mark, now: Mark, text: str = "") -> list[str]:
    """Return the names of the classes that were changed.

    Args:
        before, now: How they were, and are.
        text: The cell that ran in between.
    """
    if before.names != now.names:  # other bases
        return list(now.names[:1])
    found = {key for key in {*before.code, *now.code} if _differs(before.code, now.code, key)}
    others = {key for key in {*before.values, *now.values} if _is_set(before, now, key)}
    if others:
        told = set(_set_in(text)) if text else set()
        found |= {
            (number, name)
            for number, name in others
            if name in told or before.imports[number] != now.imports[number]
        }
    return [now.names[number] for number in sorted({number for number, _ in found})]


def _differs(before: dict[_Key, tuple[Any, ...]], now: dict[_Key, Any], key: _Key) -> bool:
    old, new = before.get(key, ()), now.get(key, ())
    if len(old) == len(new) and all(a is b for a, b in zip(old, new, strict=True)):
        return False
    return [code_of(each) for each in old] != [code_of(each) for each in new]


def _is_set(before: Mark, now: Mark, key: _Key) -> bool:
    if key in before.code or key in now.code:
        return False
    return bool(before.values.get(key) != now.values.get(key))


def _set_in(text: str) -> Iterator[str]:
    """Yield the attributes that a cell sets or deletes itself, not in a function or class."""
    waiting: list[ast.AST] = [kernel.parsed(text)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in _SETTERS:
            yield from (
                str(each.value) for each in node.args[1:2] if isinstance(each, ast.Constant)
            )
        waiting += ast.iter_child_nodes(node)
