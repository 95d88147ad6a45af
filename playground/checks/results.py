"""The result of an exercise: done or not, with the reason, and the attempt that finds it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final, Literal

from playground.checks.exercises import Exercise
from playground.checks.play import Play
from playground.checks.scripts import script_of
from playground.checks.story import Fault
from playground.lab import Lab, parts_of

# How far the orders of an exercise are tried, and for how many seconds.
DEVIATIONS: Final = 2
ORDERS_SECONDS: Final = 3.0

State = Literal["checking", "done", "open", "failed"]


@dataclass(frozen=True)
class Result:
    """The result of one attempt to check an exercise.

    Attributes:
        name: The exercise's.
        task: What is to be done, as a sentence.
        state: ``"checking"``, ``"done"``, ``"open"`` (something is not as expected), or
            ``"failed"`` (it could not be found out).
        fault: What was expected and what was got, as a sentence; "" if it is done.
        steps: What the clients did and heard, in order.
        revision: The revision of the app that was checked; 0 for none.
        orders: Which orders it was played in besides, as a sentence; "" if it was not.
    """

    name: str
    task: str
    state: State
    fault: str = ""
    steps: tuple[str, ...] = ()
    revision: int = 0
    orders: str = ""

    @property
    def done(self) -> bool:
        """Whether the exercise is done."""
        return self.state == "done"


async def attempt(lab: Lab, exercise: Exercise, *, orders: bool = False) -> Result:
    """Play an exercise's script against a lab's app; call it where the app lives.

    Args:
        lab: The lab.
        exercise: The exercise.
        orders: Whether to play it in every order too, once it is done.
    """
    result = await _attempt(lab, exercise)
    return await _in_every_order(lab, result) if orders and result.done else result


async def _in_every_order(lab: Lab, result: Result) -> Result:
    script = script_of(result.name, lab)
    try:
        explored = await parts_of(lab).exploring.explore(script, DEVIATIONS, ORDERS_SECONDS)
    except (ValueError, RuntimeError) as error:
        return replace(result, state="failed", fault=str(error))
    if explored.found:
        return replace(result, state="open", fault=explored.sentence, steps=explored.steps)
    return replace(result, orders=explored.covered)


async def _attempt(lab: Lab, exercise: Exercise) -> Result:
    play: Play | None = None
    state: State = "done"
    revision, fault, late = lab.revision, "", f"it took longer than {exercise.deadline:g} s"
    try:
        async with parts_of(lab).rehearsing.rehearse() as clients:
            play, revision = Play(lab, clients), lab.revision
            try:
                async with asyncio.timeout(exercise.deadline):
                    await exercise.script(play)
            finally:
                play.end()
    except Fault as missed:
        state, fault = "open", str(missed)
    except TimeoutError:
        state, fault = "open", f"{late}; the last step was: {_last(play)}"
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        state, fault = "failed", _failure(error, play)
    steps = play.story.steps() if play else ()
    return Result(exercise.name, exercise.task, state, fault, steps, revision)


def _last(play: Play | None) -> str:
    steps = play.story.steps() if play else ()
    return steps[-1] if steps else "none"


def _failure(error: BaseException, play: Play | None) -> str:
    """Return what kept a check from finding anything out."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if play is None:
        return f"a fresh instance of the app did not start: {what}"
    return f"the check itself broke, which is no fault of the app: {what}"
