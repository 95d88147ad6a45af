"""Otter-Grader: an autograder is made of the page's test, and run on two notebooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.grading.told import answers, blocks, cell, run, write

GRADER = "import otter\n\ngrader = otter.Notebook(tests_dir='tests')"


def results(folder: Path) -> dict[str, Any]:
    """Return by learner what Otter-Grader writes of the test ``echo``."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    (tests / "echo.py").write_text(blocks()[3], encoding="utf-8")
    run(folder, "otter", "generate", "-t", "tests", "--no-environment", "-o", "autograder.zip")
    found = {}
    for name, text in answers().items():
        notebook = folder / f"{name}.ipynb"
        (folder / f"out-{name}").mkdir()
        write(notebook, cell(GRADER), cell(text), cell("grader.check('echo')"))
        run(folder, "otter", "run", "-a", "autograder.zip", "-o", f"out-{name}", notebook.name)
        told = json.loads((folder / f"out-{name}" / "results.json").read_text(encoding="utf-8"))
        found[name] = next(each for each in told["tests"] if each["name"].startswith("echo"))
    return found
