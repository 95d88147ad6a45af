"""How far a learner is in the course: notebook by notebook, as text and as a table."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from playground.classroom import keeping
from playground.classroom.course import NOTEBOOKS

_STYLE = "border-collapse:collapse;font-size:13px"
_CELL = "white-space:nowrap;margin-right:12px"
_DONE = "#2e9e4f"


class Progress:
    """What is done of the course. Made by `progress`.

    As the last line of a cell it is a table with a row for each notebook.

    Attributes:
        done: The names of the exercises that are done, in the order they were done.
        problem: Why that is not kept, as a sentence; "" if it is.
    """

    def __init__(self, kept: keeping.Kept) -> None:
        self.done = kept.done
        self.problem = kept.problem

    def __repr__(self) -> str:
        width = max(len(name) for name in NOTEBOOKS)
        lines = [self._headline()]
        for name, exercises in NOTEBOOKS.items():
            marks = "  ".join(f"{'✓' if each in self.done else '○'} {each}" for each in exercises)
            lines.append(f"  {name:<{width}}  {marks}")
        if self._others():
            others = "  ".join(f"✓ {each}" for each in self._others())
            lines.append(f"  {'others':<{width}}  {others}")
        return "\n".join([*lines, *([self.problem] if self.problem else [])])

    def _repr_html_(self) -> str:
        rows = [self._row(name, exercises) for name, exercises in NOTEBOOKS.items()]
        if self._others():
            rows.append(self._row("others", self._others()))
        problem = f"<div>{escape(self.problem)}</div>" if self.problem else ""
        table = f'<table style="{_STYLE}"><tbody>{"".join(rows)}</tbody></table>'
        return f"<div><b>{escape(self._headline())}</b></div>{table}{problem}"

    def _headline(self) -> str:
        course = [each for exercises in NOTEBOOKS.values() for each in exercises]
        done = sum(each in self.done for each in course)
        return f"The course · {done} of {len(course)} exercises done"

    def _others(self) -> list[str]:
        course = {each for exercises in NOTEBOOKS.values() for each in exercises}
        return [each for each in self.done if each not in course]

    def _row(self, name: str, exercises: Iterable[str]) -> str:
        cells = "".join(f"{self._mark(each)} " for each in exercises)
        left = 'style="text-align:left;padding:2px 12px 2px 0"'
        return f"<tr><td {left}>{escape(name)}</td><td {left}>{cells}</td></tr>"

    def _mark(self, exercise: str) -> str:
        done = exercise in self.done
        mark = f'<b style="color:{_DONE}">✓</b>' if done else "○"
        return f'<span style="{_CELL}">{mark} {escape(exercise)}</span>'


def progress() -> Progress:
    """Return what is done of the course, in this notebook and the others beside it.

    What a check finds done is kept in ``progress.json``, in the folder of the notebook: the names
    of exercises, and nothing else. A file that cannot be read stays as it is, and a folder that
    cannot be written to is said; the checks go on.
    """
    return Progress(keeping.kept())
