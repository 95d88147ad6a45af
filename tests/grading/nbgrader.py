"""nbgrader: an assignment is made of the page's cells, two learners hand it in, both are graded."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from tests.grading.told import answers, blocks, cell, run, write

FILE = "echo.ipynb"
POINTS = 2


def grades(course: Path) -> dict[str, float]:
    """Return what the learners of the page get, out of two points for each of its two tests."""
    answer, test, said, _ = blocks()
    tests = [_test("test", test), _test("said", said)]
    write(course / "source" / "ps1" / FILE, _answer(answer), *tests)
    (course / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    run(course, "nbgrader", "generate_assignment", "ps1")
    for name, text in answers().items():
        write(course / "submitted" / name / "ps1" / FILE, _answer(text), *tests)
    run(course, "nbgrader", "autograde", "ps1")
    run(course, "nbgrader", "export")
    rows = csv.DictReader((course / "grades.csv").read_text("utf-8").splitlines())
    return {row["student_id"]: float(row["score"]) for row in rows}


def feedback(course: Path, name: str) -> str:
    """Return what a learner is told."""
    run(course, "nbgrader", "generate_feedback", "ps1")
    page = course / "feedback" / name / "ps1" / "echo.html"
    return page.read_text(encoding="utf-8")


def _answer(source: str) -> Any:
    return cell(source, nbgrader=_marked("answer", grade=False, solution=True, locked=False))


def _test(name: str, source: str) -> Any:
    marked = _marked(name, grade=True, solution=False, locked=True)
    return cell(source, nbgrader={**marked, "points": POINTS})


def _marked(name: str, **how: bool) -> dict[str, Any]:
    return {"schema_version": 3, "grade_id": name, "task": False, **how}
