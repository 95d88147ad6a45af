"""The globals of the notebook that a served class uses: functions, classes and values, by name.

Its handlers look a name up whenever they run, so that another function takes effect by itself, and
the class stays the revision it is. What only the class statement looked at (a decorator, a
default) stays as it was until that is run again.
"""

from __future__ import annotations

import ast
import dis
import types
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from playground.live.fingerprint import fingerprint, functions, is_notebooks
from playground.live.sources import Statement

_LOOKS_UP: Final = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})

# Rebinding a name to another of these is noticed by value, to anything else by identity.
_PLAIN: Final = (bool, bytes, complex, float, int, str, type(None))

_MISSING: Final = object()


class Change(NamedTuple):
    """What changed under a class: names as a person writes them (``helper()``, ``LIMIT``).

    Attributes:
        at_work: What handlers look up when they run: in force already.
        at_definition: What only the class statement looked up.
    """

    at_work: list[str]
    at_definition: list[str]


class Uses:
    """The global names that a served class uses, and what each stood for when last looked up.

    Args:
        served: The class; of anything else no names are followed.
        statements: Of the class and its bases.
        space: The notebook's names.
    """

    def __init__(
        self, served: Any, statements: tuple[Statement, ...], space: Mapping[str, Any]
    ) -> None:
        self._space = space
        self._at_work: dict[str, Any] = {}
        self._at_definition: dict[str, Any] = {}
        if isinstance(served, type):
            self._own = {each.__name__ for each in served.__mro__}
            self._follow(served)
            for statement in statements:
                self._note(self._at_definition, _names_in(statement.node))

    def changed(self) -> Change:
        """Return the names that stand for something else since this was last called."""
        return Change(self._changed(self._at_work), self._changed(self._at_definition))

    def _follow(self, served: type) -> None:
        waiting: list[Any] = [each for each in served.__mro__ if is_notebooks(each)]
        while waiting:
            for function in functions(waiting.pop()):
                names = set(_looked_up(function.__code__)) - set(self._at_work)
                self._note(self._at_work, names)
                waiting += [
                    self._space[name]
                    for name in names & set(self._at_work)
                    if _is_code(self._space.get(name))
                ]

    def _note(self, marks: dict[str, Any], names: set[str]) -> None:
        for name in names - self._own - set(self._at_work):
            value = self._space.get(name, _MISSING)
            if name in self._space and not isinstance(value, types.ModuleType):
                marks[name] = _mark(value)

    def _changed(self, marks: dict[str, Any]) -> list[str]:
        found = []
        for name, before in marks.items():
            value = self._space.get(name, _MISSING)
            marks[name] = now = _mark(value)
            if now != before:
                found.append(f"{name}()" if isinstance(value, types.FunctionType) else name)
        return sorted(found)


def _mark(value: Any) -> Any:
    if _is_code(value):
        return fingerprint(value)
    if isinstance(value, _PLAIN):
        return (type(value).__name__, repr(value))
    return id(value)


def _is_code(value: Any) -> bool:
    return isinstance(value, type | types.FunctionType) and is_notebooks(value)


def _looked_up(code: types.CodeType) -> Iterator[str]:
    """Yield the global names that a code object looks up, by its bytecode, and those within it."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in _LOOKS_UP:
            yield instruction.argval
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _looked_up(const)


def _names_in(node: ast.AST) -> set[str]:
    """Return the names that a class statement itself looks up, apart from its bases."""
    if not isinstance(node, ast.ClassDef):
        return set()
    parts: list[ast.AST] = [*node.decorator_list, *node.keywords]
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = statement.args
            parts += [*statement.decorator_list, *arguments.defaults]
            parts += [default for default in arguments.kw_defaults if default is not None]
        else:
            parts.append(statement)
    names = [each for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)]
    bound = {each.id for each in names if isinstance(each.ctx, ast.Store)}
    return {each.id for each in names if isinstance(each.ctx, ast.Load)} - bound
