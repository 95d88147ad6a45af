"""One order of what happens: first come, first served, but for a few departures from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

# Things that may happen in one order. A conversation of three clients has about fifty.
MOST: Final = 2_000


class Endless(Exception):
    """More has happened in one order than will be looked at."""


class Point(NamedTuple):
    """A point at which several things could happen.

    Attributes:
        step: The number of the step that did, from 0.
        names: What could, in the order it came up.
        took: The index of what did.
    """

    step: int
    names: tuple[str, ...]
    took: int


class Schedule:
    """Says what happens next, and keeps it.

    Args:
        departures: Number of a point → which of the things that could happen there does, instead of
            the first.
        order: Instead: the name of what happens at each point.

    Attributes:
        steps: The name of everything that happened.
        points: Where there was a choice.
        lost: Whether something that an order asks for could not happen.
        on_step: Called before each step, if it is set.
    """

    def __init__(
        self,
        departures: Mapping[int, int] | None = None,
        order: Sequence[str] | None = None,
    ) -> None:
        self.steps: list[str] = []
        self.points: list[Point] = []
        self.lost = False
        self._departures = departures or {}
        self._order = order
        self.on_step: Callable[[], object] | None = None
        self._is_over = False

    def choose(self, names: Sequence[str]) -> int:
        """Return the index of what happens next."""
        if self._is_over:
            return 0
        if self.on_step is not None:
            self.on_step()
        took = 0
        if len(names) > 1:
            took = self._taken(names)
            self.points.append(Point(len(self.steps), tuple(names), took))
        self.steps.append(names[took])
        if len(self.steps) > MOST:
            raise Endless(f"more than {MOST:,} things happened")
        return took

    def end(self) -> None:
        """Go on with what comes first, and keep no more of it."""
        self._is_over = True

    @property
    def order(self) -> tuple[str, ...]:
        """The name of what happened at each point."""
        return tuple(point.names[point.took] for point in self.points)

    @property
    def departed(self) -> list[Point]:
        """The points at which something else happened than what came first."""
        return [point for point in self.points if point.took]

    def _taken(self, names: Sequence[str]) -> int:
        number = len(self.points)
        if self._order is None:
            return min(self._departures.get(number, 0), len(names) - 1)
        if number < len(self._order):
            if self._order[number] in names:
                return names.index(self._order[number])
            self.lost = True
        return 0
