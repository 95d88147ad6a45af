"""Which modules of the user's own a module is made of: what it imports, and what that imports."""

from __future__ import annotations

import ast
import contextlib
import os
import sys
import types
from collections.abc import Iterable, Iterator
from importlib.util import resolve_name
from typing import Any

from playground.live.fingerprint import code_of, in_code
from playground.notebook import kernel


def file_of(name: str) -> str | None:
    """Return the file of a module that is imported and is the user's own; None of any other."""
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    if not isinstance(module, types.ModuleType) or not isinstance(file, str) or name == "__main__":
        return None
    if not file.endswith(".py") or kernel.place_of(file) is None:
        return None
    return os.path.abspath(file)


def text_of(file: str) -> bytes | None:
    """Return what stands in a file now; None if there is none that can be read."""
    try:
        with open(file, "rb") as opened:
            return opened.read()
    except OSError:
        return None


def made_of(root: str) -> dict[str, frozenset[str]]:
    """Return the user's modules that a module is made of, itself too, and which each imports.

    What a module imports is told by its text, wherever in it an ``import`` stands.
    """
    found: dict[str, frozenset[str]] = {}
    waiting = [root]
    while waiting:
        name = waiting.pop()
        file = file_of(name)
        if file is None or name in found:
            continue
        found[name] = frozenset(each for each in _imports(name, file) if file_of(each) is not None)
        waiting += found[name]
    return found


def dependents(changed: set[str], graph: dict[str, frozenset[str]]) -> set[str]:
    """Return the modules that have changed, and all that import one of them, directly or not."""
    found, before = set(changed), set[str]()
    while found != before:
        before = set(found)
        found |= {name for name, imports in graph.items() if imports & found}
    return found


def _imports(name: str, file: str) -> set[str]:
    module = sys.modules[name]
    package = name if hasattr(module, "__path__") else name.rpartition(".")[0]
    found = set(_parents(package))
    for node in ast.walk(parsed(text_of(file)) or ast.Module([], [])):
        if isinstance(node, ast.Import):
            found |= {each for alias in node.names for each in _parents(alias.name)}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                with contextlib.suppress(ImportError):
                    base = resolve_name("." * node.level + base, package)
            found |= {*_parents(base), *(f"{base}.{alias.name}" for alias in node.names)}
    return found - {name}


def _parents(name: str) -> Iterator[str]:
    """Yield a module's name and those of the packages that it stands in: they come first."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def parsed(text: bytes | None) -> ast.Module | None:
    """Return the syntax tree of a text; None if it is no Python."""
    try:
        return ast.parse(text or b"")
    except (SyntaxError, ValueError):
        return None


def is_other(old: bytes | None, new: bytes | None) -> bool:
    """Return whether two texts are other code, and not only otherwise commented or set."""
    before, after = parsed(old), parsed(new)
    if old is None or before is None or after is None:
        return True
    return ast.dump(before) != ast.dump(after)


def beside(files: Iterable[str]) -> dict[str, object]:
    """Return when each Python file in the folders of some files was written last."""
    found: dict[str, object] = {}
    for folder in {os.path.dirname(file) for file in files}:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for each in entries:
                if each.name.endswith(".py"):
                    with contextlib.suppress(OSError):
                        found[each.path] = each.stat().st_mtime_ns
    return found


def is_as_said(name: str, text: bytes | None) -> bool:
    """Return whether a module is what its file says now, as far as its functions go.

    It may have been imported long before the file was changed.
    """
    try:
        said = compile(text or b"", "<text>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return True  # nobody knows; what it says next is new anyway
    known = {code_of(each) for each in _parts(said)}
    return all(code_of(each.__code__) in known for each in _functions(sys.modules[name]))


def _parts(code: types.CodeType) -> Iterator[types.CodeType]:
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield each
            yield from _parts(each)


def _functions(module: types.ModuleType) -> Iterator[types.FunctionType]:
    """Yield the functions that stand in a module's own text, those of its classes too."""
    file = module.__file__
    values: list[Any] = list(vars(module).values())
    for value in list(values):
        if isinstance(value, type) and value.__module__ == module.__name__:
            values += vars(value).values()
    for value in values:
        for each in in_code(value):
            if each.__code__.co_filename == file:
                yield each
