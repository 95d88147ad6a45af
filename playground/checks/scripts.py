"""Exercises and scripts as what can be played in every order."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from micropie.testing import Exploration
from playground.checks.exercises import DEADLINE, Exercise, find
from playground.checks.play import Play
from playground.checks.story import Fault
from playground.clients.pool import ClientPool
from playground.lab import Lab
from playground.replays.apart import Apart
from playground.replays.orders import Player, Script
from playground.replays.scripts import found_by


def script_of(asked: Any, lab: Lab | None = None) -> Script:
    """Return an exercise or a function as a script.

    Args:
        asked: The name of an exercise, or an async function that is given a `Play`.
        lab: The lab that its play knows; None for none.
    """
    exercise = _exercise(asked)

    async def part(apart: Apart, clients: ClientPool) -> None:
        async with asyncio.timeout(exercise.deadline):
            await exercise.script(Play(lab, clients, apart))

    return Script(exercise.name, part, asked, _told)


def in_order(
    app: type, script: str | Callable[[Play], Awaitable[object]], order: Sequence[str]
) -> Exploration:
    """Play a script with a fresh app in one order; a test that `Explored.save` has written does it.

    Args:
        app: The app's class.
        script: The name of an exercise, or an async function that is given a `Play`.
        order: What happens wherever several things could, by name.

    Returns:
        What came of it; it is true if something is wrong.
    """
    return Player(app, lambda file: None).again(script_of(script), order)


def _exercise(asked: Any) -> Exercise:
    if isinstance(asked, str):
        return find(asked)
    if not inspect.iscoroutinefunction(asked):
        raise TypeError(
            f"expected the name of an exercise or an async function, got {asked!r}; "
            "write async def script(play), with await before each step"
        )
    return Exercise(asked.__name__, "", asked, DEADLINE)


def _told(error: BaseException) -> str:
    return str(error) if isinstance(error, Fault) else ""


found_by(script_of)
