"""The applications of the course and of the examples: each class as its notebook has it last.

`python -m tests.micropie.describing.course` writes the documents that the JavaScript tests read.
"""

from __future__ import annotations

import ast
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from micropie import App
from micropie.describing import asyncapi

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOKS = ROOT / "notebooks"
DOCUMENTS = ROOT / "tests" / "javascript" / "asyncapi-documents.json"


@functools.cache
def course_apps() -> dict[str, type[App]]:
    """Return the last definition of every App in the notebooks, by notebook and name."""
    found: dict[str, type[App]] = {}
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        known: dict[str, Any] = {"__name__": f"notebook_{path.stem[:2]}"}
        for statement in _statements(path):
            _run(statement, known)
        for name, value in known.items():
            if isinstance(value, type) and issubclass(value, App) and value is not App:
                found[f"{path.stem[:2]} {name}"] = value
    return found


def documents() -> dict[str, Any]:
    """Return the AsyncAPI document of every App of the course."""
    return {name: asyncapi(app) for name, app in course_apps().items()}


def _statements(path: Path) -> Iterator[ast.stmt]:
    """Yield what defines something in a notebook's cells."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or source.startswith("%"):
            continue
        kinds = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        for statement in ast.parse(source).body:
            if isinstance(statement, kinds) or _is_constant(statement):
                yield statement


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)


def _run(statement: ast.stmt, known: dict[str, Any]) -> None:
    try:
        exec(compile(ast.Module([statement], []), "<course>", "exec"), known)
    except NameError:
        # What builds on something that a cell has made while it ran.
        return


def main() -> None:
    DOCUMENTS.write_text(json.dumps(documents(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
