"""The search through orders: those that depart least from first come, first served come first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from micropie.testing.one_order import Outcome, Setting, Watch, play
from micropie.testing.schedule import Schedule

Departures = dict[int, int]
"""Number of a point → which of the things that could happen there does, instead of the first."""


# Seconds: nobody waits for as long.
_LONGEST: Final = 7 * 86_400


class Bounds(NamedTuple):
    """How far a search goes.

    Attributes:
        deviations: Departures in one order, at most.
        runs: Orders, at most.
        seconds: Real seconds, at most; one order is always played.
    """

    deviations: int
    runs: int
    seconds: float


def check_bounds(deviations: Any, runs: Any, seconds: Any) -> None:
    """See that bounds make sense.

    Raises:
        TypeError: If one of them is no number.
        ValueError: If it is out of range.
    """
    check_seconds(seconds, "5 is usual")
    for name, value, least, usual in (
        ("deviations", deviations, 0, "2 is usual"),
        ("runs", runs, 1, "2000 is usual"),
    ):
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"expected {name} as a whole number, got {value!r}; {usual}")
        if value < least:
            raise ValueError(f"expected {name} as a number from {least}, got {value!r}; {usual}")


def check_seconds(seconds: Any, usual: str) -> None:
    """See that a time makes sense.

    Args:
        seconds: What was given.
        usual: What to give, as a clause.

    Raises:
        TypeError: If it is no number.
        ValueError: If it is out of range.
    """
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise TypeError(f"expected seconds as a number, got {seconds!r}; {usual}")
    if not 0 < seconds < _LONGEST:
        raise ValueError(f"expected seconds above 0, at most a week, got {seconds!r}; {usual}")


class Played(NamedTuple):
    """An order in which nothing was wrong, as far as others come from it.

    Attributes:
        departures: Of it.
        sizes: How many things could happen at each of its points.
    """

    departures: Departures
    sizes: bytes


class Search:
    """Plays a conversation in one order after the other.

    Args:
        setting: What is played.
        bounds: How far to go.
        watch: Ends what runs on without an await.

    Attributes:
        runs: How many orders were played.
        whole: Up to how many departures all orders were played; -1 if not even the first was.
        in_part: How many were played of those with one more.
        said: What the reader should know.
        cut: How many orders were cut off.
        points: At how many points of the first several things could happen.
    """

    def __init__(self, setting: Setting, bounds: Bounds, watch: Watch) -> None:
        self.runs = 0
        self.whole = -1
        self.in_part = 0
        self.cut = self.points = 0
        self.said: dict[str, None] = {}
        self._setting = setting
        self._bounds = bounds
        self._watch = watch
        self._until = time.perf_counter() + bounds.seconds
        self._seen: set[tuple[str, ...]] = set()

    def run(self) -> Outcome | None:
        """Return the first order in which something is wrong, or that cannot be played."""
        level: list[Played] = []
        for count in range(self._bounds.deviations + 1):
            self.in_part = 0
            played: list[Played] = []
            for departures in _children(level) if count else iter([{}]):
                if self._is_over():
                    return None
                outcome = self._play(departures, played)
                if outcome.wrong or outcome.refused:
                    return outcome
            self.whole, level = count, played
            if not self.points:
                break
        self.in_part = 0
        return None

    def _is_over(self) -> bool:
        out_of_time = self.runs > 0 and time.perf_counter() > self._until
        return out_of_time or self.runs >= self._bounds.runs

    def _play(self, departures: Departures, played: list[Played]) -> Outcome:
        outcome = play(self._setting, Schedule(departures), self._watch, look=not self.runs)
        self.points = self.points or len(outcome.schedule.points)
        self.runs += 1
        self.in_part += 1
        self.cut += outcome.is_cut
        self.said |= dict.fromkeys(outcome.said)
        seen = tuple(name for name in outcome.schedule.steps if is_seen_by_app(name))
        if seen not in self._seen:  # else what comes from it is what comes from the other
            self._seen.add(seen)
            sizes = bytes(min(255, len(point.names)) for point in outcome.schedule.points)
            played.append(Played(departures, sizes))
        return outcome


def _children(level: list[Played]) -> Iterator[Departures]:
    """Yield the orders that depart once more, those first whose departures are close together."""
    found = []
    for number, (departures, sizes) in enumerate(level):
        last = max(departures, default=-1)
        for point in range(last + 1, len(sizes)):
            for other in range(1, sizes[point]):
                found.append((point - last if departures else 0, number, point, other))
    for _, number, point, other in sorted(found):
        yield {**level[number].departures, point: other}


def is_seen_by_app(name: str) -> bool:
    """Return whether an app notices that something happens: what a client does, it does not yet."""
    return name.endswith((" arrives", " pass")) or "'s handler sends " in name
