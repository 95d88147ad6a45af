"""What a learner's kernel and a board say to each other, as JSON text.

A kernel says ``join`` (its name and how all its exercises stand), ``stands`` (how one does, or
several) and ``help`` (a ladder); the board says ``joined`` (the name on the board) and ``again``
(say everything once more). Who it is that speaks says a header, once: a secret of the kernel's.

Law of the file: what comes over the wire is taken apart here, and what leaves is clean: bounded,
of one line, and without a character that nobody sees.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from playground.classroom import limits
from playground.traffic.escapes import escaped

TOKEN: Final = "x-playground-token"
"""The header with a kernel's secret: 32 hexadecimal digits. The log holds it as redacted."""

BOARD: Final = "class-board"
"""The subprotocol by which a page is kept up."""

BEARER: Final = "bearer."
"""What stands before the teacher's key among the subprotocols that a page offers. An address would
be in the logs of all that it passes, and the board's own log holds this as redacted."""

STATES: Final = ("done", "open", "failed")

_SECRET: Final = re.compile(r"[0-9a-f]{32}")
_PICTURE: Final = re.compile(r"\s*<svg[\s/>]")
# More accents on a letter than any language has reach over the lines beside.
_ACCENTS: Final = 3
# A day: nobody is stuck for longer than a class lasts.
_LONGEST: Final = 86_400.0


class Unfit(Exception):
    """What came over the wire is no message of a class; it says why, as a clause."""


class Standing(NamedTuple):
    """How a learner stands with an exercise.

    Attributes:
        exercise: Its name.
        state: ``"done"``, ``"open"`` or ``"failed"``, as a `Result` has it.
        sentence: What is wrong; "" if it is done.
        tries: How often it was checked.
        revision: Of the app that was checked.
        ago: Seconds since this sentence was said first.
    """

    exercise: str
    state: str
    sentence: str = ""
    tries: int = 1
    revision: int = 0
    ago: float = 0.0


class Help(NamedTuple):
    """A learner's wish for help.

    Attributes:
        exercise: With which exercise.
        ladder: What the check played, as an SVG document; "" takes the wish back.
    """

    exercise: str
    ladder: str


def is_secret(token: str) -> bool:
    """Return whether this can be a kernel's secret."""
    return _SECRET.fullmatch(token) is not None


def read(text: object) -> dict[str, Any]:
    """Return a message as what it says.

    Raises:
        Unfit: If it is no JSON object, or too long.
    """
    if not isinstance(text, str) or len(text) > limits.MESSAGE:
        raise Unfit(f"a message is text of at most {limits.MESSAGE} characters")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Unfit("a message is JSON") from None
    if not isinstance(value, dict):
        raise Unfit("a message is a JSON object")
    return value


def written(kind: str, **more: Any) -> str:
    """Return a message as text."""
    # Letters as they are: escaped, a sentence in another script has six times its length.
    return _whole(json.dumps({"kind": kind, **more}, ensure_ascii=False, separators=(",", ":")))


def name_in(value: Any) -> str:
    """Return somebody's name, whatever was given for it."""
    return line_of(value, limits.NAME) or "learner"


def standings_in(value: Any) -> list[Standing]:
    """Return how exercises stand, as a message has it.

    Raises:
        Unfit: If they are not in the form in which `told` writes them.
    """
    if not isinstance(value, list) or len(value) > limits.EXERCISES:
        raise Unfit(f"how exercises stand is a list of at most {limits.EXERCISES}")
    return [_standing(each) for each in value]


def told(standings: Iterable[Standing]) -> list[list[Any]]:
    """Return how exercises stand as JSON says it, within what is taken."""
    cut = (each._replace(sentence=line_of(each.sentence, limits.SENTENCE)) for each in standings)
    return [[*each[:-1], round(each.ago, 1)] for each in cut]


def help_in(value: dict[str, Any]) -> Help:
    """Return a wish for help.

    Raises:
        Unfit: If its ladder is no SVG document.
    """
    ladder = value.get("ladder")
    if not isinstance(ladder, str) or len(ladder) > limits.LADDER:
        raise Unfit(f"a ladder has at most {limits.LADDER} characters")
    if ladder and not _PICTURE.match(ladder):
        raise Unfit("a ladder is an SVG document")
    return Help(_exercise(value.get("exercise")), ladder)


def _standing(value: Any) -> Standing:
    if not isinstance(value, list) or len(value) != len(Standing._fields):
        raise Unfit("how an exercise stands is a list of six")
    exercise, state, sentence, tries, revision, ago = value
    if state not in STATES:
        raise Unfit(f"an exercise is one of {', '.join(STATES)}")
    said = "" if state == "done" else line_of(sentence, limits.SENTENCE)
    since = _number(ago, _LONGEST)
    return Standing(
        _exercise(exercise), state, said, int(_number(tries)), int(_number(revision)), since
    )


def _exercise(value: Any) -> str:
    name = line_of(value, limits.EXERCISE)
    if not name:
        raise Unfit("an exercise has a name")
    return name


def _number(value: Any, most: float = 1e6) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unfit("a number is expected")
    return float(min(max(value, 0), most))


def line_of(value: Any, most: int) -> str:
    """Return text as a line of at most so many characters, with nothing in it that is not seen."""
    if not isinstance(value, str):
        return ""
    # What is longer is cut before anything is done with it.
    words = " ".join(unicodedata.normalize("NFC", value[: 4 * most]).split())
    clean = escaped(_whole(_with_few_accents(words)))
    return clean if len(clean) <= most else f"{clean[: most - 1].rstrip()}…"


def _whole(text: str) -> str:
    """Return text without halves of surrogate pairs, which no page can be sent."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _with_few_accents(text: str) -> str:
    kept, run = [], 0
    for each in text:
        run = run + 1 if unicodedata.combining(each) else 0
        if run <= _ACCENTS:
            kept.append(each)
    return "".join(kept)
