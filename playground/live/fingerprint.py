"""Fingerprints of classes and functions: equal for two that do the same, line for line.

A cell that is run again makes a new class, which need not be new code.
"""

from __future__ import annotations

import functools
import re
import sys
import types
from collections.abc import Iterator
from typing import Any, Final

from playground.notebook import kernel

INCIDENTAL: Final = frozenset(
    {
        "__annotate__",
        "__annotate_func__",
        "__annotations__",
        "__annotations_cache__",
        "__dict__",
        "__firstlineno__",
        "__module__",
        "__static_attributes__",
        "__weakref__",
    }
)
"""What Python puts into a class by itself, different each time or only once it is asked for."""

# Decorators are not stacked higher than this.
_MOST_PARTS: Final = 100

_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")


def fingerprint(value: Any) -> Any:
    """Return something that is equal for two definitions that do the same, line for line.

    Functions count by their code, defaults and closure, classes by what is in them and in those of
    the notebook's that they derive from, and other values by what they print.
    """
    return _of(value, ())


def class_of(app: object) -> type:
    """Return an app's class: the app itself, if it is a class, else its type."""
    return app if isinstance(app, type) else type(app)


def is_notebooks(value: Any) -> bool:
    """Return whether a class or function was defined in the notebook or script itself."""
    return getattr(value, "__module__", None) == "__main__"


def is_users(kind: type) -> bool:
    """Return whether a class is of the user's own code: of the notebook, or of their files."""
    if is_notebooks(kind):
        return True
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return file is not None and kernel.place_of(file) is not None


def functions(app: object) -> Iterator[types.FunctionType]:
    """Yield an app's own functions: a class's methods, or a function itself."""
    if isinstance(app, types.FunctionType):
        yield app
        return
    for value in vars(class_of(app)).values():
        yield from _functions_in(value)


def is_of_same_module(one: object, other: object) -> bool:
    """Return whether two apps from files use the same names: not if one was imported anew."""
    spaces = [next((each.__globals__ for each in functions(app)), None) for app in (one, other)]
    return is_notebooks(other) or None in spaces or spaces[0] is spaces[1]


def in_code(value: Any) -> Iterator[types.FunctionType]:
    """Yield the functions that a class's attribute is made of, those that a decorator holds too."""
    waiting, seen = [value], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen or len(seen) > _MOST_PARTS:
            continue
        seen.add(id(each))
        for function in _functions_in(each):
            yield function
            waiting += [
                inner for cell in function.__closure__ or () if _holds_code(inner := _content(cell))
            ]


def code_parts(code: types.CodeType) -> list[types.CodeType]:
    """Return the code objects that stand in another one."""
    return [each for each in code.co_consts if isinstance(each, types.CodeType)]


def code_within(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield a code object, and all that stand in it however deep."""
    yield code
    for each in code_parts(code):
        yield from code_within(each)


def _holds_code(value: Any) -> bool:
    return isinstance(value, types.FunctionType) or bool(_parts(value))


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # empty
        return None


def _functions_in(value: Any) -> Iterator[types.FunctionType]:
    for part in (value, *_parts(value)):
        part = getattr(part, "__func__", part)
        while part is not None:
            if isinstance(part, types.FunctionType):
                yield part
            part = getattr(part, "__wrapped__", None)


def _parts(value: Any) -> tuple[Any, ...]:
    """Return the functions that a descriptor or a partial function stands for."""
    if isinstance(value, property):
        return (value.fget, value.fset, value.fdel)
    if isinstance(value, functools.cached_property | functools.partial | functools.partialmethod):
        return (value.func,)
    return ()


def _of(value: Any, around: tuple[int, ...]) -> Any:
    """Return the fingerprint of a value; those around it are known by id, for it may hold them."""
    if id(value) in around:
        return "…"
    around = (*around, id(value))
    kind = type(value).__name__
    if isinstance(value, type):
        return _class(value, around) if is_users(value) else value
    if isinstance(value, types.FunctionType):
        return _function(value, around)
    if isinstance(value, functools.partial | functools.partialmethod):
        return kind, *(_of(each, around) for each in (value.func, value.args, value.keywords))
    if parts := _parts(value):
        return kind, *(_of(part, around) for part in parts)
    if isinstance(value, dict):
        return kind, *(((_of(key, around)), _of(each, around)) for key, each in value.items())
    if isinstance(value, list | tuple):
        return kind, *(_of(each, around) for each in value)
    if isinstance(value, set | frozenset):
        return kind, *sorted(repr(_of(each, around)) for each in value)
    inner = getattr(value, "__func__", None) or getattr(value, "__wrapped__", None)
    return (kind, _of(inner, around)) if inner is not None else (kind, _printed(value))


def _class(value: type, around: tuple[int, ...]) -> Any:
    members = sorted(vars(value).items())
    return (
        value.__qualname__,
        tuple(_of(base, around) for base in value.__bases__),
        _printed(vars(value).get("__annotations__") or {}),
        tuple((name, _of(each, around)) for name, each in members if name not in INCIDENTAL),
    )


def _function(value: types.FunctionType, around: tuple[int, ...]) -> Any:
    attributes = {name: each for name, each in vars(value).items() if name != "__wrapped__"}
    return (
        code_of(value.__code__),
        _of(value.__defaults__ or (), around),
        _of(value.__kwdefaults__ or {}, around),
        _printed(value.__annotations__),
        _of(attributes, around),
        tuple(_cell(cell, around) for cell in value.__closure__ or ()),
    )


def _cell(cell: types.CellType, around: tuple[int, ...]) -> Any:
    return _of(_content(cell), around)


def code_of(code: types.CodeType) -> Any:
    """Return something that is equal for code that does the same, wherever it stands."""
    consts = tuple(
        code_of(c) if isinstance(c, types.CodeType) else _const(c) for c in code.co_consts
    )
    arguments = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars)
    return (code.co_code, arguments, names, consts)


def _const(const: Any) -> Any:
    # 1 == True == 1.0, but code that says one does not do the other.
    if isinstance(const, frozenset):
        return ("frozenset", *sorted(map(repr, const)))
    return (type(const).__name__, repr(const))


def _printed(value: Any) -> str:
    """Return what a value prints, without where it happens to lie in memory."""
    try:
        return _ADDRESS.sub("", repr(value))
    except Exception:
        return type(value).__name__
