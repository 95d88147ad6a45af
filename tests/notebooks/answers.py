"""The answers that the notebooks print, as cells: what a learner gets who copies one and runs it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

FOLD = re.compile(r"<details><summary>(Answers? .*?|Answers)</summary>(.*?)</details>", re.DOTALL)
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
CHECK = re.compile(r"^await check\(\[(.*?)\], (.*)\)$", re.MULTILINE)

# These are no matter of orders: what waits for the log or for the line, which no virtual clock has,
# and what is no class, so that there is none to make anew.
UNORDERED = frozenset(
    ("where-tea", "weather-once", "weather-heartbeat", "asgi-bytes", "asgi-path", "asgi-page")
)

# A cell after a check: what became of each exercise, as JSON.
TOLD = """
import json as _json
print(_json.dumps({each: [_board[each].state, _board[each].fault] for each in _names}))
"""


class Answer(NamedTuple):
    """One printed answer.

    Attributes:
        names: The exercises that it is the answer to.
        source: The cell.
    """

    names: tuple[str, ...]
    source: str


class Exercises(NamedTuple):
    """What a notebook asks for, and what it prints as answers.

    Attributes:
        names: The exercises, in order.
        against: What is checked, and how: the rest of the check's arguments.
        answers: In the order in which they stand.
    """

    names: tuple[str, ...]
    against: str
    answers: tuple[Answer, ...]

    def checked(self, source: str, names: tuple[str, ...], *, orders: bool = False) -> str:
        """Return a cell that runs another one, checks these exercises, and prints what came of it."""
        asked = [f"_names = {list(names)!r}", f"_board = await check(_names, {self.against})"]
        if orders and (explored := [name for name in names if name not in UNORDERED]):
            against = self.against.removesuffix(", orders=True")
            asked.append(f"_board = await check({explored!r}, {against}, orders=True)")
        return "\n".join([source, *asked, TOLD])

    @property
    def whole(self) -> str:
        """All of the answers, one below the other."""
        return "\n".join(each.source for each in self.answers)


def exercises_of(notebook: Any) -> Exercises:
    """Find the exercises of a notebook, and its answers to them."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    (asked,) = [match for source in code for match in CHECK.finditer(source)]
    names = tuple(re.findall(r'"(.+?)"', asked[1]))
    answers = [
        Answer(_meant(title, names), "\n".join(BLOCK.findall(body)))
        for title, body in FOLD.findall(text)
    ]
    return Exercises(names, asked[2], tuple(answers))


def _meant(title: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the exercises that a title speaks of: by their numbers, or all of them."""
    numbers = re.findall(r"\d", title)
    return tuple(names[int(number) - 1] for number in numbers) or names
