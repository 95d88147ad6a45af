"""An order as a pytest module: the app, the script, and what happens when."""

from __future__ import annotations

import ast
import builtins
import sys
import textwrap
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from playground.live.sources import statements_of
from playground.notebook import kernel

_HEAD: Final = '''\
"""An order that goes wrong. Made by playground.

{sentence}

Run it with pytest: it fails as long as this order goes wrong. It is yours to edit.
"""

{imports}


{sources}# What happens wherever several things could.
ORDER = (
{order}
)


def test_this_order_goes_well():
    found = in_order({app}, {script}, ORDER)
    assert not found, found
'''

_PLAIN: Final = (str, bytes, int, float, bool, type(None))


def module(
    app: type,
    script: str | Callable[..., Any],
    order: Sequence[str],
    sentence: str,
    where: str = "",
) -> str:
    """Return the text of a test module.

    Args:
        app: The app's class.
        script: What its clients do: the name of an exercise, or a function.
        order: What happens at each point where several things could.
        sentence: What is wrong.
        where: Where the app is found, as ``module:name``; "" to write its source.

    Raises:
        ValueError: A source cannot be had.
    """
    found = Sources()
    if where:
        place, _, name = where.partition(":")
        found.imports.add(f"from {place} import {name}")
    else:
        name = found.add(app)
    called = repr(script) if isinstance(script, str) else found.add(script)
    found.imports.add("from playground.checks import in_order")
    return _HEAD.format(
        sentence=wrapped(sentence),
        imports=found.statements(),
        sources="".join(f"{text}\n\n\n" for text in found.texts),
        order="\n".join(f"    {each!r}," for each in order),
        app=name,
        script=called,
    )


class Sources:
    """What a module has to have before its test: imports, and the text of what a notebook defines.

    Attributes:
        imports: Statements.
        texts: Definitions, each after those that it uses.
    """

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.texts: list[str] = []
        self._known: set[str] = set()
        self._files = list(kernel.cell_files())

    def statements(self) -> str:
        """Return the import statements, a line each."""
        return "\n".join(sorted(self.imports, key=_rank))

    def add(self, thing: Any) -> str:
        """Add a class or function with all it uses; return its name."""
        name = str(thing.__name__)
        if name not in self._known:
            self._known.add(name)
            if _is_importable(thing, name):
                self.imports.add(f"from {thing.__module__} import {name}")
            else:
                self._write(thing)
        return name

    def _write(self, thing: Any) -> None:
        statements = statements_of(thing, self._files)
        if not statements or statements[-1].name != thing.__name__:
            raise ValueError(
                f"expected a class or function whose source can be had, got {thing!r}; put it "
                "into a file, and say where: app='chat:Chat'"
            )
        self._known |= {each.name for each in statements}
        for statement in statements:
            self._use(_names(statement.source), _space(thing))
            self.texts.append(statement.source.rstrip())

    def _use(self, names: Iterable[str], space: dict[str, Any]) -> None:
        for name in names:
            if name in self._known or name not in space or hasattr(builtins, name):
                continue
            value = space[name]
            if isinstance(value, types.ModuleType):
                self._known.add(name)
                self.imports.add(_import(value.__name__, name))
            elif isinstance(value, type | types.FunctionType):
                self._named(value, name)
            elif isinstance(value, _PLAIN):
                self._known.add(name)
                self.texts.append(f"{name} = {value!r}")
            else:
                self._from_its_module(value, name)

    def _named(self, value: Any, name: str) -> None:
        called = self.add(value)
        if called != name:
            self._known.add(name)
            self.texts.append(f"{name} = {called}")

    def _from_its_module(self, value: Any, name: str) -> None:
        self._known.add(name)
        home = getattr(value, "__module__", None) or type(value).__module__
        if getattr(sys.modules.get(home), name, None) is value:
            self.imports.add(f"from {home} import {name}")
        else:
            self.texts.append(f"{name} = ...  # a {type(value).__name__}: write how it is made")


def _is_importable(thing: Any, name: str) -> bool:
    home = sys.modules.get(thing.__module__)
    if thing.__module__ == "__main__" or "." in thing.__qualname__:
        return False
    return getattr(home, "__file__", None) is not None and getattr(home, name, None) is thing


def _space(thing: Any) -> dict[str, Any]:
    """Return the names that code of a class or function looks up."""
    held = vars(sys.modules[thing.__module__]) if thing.__module__ in sys.modules else {}
    own: dict[str, Any] = getattr(thing, "__globals__", held)
    return own


def _names(source: str) -> list[str]:
    """Return the names that a piece of source uses, each once, in their order."""
    found = [each.id for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Name)]
    return list(dict.fromkeys(found))


def _import(module: str, name: str) -> str:
    return f"import {module}" if module == name else f"import {module} as {name}"


def _rank(statement: str) -> tuple[bool, str]:
    """Return what imports are sorted by."""
    return statement.startswith("from"), statement


def wrapped(sentence: str) -> str:
    """Return a sentence as lines of a docstring."""
    safe = sentence.replace("\\", "\\\\").replace('"""', "'''")
    return textwrap.fill(safe, 99)
