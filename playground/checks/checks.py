"""A lab's checks: its exercises, the result of each, and checking them again for new code."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator, Iterable
from concurrent.futures import Future
from typing import Any, Final

from playground.checks import audience, showing
from playground.checks.audience import Heard
from playground.checks.exercises import Exercise
from playground.checks.results import ORDERS_SECONDS, Result, attempt
from playground.lab import Lab, Parts, parts_of
from playground.lab.shown import Shown
from playground.transports.waiting import interruptible, wait_here

# Seconds on top of an exercise's deadline: to start an instance, and to see the clients off.
_AROUND: Final = 5.0

_NO_SIGN: Final = (
    "the server gave no sign of life: {}; use await, or asyncio.to_thread for what cannot"
)
BLOCKED: Final = _NO_SIGN.format("something in a handler blocks it")
STOPPED: Final = "the lab is stopped; lab.restart() starts it again"


class Round:
    """One time that exercises are checked, one after the other.

    Args:
        exercises: What is checked.
        ordered: The names of those that are played in every order too.

    Attributes:
        over: Set when it has ended.
        until: When it should have, as `time.monotonic` says it.
    """

    def __init__(self, exercises: Iterable[Exercise], ordered: frozenset[str]) -> None:
        self.exercises = tuple(exercises)
        self.ordered = ordered
        self.over: Future[None] = Future()
        more = sum(ORDERS_SECONDS + _AROUND for each in self.exercises if each.name in ordered)
        usual = sum(each.deadline + _AROUND for each in self.exercises)
        self.until = time.monotonic() + usual + more

    def end(self) -> None:
        """Mark it as ended; again, it does nothing."""
        if not self.over.done():
            self.over.set_result(None)


class Checks(Shown):
    """The exercises that were asked for in a lab. Made by `check`.

    As the last line of a cell it shows the board, which follows the code. Awaited, it returns
    itself once everything has been checked.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._exercises: dict[str, Exercise] = {}
        self._results: dict[str, Result] = {}
        self._ordered: frozenset[str] = frozenset()
        self._round = Round((), self._ordered)
        self._round.end()
        self._lock = threading.Lock()
        self._task: asyncio.Task[Any] | None = None
        self._board: Any = None
        self._parts = parts_of(lab)
        self._parts.staging.listeners.append(self._on_stage)

    def is_of(self, parts: Parts) -> bool:
        """Return whether these parts are those that are checked: a lab may serve elsewhere."""
        return parts is self._parts

    @property
    def results(self) -> dict[str, Result]:
        """The result of each exercise, in the order they were asked for."""
        with self._lock:
            if not self._round.over.done() and time.monotonic() > self._round.until:
                by = self._parts.transport.blocker(0.0)
                self._give_up(_NO_SIGN.format(by) if by else BLOCKED)
            return {name: self._results[name] for name in self._exercises}

    @property
    def done(self) -> bool:
        """Whether every exercise is done."""
        return all(result.done for result in self.results.values())

    def __getitem__(self, name: str) -> Result:
        return self.results[name]

    def add(self, exercises: Iterable[Exercise], orders: bool = False) -> None:
        """Take on more exercises, and check those; with `orders`, in every order too."""
        new = tuple(exercises)
        with self._lock:
            named = {each.name for each in new}
            self._ordered = self._ordered | named if orders else self._ordered - named
            unfinished = [] if self._round.over.done() else self._round.exercises
            self._exercises.update((each.name, each) for each in new)
        self._begin((*(each for each in unfinished if each not in new), *new))

    def again(self) -> None:
        """Check every exercise again; it returns at once."""
        self._begin(self._exercises.values())

    def _on_stage(self, swapped: bool) -> None:
        """Check new code; of code that was started again only what could not be checked before."""
        if swapped:
            self.again()
            return
        with self._lock:
            late = [name for name, each in self._results.items() if each.fault == STOPPED]
        if late:
            self._begin(self._exercises[name] for name in late)

    def wait(self) -> None:
        """Wait until everything is checked, where waiting is possible; it always ends."""
        if self._parts.transport.name != "memory":
            self._wait()

    def _wait(self) -> None:
        current = None
        # New code may begin another round meanwhile, which is then waited for instead.
        while current is not self._round:
            current = self._round
            left = max(0.0, current.until - time.monotonic())
            wait_here(current.over, left, self._parts.transport.blocker)
            if not current.over.done():
                return  # `results` then has the reason

    def __await__(self) -> Generator[Any, None, Checks]:
        return self._settled().__await__()

    async def _settled(self) -> Checks:
        current = None
        while current is not self._round:
            current = self._round
            left = max(0.0, current.until - time.monotonic())
            with interruptible(self._parts.transport.blocker):
                await asyncio.wait({asyncio.wrap_future(current.over)}, timeout=left)
        return self

    def _begin(self, exercises: Iterable[Exercise]) -> None:
        """Check some exercises, in place of what is being checked."""
        with self._lock:
            before, self._round = self._round, Round(exercises, self._ordered)
            current = self._round
            for each in current.exercises:
                self._results[each.name] = Result(each.name, each.task, "checking")
        before.end()
        if not self.lab.running:
            self._stop(STOPPED)
            return
        work = self._play(current)
        try:
            self._parts.transport.spawn(work)
        except Exception as error:  # it was stopped just now
            work.close()
            self._stop(str(error))

    async def _play(self, current: Round) -> None:
        earlier, self._task = self._task, asyncio.current_task()
        if earlier is not None:
            earlier.cancel()
        try:
            for exercise in current.exercises:
                orders, before = exercise.name in current.ordered, self.lab.log.last
                result = await attempt(self.lab, exercise, orders=orders)
                if self._put(current, result):
                    audience.tell(Heard(result, self.lab, (before, self.lab.log.last)))
        finally:
            with self._lock:
                if current is self._round:
                    self._give_up(STOPPED)
            current.end()

    def _put(self, current: Round, result: Result) -> bool:
        with self._lock:
            if current is not self._round:
                return False
            self._results[result.name] = result
            return True

    def _stop(self, why: str) -> None:
        with self._lock:
            self._give_up(why)

    def _give_up(self, why: str) -> None:
        """Mark what is still being checked as failed, for a reason."""
        for name, result in self._results.items():
            if result.state == "checking":
                late = self._results[name] = Result(name, result.task, "failed", why)
                audience.tell(Heard(late, self.lab, (0, 0)))
        self._round.end()

    @property
    def board(self) -> Any:
        """The board as a widget."""
        if self._board is None:
            from playground.widgets.board import Board

            views = self._parts.views
            self._board = Board(views.controls, views.panel.follower, self)
        return self._board

    def state(self) -> dict[str, Any]:
        """Return what the board shows."""
        shown = showing.state(self.lab.name, self.results.values())
        return {**shown, "class": audience.audience().standing()}

    def ask_for_help(self, exercise: str) -> str:
        """Ask the teacher for help with an exercise; return what came of it, as a sentence.

        Raises:
            ValueError: If there is no board to ask at, or the exercise is not open.
        """
        return audience.audience().ask_for_help(exercise)

    def still_html(self) -> str:
        """Return the board as static HTML."""
        return showing.html(self.state())

    def __repr__(self) -> str:
        return showing.text(self.state())

    def _face(self) -> Any:
        return self.board
