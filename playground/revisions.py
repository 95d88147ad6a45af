"""What each revision of an app was: its number, its source, and whether a class really changed."""

from __future__ import annotations

import ast
import difflib
import linecache
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Revision:
    """One revision of a lab's app.

    Attributes:
        number: From 1.
        name: The class or object that was served.
        place: The cell or file it was defined in (``In[5]``), or "".
        source: Its source text, or "" if there is none to be had.
    """

    number: int
    name: str
    place: str
    source: str


@dataclass
class Revisions:
    """The revisions of one lab, oldest first."""

    kept: list[Revision] = field(default_factory=list)

    @property
    def next_number(self) -> int:
        """The number that the next revision gets."""
        return len(self.kept) + 1

    def get(self, number: int) -> Revision:
        """Return a revision by number.

        Raises:
            LookupError: If there is none.
        """
        if not 1 <= number <= len(self.kept):
            raise LookupError(
                f"expected a revision from 1 to {len(self.kept)}, got {number!r}; "
                "lab.revision is the one on stage"
            )
        return self.kept[number - 1]

    def diff(self, old: int, new: int) -> str:
        """Return how the source changed from one revision to another, as a unified diff."""
        before, after = self.get(old), self.get(new)
        lines = difflib.unified_diff(
            before.source.splitlines(),
            after.source.splitlines(),
            f"revision {old} {before.place}".rstrip(),
            f"revision {new} {after.place}".rstrip(),
            lineterm="",
        )
        return "\n".join(lines)


_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def class_of(app: object) -> type:
    """Return an app's class; a class is its own."""
    return app if isinstance(app, type) else type(app)


def codes(app: object) -> Iterator[types.CodeType]:
    """Yield the code of an app's own functions: a class's methods, or a function itself."""
    if isinstance(app, types.FunctionType):
        yield app.__code__
        return
    for value in vars(class_of(app)).values():
        function = _function(value)
        if function is not None:
            yield function.__code__


def source_of(app: object) -> str:
    """Return the source of an app's class or function, "" if there is none.

    `inspect.getsource` cannot find a class that was defined in a cell before Python 3.13.
    """
    name = app.__name__ if isinstance(app, types.FunctionType) else class_of(app).__name__
    for code in codes(app):
        text = "".join(linecache.getlines(code.co_filename))
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, _DEFINITIONS) and node.name == name:
                return ast.get_source_segment(text, node) or ""
    return ""


def fingerprint(value: Any) -> Any:
    """Return something that is equal for two definitions that do the same, line for line.

    A cell that is run again makes a new class out of the same text; this tells whether it changed.
    Anything that cannot be compared counts as changed.
    """
    if isinstance(value, type):
        members = sorted(vars(value).items())
        return (
            value.__qualname__,
            tuple(_base(base) for base in value.__bases__),
            repr(vars(value).get("__annotations__") or {}),
            tuple((name, fingerprint(each)) for name, each in members if name not in _INCIDENTAL),
        )
    function = _function(value)
    if function is not None:
        cells = tuple(fingerprint(_contents(cell)) for cell in function.__closure__ or ())
        defaults = (repr(function.__defaults__), repr(function.__kwdefaults__))
        return (
            type(value).__name__,
            _code(function.__code__),
            defaults,
            repr(function.__annotations__),
            cells,
        )
    return repr(value)


# What Python puts into a class by itself, different each time or only once somebody looks.
_INCIDENTAL = frozenset(
    {
        "__annotations__",
        "__annotations_cache__",
        "__dict__",
        "__firstlineno__",
        "__module__",
        "__static_attributes__",
        "__weakref__",
    }
)


def _function(value: Any) -> types.FunctionType | None:
    if isinstance(value, property):
        value = value.fget
    value = getattr(value, "__func__", value)
    while not isinstance(value, types.FunctionType) and hasattr(value, "__wrapped__"):
        value = value.__wrapped__
    return value if isinstance(value, types.FunctionType) else None


def _base(base: type) -> Any:
    return fingerprint(base) if base.__module__ == "__main__" else base


def _contents(cell: types.CellType) -> Any:
    try:
        contents = cell.cell_contents
    except ValueError:  # empty
        return None
    # A method that says super() holds its own class.
    return contents.__qualname__ if isinstance(contents, type) else contents


def _code(code: types.CodeType) -> Any:
    consts = tuple(_code(c) if isinstance(c, types.CodeType) else _const(c) for c in code.co_consts)
    return (code.co_code, code.co_names, code.co_varnames, code.co_freevars, consts)


def _const(const: Any) -> Any:
    # 1 == True == 1.0, but code that says one does not do the other.
    return (type(const).__name__, repr(const))
