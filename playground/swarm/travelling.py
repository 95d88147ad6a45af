"""A script as text that another process can run: its source, with what it uses.

Law of the room: what cannot travel is named before anything is started.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any, Final

from playground.live.sources import Statement, statements_of
from playground.notebook import kernel

_PLAIN: Final = (str, bytes, int, float, complex, bool, type(None))
SCRIPT: Final = "<script>"
"""What the file of such a module is called."""

PLACES: Final = "__places__"
"""What a module calls the list of where its parts are from: line here, cell or file, line there."""

_HOLDERS: Final = (list, tuple, set, frozenset, dict)


def check_script(script: object) -> None:
    """Check that a script is one.

    Raises:
        TypeError: If it is not.
    """
    if not inspect.iscoroutinefunction(script):
        write = "write `async def script(client, number):`"
        if inspect.isasyncgenfunction(script):
            write = "take out its `yield`, which makes it a generator"
        raise TypeError(f"expected an async function as script, got {script!r}; {write}")
    try:
        inspect.signature(script).bind(object(), 1)
    except TypeError as error:
        raise TypeError(
            f"expected a script that is called with a client and its number, got {script!r}: "
            f"{error}; write `async def script(client, number):`"
        ) from None


def packed(script: Callable[..., Any]) -> tuple[str, str]:
    """Return a script's name and the text of a module that has it.

    Raises:
        ValueError: Something that it uses cannot travel; the message names it.
    """
    if not isinstance(script, types.FunctionType):
        raise ValueError(
            f"expected a script that can go to another process, got {_a(type(script).__name__)}, "
            "whose object stays here; write `async def script(client, number):` by itself"
        )
    packing = _Packing()
    name = packing.add(script, script.__name__)
    head = ["from __future__ import annotations\n"] if packing.postpones else []
    text = "\n".join([*head, *packing.imports, "\n", ""])
    places = []
    for each, place, first in packing.texts:
        if place is not None:
            places.append((text.count("\n") + 1, place, first))
        text += f"{each}\n"
    return name, f"{text}{PLACES} = {places!r}\n"


def place_in(text: str, line: int) -> str:
    """Return what a line of such a module is here, as ``In[5] line 3``; "" if it is nobody's.

    Args:
        text: The module's.
        line: Its line.
    """
    return placed(ast.literal_eval(text.rpartition(f"{PLACES} = ")[2]), line)


def placed(parts: Iterable[tuple[int, str, int]], line: int) -> str:
    """Return the same, given where the module's parts are from."""
    found = ""
    for here, label, there in parts:
        if here <= line:
            found = f"{label} line {there + line - here}"
    return found


class _Packing:
    """What a module is made of.

    Attributes:
        imports: Statements.
        texts: Definitions, each after those that it uses, with the cell or file that it is from and
            the line there.
        postpones: Whether a cell's annotations are not looked at.
    """

    def __init__(self) -> None:
        self.imports: list[str] = []
        self.texts: list[tuple[str, str | None, int]] = []
        self.postpones = False
        self._known: set[str] = set()
        self._files = list(kernel.cell_files())

    def add(self, thing: Any, name: str) -> str:
        """Add what has a name; return what it is called in the module."""
        if name in self._known:
            return name
        self._known.add(name)
        home = getattr(thing, "__module__", None)
        if isinstance(thing, types.ModuleType):
            self._import_module(thing, name)
        elif _is_importable(thing, home):
            called = thing.__name__
            self.imports.append(f"from {home} import {called} as {name}")
        elif isinstance(thing, type | types.FunctionType):
            self._write(thing, name)
        elif _is_plain(thing):
            self.texts.append((f"{name} = {thing!r}\n", None, 0))
        elif (place := _place_of(thing, name)) is not None:
            self.imports.append(f"from {place} import {name}")
        else:
            raise ValueError(
                f"expected a script whose names can go to another process, got {name!r}, "
                f"{_a(type(thing).__name__)}; make it within the script, or give the script its "
                "values as text and numbers"
            )
        return name

    def _import_module(self, module: types.ModuleType, name: str) -> None:
        full = module.__name__
        self.imports.append(f"import {full}" if full == name else f"import {full} as {name}")

    def _write(self, thing: Any, name: str) -> None:
        statements = statements_of(thing, self._files)
        if not statements or statements[-1].name != thing.__name__:
            raise ValueError(
                f"expected a script whose source can be had, got {name!r}, whose source cannot; "
                "define it with `def` or `class` in a cell or a file"
            )
        held = _held(thing)
        for statement in statements:
            self._known.add(statement.name)
            self._use(statement, {**statement.space, **held})
            node = statement.node
            first = min(each.lineno for each in (node, *node.decorator_list))
            place = kernel.place_of(statement.filename)
            self.texts.append((f"{_dedented(statement)}\n", place, first))
        if thing.__name__ != name:
            self.texts.append((f"{name} = {thing.__name__}\n", None, 0))

    def _use(self, statement: Statement, space: dict[str, Any]) -> None:
        self.postpones |= bool(statement.flags & _ANNOTATIONS)
        for name in _names(_dedented(statement)):
            if name not in self._known and name in space and not _is_builtin(name, space):
                self.add(space[name], name)


_ANNOTATIONS: Final = __import__("__future__").annotations.compiler_flag


def _is_importable(thing: Any, home: str | None) -> bool:
    """Return whether another process can import a class or function: it stands in a file."""
    if home is None or home == "__main__" or not isinstance(thing, type | types.FunctionType):
        return False
    module = sys.modules.get(home)
    if getattr(module, "__file__", None) is None and home not in sys.builtin_module_names:
        return False
    return getattr(module, thing.__name__, None) is thing and _is_at_the_top(thing)


def _is_at_the_top(thing: Any) -> bool:
    return "." not in thing.__qualname__


def _place_of(thing: Any, name: str) -> str | None:
    """Return the module in a file that has something under this name."""
    home = getattr(thing, "__module__", None) or type(thing).__module__
    module = sys.modules.get(str(home))
    if home == "__main__" or getattr(module, "__file__", None) is None:
        return None
    return str(home) if getattr(module, name, None) is thing else None


def _is_plain(value: Any) -> bool:
    """Return whether the `repr` of a value is source that makes it again."""
    if type(value) in _PLAIN:
        return value == value and repr(value) not in ("inf", "-inf")
    if type(value) not in _HOLDERS:
        return False
    inside: Iterable[Any] = value
    if isinstance(value, dict):
        inside = [each for pair in value.items() for each in pair]
    return all(map(_is_plain, inside))


def _held(thing: Any) -> dict[str, Any]:
    """Return what a function that was defined in another one has of that."""
    if not isinstance(thing, types.FunctionType):
        return {}
    return dict(inspect.getclosurevars(thing).nonlocals)


def _is_builtin(name: str, space: dict[str, Any]) -> bool:
    return space[name] is getattr(builtins, name, space)


def _dedented(statement: Statement) -> str:
    return (
        inspect.cleandoc(f"\n{statement.source}")
        if statement.source[:1] in " \t"
        else (statement.source)
    )


def _names(source: str) -> list[str]:
    """Return the names that a statement looks up outside of itself, in a steady order."""
    top = symtable.symtable(source, "<script>", "exec")
    found: dict[str, None] = {}
    tables = [top]
    while tables:
        table = tables.pop(0)
        tables += table.get_children()
        for symbol in table.get_symbols():
            outside = symbol.is_global() or (table is top and not symbol.is_assigned())
            if symbol.is_referenced() and outside:
                found.setdefault(symbol.get_name())
    return list(found)


def _a(word: str) -> str:
    return f"an {word}" if word[:1].lower() in "aeiou" else f"a {word}"


def unpacked(name: str, text: str) -> Any:
    """Run the text of such a module; return the script.

    Args:
        name: The script's.
        text: The module's.
    """
    space: dict[str, Any] = {"__name__": "script"}
    code = compile(ast.parse(text), SCRIPT, "exec", dont_inherit=True)
    exec(code, space)
    return space[name]
