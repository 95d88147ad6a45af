"""A program that runs to its end, and what it said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finished:
    """A program that has run. It shows as what it said, and is true if it succeeded.

    Attributes:
        code: Its exit code; None if it was stopped as its time was up.
        text: What it said, on standard output and on standard error.
    """

    code: int | None
    text: str

    def __bool__(self) -> bool:
        return self.code == 0

    def __repr__(self) -> str:
        said = self.text.strip()
        return said if self.code is not None else f"{said}\nIt was stopped: its time was up."
