"""A lab's exercises for the eye: as a board's state, as plain text, and as static HTML.

The board itself, the face that a browser shows, is `playground/widgets/board.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from html import escape
from typing import Any, Final

from playground.checks.results import Result

MARKS: Final = {"done": "✓", "open": "○", "checking": "…", "failed": "!"}
WORDS: Final = {"done": "done", "open": "open", "checking": "checking …", "failed": "not checked"}

# Colours that stand on white and on black alike.
_COLOURS: Final = {"done": "#2e9e4f", "open": "inherit", "checking": "inherit", "failed": "#c77700"}

State = dict[str, Any]


def state(lab: str, results: Iterable[Result]) -> State:
    """Return what a board shows, as something JSON can say."""
    exercises = [_state(each) for each in results]
    done = sum(each["state"] == "done" for each in exercises)
    return {"lab": lab, "exercises": exercises, "done": done}


def _state(each: Result) -> State:
    task = f"{each.task} {each.orders}" if each.orders else each.task
    return {**asdict(each), "steps": list(each.steps), "task": task}


def text(shown: State) -> str:
    """Return a board as plain text."""
    lines = [headline(shown)]
    width = max((len(each["name"]) for each in shown["exercises"]), default=0)
    for each in shown["exercises"]:
        lines.append(f"  {MARKS[each['state']]} {each['name']:<{width}}  {each['task']}")
        if each["state"] == "checking":
            lines.append("      checking …")
        elif each["fault"]:
            lines.append(f"      {sentence(each['fault'])}")
    return "\n".join(lines)


def html(shown: State) -> str:
    """Return a board as static HTML, which needs no style sheet."""
    rows = "".join(_row(each) for each in shown["exercises"])
    return f"<div><b>{escape(headline(shown))}</b></div>{rows}"


def headline(shown: State) -> str:
    """Return how far a learner is: ``Exercises · 1 of 3 done``."""
    return f"Exercises · {shown['done']} of {len(shown['exercises'])} done"


def sentence(fault: str) -> str:
    """Return a fault with a capital letter and a full stop."""
    said = fault[:1].upper() + fault[1:]
    return said if said.endswith((".", "?", "!")) else f"{said}."


def _row(each: State) -> str:
    how = each["state"]
    mark = f'<span style="color:{_COLOURS[how]};font-weight:bold">{MARKS[how]}</span>'
    word = f'<span style="opacity:.7">{WORDS[how]}</span>'
    head = f"{mark} <code>{escape(each['name'])}</code> {word} · {escape(each['task'])}"
    fault = ""
    if each["fault"]:
        said = escape(sentence(each["fault"]))
        fault = f'<div style="text-indent:0">{said}</div>'
    return f'<div style="padding:3px 0 3px 1.6em;text-indent:-1.6em">{head}{fault}</div>'
