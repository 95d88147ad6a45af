"""What the README says: its code runs and answers as it tells, its course is the notebooks."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

from playground.serving import stop_all

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


async def run(statement: ast.stmt, names: dict[str, Any]) -> object:
    """Run a statement as a cell would, `await` too; return its value if it is an expression."""
    mode = "eval" if isinstance(statement, ast.Expr) else "exec"
    tree: ast.Expression | ast.Module = ast.Module([statement], [])
    if isinstance(statement, ast.Expr):
        tree = ast.Expression(statement.value)
    code = compile(tree, "README.md", mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    value = eval(code, names)
    return await value if inspect.iscoroutine(value) else value


async def test_the_twenty_lines_run_and_answer_what_stands_beside_them() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    lines = code.splitlines()
    names: dict[str, Any] = {"__name__": "__main__"}
    compared = 0
    try:
        for statement in ast.parse(code).body:
            value = await run(statement, names)
            promised = re.search(r"#\s+(['{].*)", lines[statement.lineno - 1])
            if promised and isinstance(statement, ast.Expr):
                assert value == ast.literal_eval(promised[1])
                compared += 1
        assert compared == 2
        assert (await names["lab"].get("/greet?name=Ada")).json() == {"hello": "Ada"}
        assert names["lab"].log.filter("client:alice kind:text")
    finally:
        stop_all()


def test_the_course_is_every_notebook_in_its_order() -> None:
    told = re.findall(r"^\| \[.+?\]\(notebooks/(.+?)\) \|", README, re.MULTILINE)
    there = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert [name for name in told if name in there] == there
    assert told == sorted(told)


def test_its_pictures_are_there_and_light() -> None:
    pictures = re.findall(r"\((docs/\S+\.png)\)|src=\"(docs/\S+?)\"", README)
    files = [ROOT / (still or film) for still, film in pictures]
    assert len(files) == 2
    assert all(0 < file.stat().st_size < 1_500_000 for file in files)


def test_every_command_of_make_that_it_names_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))
    assert set(re.findall(r"[`$] ?make ([a-z]+)", README)) - targets - {"docs"} == set()
