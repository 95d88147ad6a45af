"""The teacher's pages say how long each notebook takes, by one rule that they name."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.notebooks.answers import FOLD, exercises_of
from tests.notebooks.making import notebooks

TEACHING = Path(__file__).resolve().parents[2] / "docs" / "teaching"

WORDS_A_MINUTE = 200
SECONDS_A_LINE = 10
MINUTES_AN_EXERCISE = 5


def minutes(notebook: Any) -> int:
    """Return how long a notebook takes: text but for folded answers, code, and exercises."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    words = len(FOLD.sub("", text).split())
    lines = len([line for line in code.splitlines() if line.strip()])
    exercises = len(exercises_of(notebook).names)
    counted = words / WORDS_A_MINUTE + lines * SECONDS_A_LINE / 60 + exercises * MINUTES_AN_EXERCISE
    return 5 * math.ceil(counted / 5)


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_takes_as_long_as_its_pages_say(path: Path) -> None:
    counted = minutes(nbformat.read(path, as_version=4))
    page = (TEACHING / f"{path.stem}.md").read_text(encoding="utf-8")
    table = (TEACHING / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"^\*\*(\d+) minutes\*\*", page, re.MULTILINE) == [str(counted)]
    assert re.findall(rf"^\| \[.*\]\({path.stem}\.md\) \| (\d+) \|", table, re.MULTILINE) == [
        str(counted)
    ]


def test_the_rule_is_on_the_page() -> None:
    said = " ".join((TEACHING / "index.md").read_text(encoding="utf-8").split())
    assert f"{WORDS_A_MINUTE} words of text a minute" in said
    assert "ten seconds for a line of code" in said
    assert "five minutes for an exercise" in said
