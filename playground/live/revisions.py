"""The revisions of an app: the number and source of each, and how to get its class again."""

from __future__ import annotations

import difflib
import weakref
from dataclasses import dataclass, field
from typing import Any

from playground.live.sources import Statement


@dataclass(frozen=True)
class Revision:
    """One revision of a lab's app.

    Attributes:
        number: From 1.
        name: The class or object that was served.
        place: The cell or file it was defined in (``In[5]``), or "".
        source: Its source text, with a comment in place of what is not known.
        statements: What to run to make it again, bases first.
        served: What was served, as a weak reference: for as long as something else holds it.
    """

    number: int
    name: str
    place: str
    source: str
    statements: tuple[Statement, ...] = field(default=(), repr=False)
    served: weakref.ref[Any] | None = field(default=None, repr=False)

    def again(self) -> Any:
        """Return what was served: the object itself, else its class made again from its source.

        Its methods find the notebook's names as they stand now.

        Raises:
            LookupError: If neither is possible.
        """
        served = self.served() if self.served is not None else None
        if served is not None:
            return served
        if not self.statements or self.statements[-1].name != self.name:
            raise LookupError(
                f"expected a revision that is still there or has its source, got {self.number!r}; "
                f"run the cell that defined it again{f' ({self.place})' if self.place else ''}"
            )
        known: dict[str, Any] = {}
        for statement in self.statements:
            known[statement.name] = statement.run(known)
        return known[self.name]


@dataclass
class Revisions:
    """The revisions of one lab, oldest first."""

    kept: list[Revision] = field(default_factory=list)

    @property
    def next_number(self) -> int:
        """The number that the next revision gets."""
        return len(self.kept) + 1

    def get(self, number: int) -> Revision:
        """Return a revision by number.

        Raises:
            LookupError: If there is none.
            TypeError: If it is no whole number.
        """
        if not isinstance(number, int) or isinstance(number, bool):
            raise TypeError(f"expected the number of a revision, such as 2, got {number!r}")
        if not 1 <= number <= len(self.kept):
            raise LookupError(
                f"expected a revision from 1 to {len(self.kept)}, got {number!r}; "
                "lab.revision is the one on stage"
            )
        return self.kept[number - 1]

    def keep(self, revision: Revision) -> None:
        """Keep a revision: a new one, or in place of the one with its number."""
        self.kept[revision.number - 1 : revision.number] = [revision]

    def diff(self, old: int, new: int) -> str:
        """Return how the source changed from one revision to another, as a unified diff."""
        before, after = self.get(old), self.get(new)
        lines = difflib.unified_diff(
            before.source.splitlines(),
            after.source.splitlines(),
            f"revision {old} {before.place}".rstrip(),
            f"revision {new} {after.place}".rstrip(),
            lineterm="",
        )
        return "\n".join(lines)
