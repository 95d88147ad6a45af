"""The statement that defined a class or function: its text, its place, and how to run it again."""

from __future__ import annotations
import __future__

import ast
import functools
import linecache
import operator
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from playground.live.fingerprint import class_of, functions, is_notebooks

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

# The compiler's flags that `from __future__ import` sets for a whole cell.
_FUTURES: Final = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


class Statement(NamedTuple):
    """A class or function statement.

    Attributes:
        name: What it defines.
        filename: The file or cell it stands in.
        source: Its text, decorators and all.
        node: Its tree, with the line numbers of the file.
        flags: The compiler's.
        space: The namespace it was run in.
    """

    name: str
    filename: str
    source: str
    node: Definition
    flags: int
    space: dict[str, Any]

    def run(self, known: dict[str, Any]) -> Any:
        """Run the statement alone, and return what it defines.

        Args:
            known: Names to look up before those of its namespace; nothing is bound there.
        """
        tree = ast.Module([self.node], [])
        code = compile(tree, self.filename, "exec", flags=self.flags, dont_inherit=True)
        bound = dict(known)
        exec(code, self.space, bound)
        return bound[self.name]


def statement_of(app: object, files: Iterable[str] = ()) -> Statement | None:
    """Return the statement that defined an app's class or function, None if it cannot be found.

    `inspect.getsource` cannot find a class that was defined in a cell before Python 3.13.

    Args:
        app: A class, a function, or an instance.
        files: Where to look for a class without methods, newest first.
    """
    name = app.__name__ if isinstance(app, types.FunctionType) else class_of(app).__name__
    for function in functions(app):
        code = function.__code__
        for node in _definitions(code.co_filename, name):
            if _first_line(node) <= code.co_firstlineno <= (node.end_lineno or 0):
                return _statement(node, code.co_filename, code.co_flags, function.__globals__)
    module = sys.modules.get(class_of(app).__module__)
    for filename in files if module is not None and is_notebooks(class_of(app)) else ():
        for node in _definitions(filename, name):
            return _statement(node, filename, 0, vars(module))
    return None


def statements_of(app: object, files: Iterable[str] = ()) -> tuple[Statement, ...]:
    """Return the statements of an app's class and the notebook's classes under it, bases first."""
    kind = app if isinstance(app, types.FunctionType) else class_of(app)
    if isinstance(kind, types.FunctionType):
        found = [statement_of(kind)]
    else:
        own = [base for base in reversed(kind.__mro__) if base is kind or is_notebooks(base)]
        files = list(files)
        found = [statement_of(each, files) for each in own]
    return tuple(each for each in found if each is not None)


def source_of(app: object) -> str:
    """Return the source of an app's class or function, "" if there is none."""
    found = statement_of(app)
    return found.source if found is not None else ""


def _statement(node: Definition, filename: str, flags: int, space: dict[str, Any]) -> Statement:
    lines = linecache.getlines(filename)[_first_line(node) - 1 : node.end_lineno]
    source = "".join(lines).rstrip()
    return Statement(node.name, filename, source, node, flags & _FUTURES, space)


def _first_line(node: Definition) -> int:
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _definitions(filename: str, name: str) -> Iterator[Definition]:
    """Yield the statements in a file that define a name, the last one first."""
    tree = _tree("".join(linecache.getlines(filename)))
    found = [node for node in ast.walk(tree) if isinstance(node, Definition) and node.name == name]
    yield from sorted(found, key=lambda node: -node.lineno)


@functools.lru_cache(maxsize=32)
def _tree(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:  # a cell with top-level await parses; one with text that was cut does not
        return ast.Module([], [])
