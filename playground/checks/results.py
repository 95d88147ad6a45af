"""A result: what became of an exercise, and how one comes by it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from playground.checks.exercises import Exercise
from playground.checks.play import Play
from playground.checks.story import Fault
from playground.lab import Lab

State = Literal["checking", "done", "open", "failed"]


@dataclass(frozen=True)
class Result:
    """What became of an exercise.

    Attributes:
        name: The exercise's.
        task: What is to be done, as a sentence.
        state: ``"checking"``, ``"done"``, ``"open"`` (something is not as expected), or
            ``"failed"`` (it could not be found out).
        fault: What was expected and what was got, as a sentence; "" if it is done.
        steps: What the clients did and heard, in order.
        revision: The revision of the app that was checked; 0 for none.
    """

    name: str
    task: str
    state: State
    fault: str = ""
    steps: tuple[str, ...] = ()
    revision: int = 0

    @property
    def done(self) -> bool:
        """Whether the exercise is done."""
        return self.state == "done"


async def attempt(lab: Lab, exercise: Exercise) -> Result:
    """Play an exercise's script against a lab's app; call it where the app lives."""
    play: Play | None = None
    state: State = "done"
    revision, fault, late = lab.revision, "", f"it took longer than {exercise.deadline:g} s"
    try:
        async with lab.rehearse() as visitors:
            play, revision = Play(lab, visitors), lab.revision
            async with asyncio.timeout(exercise.deadline):
                await exercise.script(play)
    except Fault as missed:
        state, fault = "open", str(missed)
    except TimeoutError:
        state, fault = "open", f"{late}; the last step was: {_last(play)}"
    except Exception as error:
        state, fault = "failed", _failure(error, play)
    steps = play.story.steps() if play else ()
    return Result(exercise.name, exercise.task, state, fault, steps, revision)


def _last(play: Play | None) -> str:
    steps = play.story.steps() if play else ()
    return steps[-1] if steps else "none"


def _failure(error: Exception, play: Play | None) -> str:
    """Say what kept a check from finding anything out."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if play is None:
        return f"a fresh instance of the app did not start: {what}"
    return f"the check itself broke, which is no fault of the app: {what}"
