"""The page of private names, as a table, and the private names that the code uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/explanation/private-apis.md"
PACKAGES = ("micropie", "playground", "lite")

_LOOKS = ("getattr", "setattr", "hasattr", "delattr")
_CODE = re.compile(r"`([^`]+)`")


class Row(NamedTuple):
    """A row of the page's first tables.

    Attributes:
        names: The private names.
        file: Where they are used.
        test: What looks whether they are still there.
    """

    names: tuple[str, ...]
    file: str
    test: str


def section(title: str) -> str:
    """Return what stands under a heading of the page."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def names_in(text: str) -> list[str]:
    """Return what is marked as code in a text."""
    return _CODE.findall(text)


def cells(title: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def rows() -> list[Row]:
    """Return the names that nobody documents."""
    return [
        Row(tuple(names_in(names)), *names_in(file), *names_in(test))
        for names, _, file, _, _, test in cells("Names that nobody documents")
    ]


def files(*folders: str) -> list[str]:
    """Return every Python file in some folders, as a path from the root."""
    found = (path for each in folders for path in (ROOT / each).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found)


@cache
def tree_of(file: str) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def mentioned(file: str) -> set[str]:
    """Return every attribute, and every text, that stands in a file."""
    nodes = list(ast.walk(tree_of(file)))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
        text for text in texts if isinstance(text, str)
    }


@cache
def used(file: str) -> list[tuple[str, int]]:
    """Return the attributes that a file looks up on others than `self` and `cls`, with the line."""
    return [found for node in ast.walk(tree_of(file)) for found in _looked_up(node)]


def _looked_up(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Attribute) and not _is_own(node):
        yield node.attr, node.lineno
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _LOOKS:
        for each in node.args[1:2]:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value, node.lineno
    elif isinstance(node, ast.ImportFrom):
        yield from ((alias.name, node.lineno) for alias in node.names)


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def is_private(name: str) -> bool:
    """Return whether a name begins with an underscore, and is not one of Python's own."""
    return name.startswith("_") and not name.startswith("__")


def defined(paths: Iterable[str]) -> set[str]:
    """Return the names that some files give to functions, classes, variables and attributes."""
    return set().union(*(_defined(file) for file in paths))


@cache
def _defined(file: str) -> set[str]:
    return {name for node in ast.walk(tree_of(file)) for name in _given(node)}


def _given(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_own(node):
        yield node.attr
