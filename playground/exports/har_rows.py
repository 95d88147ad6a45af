"""What a reader of HAR makes of one entry: rows that have no number yet, and what was lost.

Law of the room: nothing is lost in silence. What cannot be read is told to `Losses`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from playground.traffic.formats import LeftOut
from playground.traffic.model import Kind, Sender


class Row(NamedTuple):
    """An entry that has no number yet. `set_off_by` is a place among the rows of its exchange."""

    at: float
    kind: Kind
    sender: Sender
    data: str | bytes | None = None
    code: int | None = None
    note: str | None = None
    set_off_by: int | None = None


class Unreadable(Exception):
    """An entry has nothing that could be read; the message says why."""


@dataclass
class Losses:
    """What a file held that could not be read.

    Attributes:
        entries: How many entries the file has.
        number: Which of them is being read, from 0.
        messages: Whether the file has the messages of its WebSockets.
    """

    entries: int = 0
    number: int = 0
    messages: bool = True
    _whole: set[int] = field(default_factory=set)
    _parts: set[int] = field(default_factory=set)
    _reasons: list[str] = field(default_factory=list)

    def entry(self, why: str) -> None:
        """Say that the entry was left out."""
        self._whole.add(self.number)
        self._reasons.append(f"entry {self.number} {why}")

    def part(self, why: str) -> None:
        """Say that a part of the entry was left out."""
        self._parts.add(self.number)
        self._reasons.append(f"entry {self.number} {why}")

    def said(self) -> LeftOut | None:
        """Return what was lost; None for nothing."""
        if not self._reasons:
            return None
        parts = len(self._parts - self._whole)
        return LeftOut(len(self._whole), self.entries, parts, tuple(self._reasons))
