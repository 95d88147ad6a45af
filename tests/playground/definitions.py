"""Classes defined from text, as a cell defines them."""

from __future__ import annotations

import itertools
import linecache
from typing import Any

_cells = itertools.count(1)


def cell(text: str, space: dict[str, Any] | None = None, filename: str = "") -> dict[str, Any]:
    """Run text as a cell runs it, and return its names."""
    filename = filename or f"<cell {next(_cells)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    names: dict[str, Any] = {"__name__": "__main__"} if space is None else space
    exec(compile(text, filename, "exec"), names)
    return names


def defined(text: str, filename: str = "") -> Any:
    """Return the class Chat that a cell defines."""
    return cell(text, filename=filename)["Chat"]
