"""What a board shows, as something JSON can say: in words, so that a page only places them.

Law of the file: without names there is nothing in it by which somebody could be known, but for how
their exercises stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from playground.classroom import limits
from playground.classroom.course import in_order
from playground.classroom.roster import Learner, Roster, Row

Picture = dict[str, Any]

# Where in a learner's code it is: of one sentence there are as many as there are cells.
_PLACE: Final = re.compile(r" (?:in|at) (?:In\[\d+\]|[\w./-]+\.py):\d+")

# Sentences that are shown, those that most learners meet first.
_SENTENCES: Final = 12


def picture(roster: Roster, *, names: bool) -> Picture:
    """Return how a class stands.

    Args:
        roster: The class.
        names: Whether to say who they are.
    """
    now, learners = roster.clock(), roster.learners()
    exercises = in_order(roster.exercises())
    sentences = _sentences(learners)
    known = {said: number for number, said in enumerate(sentences)}
    rows = [
        _learner(each, number, exercises, known, now, names)
        for number, each in enumerate(learners, 1)
    ]
    cells = [cell for row in rows for cell in row["cells"] if cell]
    shown = {
        "exercises": exercises,
        "learners": rows,
        "sentences": [_sentence(said, cells, number) for number, said in enumerate(sentences)][
            :_SENTENCES
        ],
        "done": sum(cell["state"] == "done" for cell in cells),
        "stuck": sum(any(_is(cell, "stuck") for cell in row["cells"]) for row in rows),
        "help": sum(any(cell and cell["help"] for cell in row["cells"]) for row in rows),
        "away": sum(bool(row["away"]) for row in rows),
        "names": names,
    }
    return {**shown, "headline": headline(shown)}


def text(shown: Picture) -> str:
    """Return how a class stands as lines of plain text, without anybody's name."""
    return "\n".join([headline(shown), *map(_line, shown["sentences"])])


def headline(shown: Picture) -> str:
    """Return how far a class is: ``24 learners · 1 not here · 131 of 288 done · 3 stuck``."""
    many = len(shown["learners"])
    parts = [f"{many} learner{'' if many == 1 else 's'}"]
    if shown["away"]:
        parts.append(f"{shown['away']} not here")
    if many:
        parts.append(f"{shown['done']} of {many * len(shown['exercises'])} done")
    if shown["stuck"]:
        parts.append(f"{shown['stuck']} stuck")
    if shown["help"]:
        parts.append(f"{shown['help']} ask{'s' if shown['help'] == 1 else ''} for help")
    return " · ".join(parts)


def ago(seconds: float) -> str:
    """Return how long something lasts, in whole minutes: it is looked at, not measured."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h"


def _line(sentence: dict[str, Any]) -> str:
    return f"  {sentence['met']}  {sentence['exercise']}: {sentence['text']}"


def _learner(
    learner: Learner,
    number: int,
    exercises: Iterable[str],
    known: dict[tuple[str, str], int],
    now: float,
    names: bool,
) -> dict[str, Any]:
    return {
        "id": learner.number,
        "number": number,
        "name": learner.name if names else "",
        "away": _away(learner, now),
        "pasted": learner.pasted,
        "cells": [_cell(learner.rows.get(each), known, now) for each in exercises],
    }


def _away(learner: Learner, now: float) -> str:
    """Return what is said of somebody who is not there; "" of who is."""
    if learner.left is not None:
        return f"left {_since(learner.left, now)}"
    silence = now - learner.heard
    return f"silent for {ago(silence)}" if silence >= limits.SILENT and learner.lines else ""


def _since(then: float, now: float) -> str:
    return "just now" if now - then < 60 else f"{ago(now - then)} ago"


def _cell(row: Row | None, known: dict[tuple[str, str], int], now: float) -> Any:
    if row is None:
        return None
    said, waits = row.standing, now - row.since
    stuck = said.state == "open" and waits >= limits.STUCK
    return {
        "state": "stuck" if stuck else said.state,
        "sentence": known.get(_key(row), -1),
        "text": said.sentence,
        "tries": said.tries,
        "revision": said.revision,
        "for": ago(waits),
        "help": bool(row.ladder),
    }


def _key(row: Row) -> tuple[str, str]:
    return row.standing.exercise, _PLACE.sub("", row.standing.sentence)


def _sentences(learners: list[Learner]) -> list[tuple[str, str]]:
    """Return what learners meet now, that which most of them meet first."""
    met = Counter(
        _key(row) for each in learners for row in each.rows.values() if row.standing.sentence
    )
    return [said for said, _ in met.most_common()]


def _sentence(said: tuple[str, str], cells: list[dict[str, Any]], number: int) -> dict[str, Any]:
    exercise, words = said
    met = [cell for cell in cells if cell["sentence"] == number]
    stuck = sum(_is(cell, "stuck") for cell in met)
    return {"number": number, "exercise": exercise, "text": words, "met": len(met), "stuck": stuck}


def _is(cell: Any, state: str) -> bool:
    return bool(cell) and cell["state"] == state
