"""A program that has run to its end: its exit code and its output."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finished:
    """A program that has run. It shows as its output, and is true if it succeeded.

    Attributes:
        code: Its exit code; None if it was stopped as its time was up.
        text: Its output, standard output and standard error.
    """

    code: int | None
    text: str

    def __bool__(self) -> bool:
        return self.code == 0

    def __repr__(self) -> str:
        text = self.text.strip()
        return text if self.code is not None else f"{text}\nIt was stopped: its time was up."
