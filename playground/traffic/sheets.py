"""Source as a person reads it: numbered lines of a cell or file, by the revision they belong to.

Law of the room: plain values; who makes a sheet has proved that its lines are what ran.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Sheet(NamedTuple):
    """Some lines of a cell or file.

    Attributes:
        revision: The number of the code.
        name: What it defines, such as ``"Chat"``; "" for a function of its own.
        place: The cell or file, such as ``"In[5]"``.
        first: The number of the first line.
        lines: Their text; none where the source is not known.
        why: Why it is not known, as a sentence; else "".
    """

    revision: int
    name: str
    place: str
    first: int
    lines: tuple[str, ...]
    why: str = ""

    def has(self, place: str, line: int) -> bool:
        """Return whether a line is among its."""
        return place == self.place and self.first <= line < self.first + len(self.lines)


Sources = Callable[[], Iterable[Sheet]]
"""What gives the sheets of all revisions, when they are wanted."""
