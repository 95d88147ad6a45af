"""How a learner stands: the last result of each exercise in this kernel, whatever lab it is of.

Law of the file: it holds no lab alive, and nothing of a lab's traffic.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Collection
from dataclasses import dataclass

from playground.checks.audience import Heard
from playground.classroom.messages import Standing
from playground.lab import Lab


@dataclass
class Kept:
    """The last result of an exercise.

    Attributes:
        state, sentence, revision: As the `Result` has them.
        task: What is to be done.
        tries: How often it was checked.
        since: When this sentence came first, by the clock.
        lab: Where it was checked.
        rows: Between which rows of that lab's log the check played.
    """

    state: str
    sentence: str
    revision: int
    task: str
    tries: int
    since: float
    lab: weakref.ref[Lab]
    rows: tuple[int, int]


class Standings:
    """The last result of each exercise.

    Args:
        clock: Returns seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, Kept] = {}

    def hear(self, heard: Heard) -> None:
        """Take notice of a result."""
        result, now = heard.result, self._clock()
        with self._lock:
            old = self._kept.pop(result.name, None)
            same = old is not None and (old.state, old.sentence) == (result.state, result.fault)
            self._kept[result.name] = Kept(
                result.state,
                result.fault,
                result.revision,
                result.task,
                old.tries + 1 if old else 1,
                old.since if old and same else now,
                weakref.ref(heard.lab),
                heard.rows,
            )

    def kept(self, exercise: str) -> Kept | None:
        """Return the last result of an exercise; None if it was not checked."""
        with self._lock:
            return self._kept.get(exercise)

    def open(self) -> list[str]:
        """Return the exercises that are not done, the one that was checked last at the end."""
        with self._lock:
            return [name for name, kept in self._kept.items() if kept.state != "done"]

    def of_lab(self, lab: Lab) -> dict[str, Kept]:
        """Return the exercises that were checked in a lab."""
        with self._lock:
            return {name: kept for name, kept in self._kept.items() if kept.lab() is lab}

    def told(self, which: Collection[str] | None = None) -> list[Standing]:
        """Return how exercises stand, as it is told; by default all."""
        now = self._clock()
        with self._lock:
            return [
                Standing(
                    name, kept.state, kept.sentence, kept.tries, kept.revision, now - kept.since
                )
                for name, kept in self._kept.items()
                if which is None or name in which
            ]
