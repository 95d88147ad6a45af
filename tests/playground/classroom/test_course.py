"""The table of the course is what the notebooks ask for."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playground.checks.exercises import find
from playground.classroom.course import NOTEBOOKS, in_order

FOLDER = Path(__file__).resolve().parents[3] / "notebooks"


def asked_in(notebook: Path) -> list[str]:
    """Return the exercises that a notebook's last check asks for."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    lists = re.findall(r"check\(\s*\[([^\]]*)\]", text)
    return re.findall(r'"([\w-]+)"', lists[-1]) if lists else []


def test_every_notebook_is_there_with_what_it_asks_for() -> None:
    asked = {each.stem: asked_in(each) for each in sorted(FOLDER.glob("[0-9]*.ipynb"))}
    assert {name: list(exercises) for name, exercises in NOTEBOOKS.items()} == asked


def test_every_exercise_of_it_is_known() -> None:
    for exercises in NOTEBOOKS.values():
        for each in exercises:
            assert find(each).name == each


def test_what_is_not_of_the_course_comes_after_it() -> None:
    assert in_order(["mine", "chat-left", "yours", "echo-twice"]) == [
        "echo-twice", "chat-left", "mine", "yours",
    ]  # fmt: skip
