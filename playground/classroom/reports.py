"""A report: what is done in a lab, as a file for whoever gives marks."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path
from typing import Any, Final

from playground.classroom import messages
from playground.classroom.standings import Kept
from playground.lab import Lab

SCHEMA: Final = "micropie-playground/report"
VERSION: Final = 1


def report_of(name: str, kept: dict[str, Kept]) -> dict[str, Any]:
    """Return what is done in a lab as JSON says it.

    Args:
        name: Who did it, as given; "" for nobody in particular.
        kept: The last result of each exercise.
    """
    exercises = [_told(exercise, each) for exercise, each in kept.items()]
    done = sum(each["done"] for each in exercises)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "name": messages.name_in(name) if name else "",
        "done": done,
        "of": len(exercises),
        "exercises": exercises,
    }


def write(lab: Lab, path: str | PathLike[str], name: str, kept: dict[str, Kept]) -> None:
    """Write a report.

    Raises:
        TypeError: If it is not a lab.
        ValueError: If nothing was checked in it.
        OSError: If the file cannot be written.
    """
    if not isinstance(lab, Lab):
        raise TypeError(f"expected a lab, got {lab!r}; pass what serve(…) returned")
    if not kept:
        raise ValueError(
            f"expected a lab whose exercises were checked, got {lab.name}; check(…, lab) first"
        )
    text = json.dumps(report_of(name, kept), indent=1, ensure_ascii=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _told(exercise: str, kept: Kept) -> dict[str, Any]:
    return {
        "name": exercise,
        "task": kept.task,
        "done": kept.state == "done",
        "sentence": "" if kept.state == "done" else kept.sentence,
        "tries": kept.tries,
        "revision": kept.revision,
    }
