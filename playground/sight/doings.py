"""Whose doing a change is: of the handler at which it is seen, with the message that it works on.

What is seen as a handler gets a message is not its own: it is that of the only other one at work,
or due to nothing, such as a timer's.
"""

from __future__ import annotations

import asyncio
from typing import Final

from playground.recorder import Tap, current_tap
from playground.recorder.causes import current_cause
from playground.recorder.places import Spot
from playground.stage.asyncio_internals import Task, waits_for

Doing = tuple[int, int | None, int, str | None]
"""Who has changed something, as far as that is known: the number of the exchange whose handler it
was, 0 for nobody's; that of the entry it worked on; the revision of its code, 0 for that on stage;
and the line at which it stood when that was seen."""

NOBODY: Final[Doing] = (0, None, 0, None)


class AtWork:
    """The handlers that work on something.

    Attributes:
        tasks: Each with the task it does so in, and what that waited for when it was last looked:
            if it still does, it has changed nothing.
    """

    __slots__ = ("tasks",)

    def __init__(self) -> None:
        self.tasks: dict[Tap, tuple[Task | None, int]] = {}

    def begins(self) -> None:
        """Note that the handler that runs has something to work on."""
        tap = current_tap()
        if tap is not None:
            self.tasks[tap] = asyncio.current_task(), 0

    def rests(self) -> None:
        """Note that it has done what it had to."""
        tap = current_tap()
        if tap is not None:
            self.tasks.pop(tap, None)

    def looked(self) -> None:
        """Note that it was just looked what has changed."""
        tasks = self.tasks
        for tap, (task, waited_at) in tasks.items():
            waits_at = _waits_at(task)
            if waits_at != waited_at:
                tasks[tap] = task, waits_at

    def the_other(self) -> Doing:
        """Return the only one, beside that which runs, that has run since; nobody if none has."""
        mine = current_tap()
        others = [
            tap
            for tap, (task, waited_at) in self.tasks.items()
            if tap is not mine and _waits_at(task) != waited_at
        ]
        if len(others) != 1 or others[0].working_on is None:
            return NOBODY
        return others[0].id, others[0].working_on, 0, None


def this(spot: Spot) -> Doing:
    """Return the handler that runs.

    Args:
        spot: Where it stood the last time.
    """
    tap = current_tap()
    cause, revision = current_cause()
    return 0 if tap is None else tap.id, cause, revision, spot.here()


def that_has_ended() -> Doing:
    """Return the handler that has ended: what it worked on last is its exchange's own."""
    tap = current_tap()
    return NOBODY if tap is None else (tap.id, tap.working_on, 0, None)


def _waits_at(task: Task | None) -> int:
    """Return the address of what a task waits for; 0 if it runs."""
    waiter = None if task is None else waits_for(task)
    return 0 if waiter is None else id(waiter)
