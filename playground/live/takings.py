"""The lines of an app that set what belongs to everybody, found by reading its code.

`asyncio.Queue.get = …` in a handler changes the class for kernel, server and every cell. No class
can be asked before that is done, so it is known beforehand which lines do it, and to what.
"""

from __future__ import annotations

import builtins
import dis
import sys
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, NamedTuple

from playground.live.fingerprint import code_within, functions, is_users
from playground.notebook import kernel

_SETTING: Final = frozenset({"setattr", "delattr"})
_IMPORTING: Final = frozenset({"__import__", "import_module"})

# How deep a handler's own functions, and those they call, are followed.
_MOST: Final = 200

_TYPE_IS_MUTABLE: Final = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_TYPE_IS_IMMUTABLE: Final = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE

_CLEARING: Final = frozenset({"clear", "pop", "popitem"})

# What sets or deletes, as the instructions and the names in a piece of code.
_SETS: Final = frozenset(dis.opmap[each] for each in ("STORE_ATTR", "DELETE_ATTR", "DELETE_SUBSCR"))
_BY_NAME: Final = _SETTING | _CLEARING

# Between two instructions, without a meaning of their own here.
_IGNORED: Final = frozenset({"CACHE", "PRECALL", "PUSH_NULL", "EXTENDED_ARG", "NOP", "RESUME"})

_MISSING: Final = object()

_REMEDY: Final = "everybody in this process uses it: leave it, or set it in a class of your own"


class Taking(NamedTuple):
    """One line that sets, or deletes, what belongs to everybody.

    Attributes:
        owner: The class; `sys.modules` for one that takes modules away.
        name: The attribute; "" of `sys.modules`.
        place: The cell or file, such as ``"In[5]"``.
        line: The number of the line.
    """

    owner: Any
    name: str
    place: str
    line: int

    @property
    def said(self) -> str:
        """A sentence that it was put back, and what to do."""
        owner = "sys.modules" if self.owner is sys.modules else self.owner.__qualname__
        name = f"{owner}.{self.name}" if self.name else owner
        return f"{self.place} line {self.line}: {name} was put back; {_REMEDY}"

    def now(self) -> Any:
        """Return what `put_back` takes, to set it to what it is now."""
        if self.owner is sys.modules:
            return dict(sys.modules)
        return vars(self.owner).get(self.name, _MISSING)

    def put_back(self, before: Any) -> bool:
        """Set it to what it was before; return whether it was anything else."""
        owner, now = self.owner, self.now()
        if owner is sys.modules:
            gone = {name: each for name, each in before.items() if now.get(name) is not each}
            sys.modules.update(gone)
            return bool(gone)
        if now is before:
            return False
        if before is _MISSING:
            type.__delattr__(owner, self.name)
        else:
            type.__setattr__(owner, self.name, before)
        return True


class Held:
    """What some lines may take from everybody, as it was when this was made."""

    def __init__(self, found: list[Taking]) -> None:
        self._before = [(each, each.now()) for each in found]

    def put_back(self) -> list[Taking]:
        """Put back what is not as it was; return which lines have set it."""
        return [each for each, before in self._before if each.put_back(before)]


def takings(served: Any) -> list[Taking]:
    """Return the lines of an app's code that set what belongs to everybody.

    Args:
        served: The class, or the function.
    """
    found: dict[tuple[int, str, str, int], Taking] = {}
    kinds = [each for each in getattr(served, "__mro__", ()) if is_users(each)]
    waiting = [each for kind in kinds or [served] for each in _functions_of(kind)]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST:
        function = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        for code in code_within(function.__code__):
            for each in _Reading(code, function).takings() if _may_take(code) else ():
                found[id(each.owner), each.name, each.place, each.line] = each
            waiting += _called(code, function.__globals__)
    return list(found.values())


def _may_take(code: CodeType) -> bool:
    """Return whether it is worth reading: a swap waits for that, and most code sets nothing."""
    return not _SETS.isdisjoint(code.co_code[::2]) or not _BY_NAME.isdisjoint(code.co_names)


def _functions_of(app: Any) -> Iterator[FunctionType]:
    """Yield the functions of an app, and of the classes that stand within it."""
    if isinstance(app, type | FunctionType):
        yield from functions(app)
    for each in vars(app).values() if isinstance(app, type) else ():
        if isinstance(each, type) and is_users(each):
            yield from _functions_of(each)


def _called(code: CodeType, space: Mapping[str, Any]) -> list[FunctionType]:
    """Return the user's own functions that a piece of code may call, and those of its classes."""
    found: list[FunctionType] = []
    for each in map(space.get, code.co_names):
        if isinstance(each, type) and is_users(each):
            found += functions(each)
        elif isinstance(each, FunctionType) and kernel.place_of(each.__code__.co_filename):
            found.append(each)
    return found


class _Reading:
    """Reads a piece of code, instruction by instruction, for what each name stands for."""

    def __init__(self, code: CodeType, function: FunctionType) -> None:
        self._code = code
        self._names = {**vars(builtins), **function.__globals__, **_closure(function)}
        self._line = code.co_firstlineno
        # What stands on top of the stack, and below it, as far as it is known.
        self._top: Any = None
        self._below: Any = None
        self._imported: Any = None
        self._calls = ""

    def takings(self) -> Iterator[Taking]:
        """Yield what it takes from everybody."""
        for each in dis.get_instructions(self._code):
            if each.starts_line:  # the number itself, until Python 3.13
                self._line = int(getattr(each, "line_number", None) or each.starts_line)
            if each.opname not in _IGNORED:
                yield from self._step(each.opname, each.argval)

    def _step(self, does: str, name: Any) -> Iterator[Taking]:
        top = self._top
        if does.startswith(("STORE_ATTR", "DELETE_ATTR")) or does == "DELETE_SUBSCR":
            # What is deleted by its key stands below the key.
            yield from self._taken(self._below if does == "DELETE_SUBSCR" else top, name)
        if does.startswith(("LOAD_ATTR", "LOAD_METHOD")):
            self._top = self._attribute(top, name)
            if top is sys.modules and name in _CLEARING:
                yield from self._taken(top, "")
        elif does.startswith(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_FAST")):
            name = name[-1] if isinstance(name, tuple) else name  # of two at once
            self._below, self._top = top, self._names.get(name)
            if name in _SETTING or name in _IMPORTING:
                self._calls = name
        elif does.startswith("IMPORT_NAME"):
            self._top = sys.modules.get(name.partition(".")[0])
            self._imported = sys.modules.get(name)
        elif does == "IMPORT_FROM":
            self._top = self._attribute(self._imported, name)
        elif does.startswith(("STORE_FAST", "STORE_NAME", "STORE_DEREF")):
            self._names[name[0] if isinstance(name, tuple) else name] = top
            self._top = self._below = None
        elif does.startswith("LOAD_CONST"):
            if self._calls in _SETTING and isinstance(name, str):
                yield from self._taken(top, name)
            self._below, self._top = top, self._imported_by(name)
        elif not does.startswith(("CALL", "KW_NAMES", "COPY_FREE_VARS", "MAKE_CELL")):
            self._below, self._top, self._calls = None, None, ""

    def _imported_by(self, name: Any) -> Any:
        """Return what a call that imports a name returns; None if there is no such call."""
        if self._calls not in _IMPORTING or not isinstance(name, str):
            return None
        whole = self._calls == "import_module"
        return sys.modules.get(name if whole else name.partition(".")[0])

    def _taken(self, owner: Any, name: Any) -> Iterator[Taking]:
        place = kernel.place_of(self._code.co_filename) or self._code.co_filename
        if owner is sys.modules:
            yield Taking(owner, "", place, self._line)
        elif isinstance(owner, type) and isinstance(name, str) and _is_everybodys(owner):
            yield Taking(owner, name, place, self._line)

    @staticmethod
    def _attribute(owner: Any, name: Any) -> Any:
        # Of nothing else is it asked: it may run code of the user's.
        found = vars(owner).get(name) if isinstance(owner, ModuleType) else None
        if isinstance(owner, type):
            found = vars(owner).get(name)
        return found if isinstance(found, type | ModuleType) or found is sys.modules else None


def _is_everybodys(kind: type) -> bool:
    flags = kind.__flags__
    can_be_set = flags & _TYPE_IS_MUTABLE and not flags & _TYPE_IS_IMMUTABLE
    return bool(can_be_set) and not is_users(kind)


def _closure(function: FunctionType) -> dict[str, Any]:
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not set yet
            continue
    return found
