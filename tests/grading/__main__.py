"""Tries both graders; it fails if one gives other marks than the page says."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.grading import nbgrader, otter

# Otter-Grader takes the last quotation mark off.
FAULT = "sent 'hi', expected 'HI', got 'hi"


def by_nbgrader(course: Path) -> None:
    """Have ada's right answer and bob's wrong one graded by nbgrader."""
    grades = nbgrader.grades(course)
    assert grades == {"ada": 2.0 * nbgrader.POINTS, "bob": 0.0}, grades
    told = nbgrader.feedback(course, "bob").replace("&#39;", "'")
    assert FAULT in told, "bob is told why"
    print("nbgrader: ada has 4 of 4 points, bob 0, and is told why")


def by_otter(folder: Path) -> None:
    """Have the same graded by Otter-Grader."""
    results = otter.results(folder)
    scores = {name: each["score"] for name, each in results.items()}
    assert scores == {"ada": 2, "bob": 0}, scores
    assert FAULT in results["bob"]["output"], results["bob"]
    print("otter-grader: ada has 2 of 2 points, bob 0, and is told why")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        by_nbgrader(Path(folder) / "course")
        by_otter(Path(folder) / "otter")
