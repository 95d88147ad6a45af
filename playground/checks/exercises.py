"""Exercises: a name, a task in a sentence, and the script that finds out whether it is done."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from playground.checks.play import Play

Script = Callable[[Play], Awaitable[None]]

# Seconds for a whole exercise: a learner who waits longer thinks that nothing happens.
DEADLINE: Final = 10.0


class Exercise(NamedTuple):
    """Something to do, and how to see whether it is done.

    Attributes:
        name: What `check` is asked for.
        task: What is to be done, as a sentence.
        script: Plays clients against an app.
        deadline: Seconds for the whole script.
    """

    name: str
    task: str
    script: Script
    deadline: float = DEADLINE


_COURSE: Final = "playground.checks.course"

_known: Final[dict[str, Exercise]] = {}


def exercise(name: str, task: str, *, deadline: float = DEADLINE) -> Callable[[Script], Script]:
    """Make an exercise of a script: an async function that is given a `Play`.

    The same name again replaces it, so that the cell that defines one can be run again::

        from playground import exercise

        @exercise("echo-upper", "Answer each message at /echo in capitals.")
        async def echo_upper(play):
            client = await play.connect("/echo")
            await client.send("hi")
            await client.expect("HI")

    Args:
        name: What `check` is asked for: ``check("echo-upper", lab)``.
        task: What is to be done, as a sentence.
        deadline: Seconds for the whole script.

    Raises:
        TypeError: If the function is not ``async``.
    """

    def made(script: Script) -> Script:
        if not inspect.iscoroutinefunction(script):
            raise TypeError(
                f"expected an async function, got {script!r}; "
                "write async def, with await before each step"
            )
        new = Exercise(name, task, script, deadline)
        if script.__module__.startswith(_COURSE):
            _known.setdefault(name, new)  # the course is read last, and a teacher's own comes first
        else:
            _known[name] = new
        return script

    return made


def find(name: str) -> Exercise:
    """Return an exercise by its name.

    Raises:
        ValueError: If there is none of that name.
    """
    _load_course()
    found = _known.get(name)
    if found is None:
        near = difflib.get_close_matches(str(name), _known, n=3, cutoff=0.4)
        meant = f"did you mean {' or '.join(map(repr, near))}?" if near else _all_names()
        raise ValueError(f"expected the name of an exercise, got {name!r}; {meant}")
    return found


def names() -> list[str]:
    """Return the names of all exercises, in the order they were defined."""
    _load_course()
    return list(_known)


def _all_names() -> str:
    return f"there are {', '.join(_known)}"


def _load_course() -> None:
    course = importlib.import_module(_COURSE)
    for module in pkgutil.iter_modules(course.__path__, f"{_COURSE}."):
        importlib.import_module(module.name)
