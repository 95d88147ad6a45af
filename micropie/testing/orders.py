"""Every order in which a conversation may go: what one run of a test does not show.

A handler that awaits lets others go on, and who goes on first is chance. `explore` has a script
talk to a fresh app again and again, each time in another order, and returns the first in which
something is wrong. What it has tried is bounded, and said; that an app is right, nobody can say.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from micropie.testing.happenings import Happening, departed
from micropie.testing.one_order import Invariant, MakeApp, Outcome, Script, Setting, Watch, play
from micropie.testing.overdue import Overdue
from micropie.testing.schedule import Schedule
from micropie.testing.search import Bounds, Search, check_bounds
from micropie.testing.turned import Turns
from micropie.types import ASGIApp

# How often an order that was found is played again at once, to see that it comes out the same.
_AGAIN: Final = 2


@dataclass(frozen=True)
class Exploration:
    """What came of trying orders. Made by `explore`; it is true if something was found.

    Attributes:
        found: Whether something is wrong in one of the orders.
        why: What is wrong and how it came to it, as a sentence; "" if nothing was found.
        error: The exception, if it was one.
        order: What happened at each point where several things could, by name.
        steps: Everything that happened, in order, by name.
        departures: Which of the steps happened out of turn, as indexes.
        deviations: How many they are.
        runs: How many orders were played.
        covered: Which those were, as a sentence.
        notes: What the reader should know: what does not go by the clock, what may come out
            otherwise the next time.
    """

    found: bool
    why: str
    error: BaseException | None
    order: tuple[str, ...]
    steps: tuple[str, ...]
    departures: tuple[int, ...]
    runs: int
    covered: str
    notes: tuple[str, ...]
    _setting: Setting = field(repr=False, compare=False)
    _turns: Turns | None = field(repr=False, compare=False)

    @property
    def deviations(self) -> int:
        """How many steps happened out of turn."""
        return len(self.departures)

    def replay(self) -> Exploration:
        """Play the same order again: the app is made anew, so this also tries other code."""
        return explore_order(self._setting, self.order)

    def happening(self, step: int) -> Happening | None:
        """Return what one of the steps is about; None for time that passes.

        Args:
            step: Its index.
        """
        return None if self._turns is None else self._turns.of(self.steps[step])

    def __bool__(self) -> bool:
        return self.found

    def __repr__(self) -> str:
        lines = [self.sentence, *self.notes]
        if self.found:
            marks = ("→" if each in self.departures else " " for each in range(len(self.steps)))
            lines += [f" {mark} {step}" for mark, step in zip(marks, self.steps, strict=True)]
        return "\n".join(lines)

    @property
    def sentence(self) -> str:
        """All of it in a sentence: ``In 1 of 74 orders: bob left while …``."""
        if not self.found:
            return self.covered
        if not self.deviations:
            return f"In the first order, as it comes: {self.why}"
        return f"In 1 of {self.runs:,} orders: {self.why}"


def explore(
    make_app: MakeApp,
    script: Script,
    *,
    deviations: int = 2,
    runs: int = 2000,
    seconds: float = 5.0,
    invariant: Invariant | None = None,
    order: Sequence[str] | None = None,
) -> Exploration:
    """Try a conversation in every order, first those that are nearest to first come, first served.

    What may come in another order is what a client does, what arrives at its handler, what a
    handler sends, and whether the app's own timers go off before. Time is virtual (`Clock`). Wrong
    is an exception in a handler, in a task that it has begun or in the script; that nobody can go
    on; and an invariant that does not hold::

        async def two_add(client):
            async def add(name):
                async with await client.connect(f"/add?name={name}") as socket:
                    await socket.send("1")
                    await socket.receive()
            await asyncio.gather(add("ada"), add("bob"))

        found = explore(Counter, two_add, invariant=lambda app: app.count == 2)
        assert not found, found

    Args:
        make_app: Returns a fresh ASGI app, for each order another: a class, or a function.
        script: An async function that is given a `Client` and talks to the app, for several parties
            with `asyncio.gather`. A party is called by the ``name`` in its path's query.
        deviations: How often an order may depart from first come, first served.
        runs: Orders to play, at most.
        seconds: Real seconds to take, at most.
        invariant: Given the app when the script has ended and all is quiet; false, or an exception,
            if something is wrong.
        order: Instead of all: play the one in which this happens, as `Exploration.order` has it.

    Returns:
        The first order in which something is wrong, or what was tried.

    Raises:
        TypeError: If the app or the script cannot be called, or a bound is no number.
        ValueError: If `make_app` returns the same app again, or a bound makes no sense.
    """
    _check(make_app, script)
    check_bounds(deviations, runs, seconds)
    setting = Setting(_fresh(make_app), script, invariant)
    if order is not None:
        return explore_order(setting, order)
    return explore_all(setting, Bounds(deviations, runs, seconds))


def explore_all(setting: Setting, bounds: Bounds) -> Exploration:
    """Try every order within bounds; see `explore`."""
    began = time.perf_counter()
    with Watch() as watch:
        search = Search(setting, bounds, watch)
        outcome = search.run()
    took = time.perf_counter() - began
    if outcome is not None and outcome.refused:
        covered = f"No order was tried: {outcome.refused}."
        return _result(setting, outcome, 0, covered, search.said)
    covered = _covered(search, took)
    if outcome is None:
        return _result(setting, None, search.runs, covered, search.said)
    result = _result(setting, outcome, search.runs, covered, search.said)
    return replace(result, notes=(*result.notes, *_unlike(setting, outcome)))


def explore_order(setting: Setting, order: Sequence[str]) -> Exploration:
    """Play the one order in which these things happen; what cannot, is noted."""
    schedule = Schedule(order=order)
    with Watch() as watch:
        outcome = play(setting, schedule, watch)
    notes = dict.fromkeys(outcome.said)
    if schedule.lost:
        notes["Not all of that order can happen any more: the app or the script is another."] = None
    if outcome.refused:
        return _result(setting, outcome, 0, f"It was not tried: {outcome.refused}.", notes)
    covered = "This one order was tried, and nothing is wrong in it."
    return _result(setting, outcome, 1, covered, notes)


def _result(
    setting: Setting, outcome: Outcome | None, runs: int, covered: str, notes: Iterable[str]
) -> Exploration:
    if outcome is None:
        return Exploration(False, "", None, (), (), (), runs, covered, tuple(notes), setting, None)
    schedule = outcome.schedule
    why = "; ".join(part for part in (out_of_turn(outcome), outcome.wrong) if part)
    return Exploration(
        bool(outcome.wrong) and not outcome.refused,
        f"{why}." if outcome.wrong and not why.endswith((".", "?", "!")) else why,
        outcome.error,
        schedule.order,
        tuple(schedule.steps),
        tuple(point.step for point in schedule.departed),
        runs,
        covered,
        tuple(notes),
        setting,
        outcome.turns,
    )


def out_of_turn(outcome: Outcome) -> str:
    """Return in words what happened out of turn; "" for nothing."""
    said = []
    for point in outcome.schedule.departed:
        name, instead = point.names[point.took], point.names[0]
        of = outcome.turns.of
        said.append(departed(of(name), of(instead), name, instead))
    return ", then ".join(dict.fromkeys(said))


def _covered(search: Search, seconds: float) -> str:
    """Return what was tried, as a sentence."""
    if search.whole == 0 and not search.points and not search.cut:
        return (
            f"1 order in {seconds:.1f} s, and there is no other: in this script nobody acts while "
            "others do. Nothing is wrong in it."
        )
    runs = f"{search.runs:,} {'order' if search.runs == 1 else 'orders'} in {seconds:.1f} s"
    parts = []
    if search.whole == 0:
        parts.append("the one in which all comes as it comes")
    elif search.whole > 0:
        parts.append(f"all with at most {_times(search.whole)} from first come, first served")
    if search.in_part:
        more = f"{search.in_part:,} of those with {_times(search.whole + 1)}"
        parts.append(more)
    cut = f"; {search.cut:,} of them cut off, for they went on and on" if search.cut else ""
    return f"{runs}: {', and '.join(parts)}{cut}. Nothing is wrong in these."


def _times(count: int) -> str:
    return f"{count} {'departure' if count == 1 else 'departures'}"


def _unlike(setting: Setting, outcome: Outcome) -> list[str]:
    """Play an order that was found again; say so where it comes out otherwise."""
    if isinstance(outcome.error, Overdue):  # it would take as long again
        return []
    same = 0
    with Watch() as watch:
        for _ in range(_AGAIN):
            again = play(setting, Schedule(order=outcome.schedule.order), watch)
            same += (again.wrong, again.schedule.steps) == (outcome.wrong, outcome.schedule.steps)
    if same == _AGAIN:
        return []
    return [
        f"Played again, it came out the same {same} of {_AGAIN} times: something goes by the time, "
        "by chance, by another thread or by addresses."
    ]


def _fresh(make_app: MakeApp) -> MakeApp:
    """Return what makes an app, and refuses one that was there before."""
    before: list[Any] = []

    def made() -> ASGIApp:
        app = make_app()
        if before and before[0] is app:
            raise ValueError(
                f"expected make_app() to return another app each time, got {app!r} again; "
                "give a class, or a function that makes one"
            )
        before[:] = [app]
        return app

    return made


def _check(make_app: Any, script: Any) -> None:
    if not callable(make_app):
        raise TypeError(f"expected a class or function that makes the app, got {make_app!r}")
    if not callable(script):
        raise TypeError(
            f"expected an async function that is given a client, got {script!r}; write "
            "async def script(client)"
        )
