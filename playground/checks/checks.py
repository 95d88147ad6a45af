"""A lab's checks: its exercises, what became of each, and checking them again for new code."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator, Iterable
from concurrent.futures import Future
from typing import Any, Final

from playground import kernel
from playground.checks import showing
from playground.checks.exercises import Exercise
from playground.checks.results import Result, attempt
from playground.lab import Lab

# Seconds on top of an exercise's deadline: to start an instance, and to see the clients off.
_AROUND: Final = 5.0

BLOCKED: Final = (
    "the server gave no sign of life: something in a handler blocks it; "
    "use await, or asyncio.to_thread for what cannot"
)
STOPPED: Final = "the lab is stopped; lab.restart() starts it again"


class Round:
    """One time that exercises are checked, one after the other.

    Attributes:
        over: Set when it has ended.
        until: When it should have, as `time.monotonic` says it.
    """

    def __init__(self, exercises: Iterable[Exercise]) -> None:
        self.exercises = tuple(exercises)
        self.over: Future[None] = Future()
        self.until = time.monotonic() + sum(each.deadline + _AROUND for each in self.exercises)

    def end(self) -> None:
        """Say that it has ended, once."""
        if not self.over.done():
            self.over.set_result(None)


class Checks:
    """The exercises that were asked for in a lab. Made by `check`.

    As the last line of a cell it shows the board, which follows the code. Awaited, it is what it is
    once everything has been checked.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._exercises: dict[str, Exercise] = {}
        self._results: dict[str, Result] = {}
        self._round = Round(())
        self._round.end()
        self._lock = threading.Lock()
        self._task: asyncio.Task[Any] | None = None
        self._board: Any = None
        lab.on_stage(self.again)

    @property
    def results(self) -> dict[str, Result]:
        """What became of each exercise, in the order they were asked for."""
        with self._lock:
            if not self._round.over.done() and time.monotonic() > self._round.until:
                self._give_up(BLOCKED)
            return {name: self._results[name] for name in self._exercises}

    @property
    def done(self) -> bool:
        """Whether every exercise is done."""
        return all(result.done for result in self.results.values())

    def __getitem__(self, name: str) -> Result:
        return self.results[name]

    def add(self, exercises: Iterable[Exercise]) -> None:
        """Take on more exercises, and check those."""
        new = tuple(exercises)
        with self._lock:
            unfinished = [] if self._round.over.done() else self._round.exercises
            self._exercises.update((each.name, each) for each in new)
        self._begin((*(each for each in unfinished if each not in new), *new))

    def again(self) -> None:
        """Check every exercise again; it returns at once."""
        self._begin(self._exercises.values())

    def wait(self) -> None:
        """Wait until everything is checked, where waiting is possible; it always ends."""
        if self.lab.waits:
            self._wait()

    def _wait(self) -> None:
        current = None
        while current is not self._round:
            current = self._round
            try:
                current.over.result(max(0.0, current.until - time.monotonic()))
            except TimeoutError:
                return  # `results` says so

    def __await__(self) -> Generator[Any, None, Checks]:
        return self._settled().__await__()

    async def _settled(self) -> Checks:
        current = None
        while current is not self._round:
            current = self._round
            left = max(0.0, current.until - time.monotonic())
            await asyncio.wait({asyncio.wrap_future(current.over)}, timeout=left)
        return self

    def _begin(self, exercises: Iterable[Exercise]) -> None:
        """Check some exercises, in place of what is being checked."""
        with self._lock:
            before, self._round = self._round, Round(exercises)
            current = self._round
            for each in current.exercises:
                self._results[each.name] = Result(each.name, each.task, "checking")
        before.end()
        if not self.lab.running:
            self._stop(STOPPED)
            return
        work = self._play(current)
        try:
            self.lab.spawn(work)
        except Exception as error:  # it was stopped just now
            work.close()
            self._stop(str(error))

    async def _play(self, current: Round) -> None:
        before, self._task = self._task, asyncio.current_task()
        if before is not None:
            before.cancel()
        try:
            for exercise in current.exercises:
                self._put(current, await attempt(self.lab, exercise))
        finally:
            with self._lock:
                if current is self._round:
                    self._give_up(STOPPED)
            current.end()

    def _put(self, current: Round, result: Result) -> None:
        with self._lock:
            if current is self._round:
                self._results[result.name] = result

    def _stop(self, why: str) -> None:
        with self._lock:
            self._give_up(why)

    def _give_up(self, why: str) -> None:
        """Say why what is still being checked will not be found out."""
        for name, result in self._results.items():
            if result.state == "checking":
                self._results[name] = Result(name, result.task, "failed", why)
        self._round.end()

    # -- how it is looked at ---------------------------------------------------------------------

    @property
    def board(self) -> Any:
        """The board as a widget."""
        if self._board is None:
            from playground.controls import LabControls
            from playground.widgets.board import Board

            self._board = Board(LabControls(self.lab), self.lab.panel.follower, self)
        return self._board

    def state(self) -> dict[str, Any]:
        """Return what the board shows."""
        return showing.state(self.lab.name, self.results.values())

    def still_html(self) -> str:
        """Return the board as static HTML."""
        return showing.html(self.state())

    def __repr__(self) -> str:
        return showing.text(self.state())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if kernel.shell() is None:
            return {"text/plain": repr(self)}
        return self.board._repr_mimebundle_(include=include, exclude=exclude)
