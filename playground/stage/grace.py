"""How long a handler may take to finish, of which a loop that stands still takes little.

Where a machine is busy, or other code blocks the event loop, seconds pass in which nobody can get
on with anything. They are not the handler's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

# Seconds that pass, at most, from one look to the next: what is looked at every 10 ms is looked at
# as often on a loop that turns well.
MOST: Final = 0.05


class Grace:
    """Seconds that somebody is given.

    Args:
        seconds: How many.
        time: Returns seconds since some moment.
    """

    __slots__ = ("_left", "_looked", "_time")

    def __init__(self, seconds: float, time: Callable[[], float]) -> None:
        self._left = seconds
        self._time = time
        self._looked = time()

    def left(self) -> float:
        """Look: return the seconds that are left; however long ago the last look was, few go."""
        now = self._time()
        self._left -= min(now - self._looked, MOST)
        self._looked = now
        return self._left
