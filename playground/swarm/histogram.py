"""A histogram of times: few numbers for any number of times, each true to one part in 128.

As HdrHistogram has it: below 256 µs there is a cell for each microsecond, and every further power
of two has 128. The smallest and the largest time are kept as they are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

# Cells for each power of two, as a power of two.
_BITS: Final = 7
_CELLS: Final = 1 << _BITS
# Longer times count as this one, in microseconds: a day.
LONGEST: Final = 24 * 3600 * 10**6
# What a bar of a picture ends at, in milliseconds, times each power of ten.
_STEPS: Final = (1, 2, 5)


class Bar(NamedTuple):
    """A bar of a picture: `times` of them were at least `low`, and less than `high`, in ms."""

    low: float
    high: float
    times: int


class Histogram:
    """How long something took, many times over, in milliseconds."""

    def __init__(self) -> None:
        self.cells: Counter[int] = Counter()
        self.count = 0
        self._least = math.inf
        self._most = 0.0

    def add(self, seconds: float) -> None:
        """Count one time."""
        micros = min(max(0.0, seconds * 1e6), LONGEST)
        self.cells[_cell_of(int(micros))] += 1
        self.count += 1
        self._least, self._most = min(self._least, micros), max(self._most, micros)

    def take(self, cells: Iterable[tuple[int, int]], least: float, most: float) -> None:
        """Add what another one has counted.

        Args:
            cells: Each cell's number, and how many more times are in it.
            least, most: The smallest and the largest time, in microseconds.
        """
        for cell, more in cells:
            self.cells[cell] += more
            self.count += more
        if self.count:
            self._least, self._most = min(self._least, least), max(self._most, most)

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest time, in microseconds; both 0 if there is none."""
        return (self._least, self._most) if self.count else (0.0, 0.0)

    def quantile(self, share: float) -> float:
        """Return the time that a share of all times does not exceed; `nan` if there are none.

        Args:
            share: From 0 to 1: 0.99 for the time that one in a hundred exceeds.

        Raises:
            ValueError: If it is not from 0 to 1.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"expected a share from 0 to 1, got {share!r}; 0.99 is 99 %")
        if not self.count:
            return math.nan
        rank = max(1, math.ceil(share * self.count))
        if rank == self.count:
            return self._most / 1e3
        seen = 0
        for cell, times in sorted(self.cells.items()):
            seen += times
            if seen >= rank:
                return min(float(_bottom_of(cell + 1)), self._most) / 1e3
        return self._most / 1e3

    @property
    def p50(self) -> float:
        """The median, in ms; `nan` if there are no times."""
        return self.quantile(0.5)

    @property
    def p90(self) -> float:
        """The time that one in ten exceeds, in ms; `nan` if there are no times."""
        return self.quantile(0.9)

    @property
    def p99(self) -> float:
        """The time that one in a hundred exceeds, in ms; `nan` if there are no times."""
        return self.quantile(0.99)

    @property
    def worst(self) -> float:
        """The longest time, in ms; `nan` if there are none."""
        return self.quantile(1.0)

    def bars(self) -> list[Bar]:
        """Return it as bars from the shortest time to the longest, each two or so times as wide."""
        found: Counter[int] = Counter()
        for cell, count in list(self.cells.items()):  # another thread may be adding
            found[_bar_of(_middle_of(cell) / 1e3)] += count
        if not found:
            return []
        numbers = range(min(found), max(found) + 1)
        return [Bar(_edge(each), _edge(each + 1), found[each]) for each in numbers]

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        if not self.count:
            return "<Histogram: no times>"
        return f"<Histogram: {self.count:,} times, {summary(self)}>"


def summary(times: Histogram) -> str:
    """Return the three numbers that say most about how long it took."""
    found = (("p50", times.p50), ("p99", times.p99), ("worst", times.worst))
    return ", ".join(f"{name} {shown_ms(each)}" for name, each in found)


def shown_ms(milliseconds: float) -> str:
    """Return a time with three digits and its unit."""
    if math.isnan(milliseconds):
        return "–"
    if milliseconds < 0.9995:
        return f"{milliseconds * 1e3:.3g} µs"
    if milliseconds < 999.5:
        return f"{milliseconds:.3g} ms"
    return f"{milliseconds / 1e3:.3g} s" if milliseconds < 1e6 else f"{milliseconds / 1e3:.0f} s"


def _cell_of(micros: int) -> int:
    shift = max(0, micros.bit_length() - _BITS - 1)
    return (shift << _BITS) + (micros >> shift)


def _bottom_of(cell: int) -> int:
    shift = max(0, (cell >> _BITS) - 1)
    return (cell - (shift << _BITS)) << shift


def _middle_of(cell: int) -> float:
    return (_bottom_of(cell) + _bottom_of(cell + 1)) / 2


def _bar_of(milliseconds: float) -> int:
    """Return the number of the bar that a time belongs to; that which begins with 1 ms is 0."""
    number = 3 * math.floor(math.log10(max(milliseconds, 1e-3)))
    while _edge(number + 1) <= milliseconds:
        number += 1
    return number


def _edge(number: int) -> float:
    power, step = divmod(number, 3)
    return float(f"{_STEPS[step]}e{power}")
