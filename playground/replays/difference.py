"""What came out otherwise when a conversation was had again, for whoever asks in a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from playground.exports.text import counted
from playground.replays import side_by_side
from playground.replays.comparing import Row
from playground.replays.telling import sentence_of
from playground.traffic.record import Record


class Side(NamedTuple):
    """One of the two that are compared: what was heard then, or now.

    Attributes:
        name: What it is called, such as ``revision 2``.
        record: Its traffic.
    """

    name: str
    record: Record


class Difference:
    """What came out otherwise when a conversation was had again. It is true if something did.

    Made by `Lab.replay`, `Lab.compare` and `Lab.kept`. As the last line of a cell it shows in one
    sentence what is otherwise, and both conversations side by side.

    Args:
        compared: What each client heard, then and now.
        old, new: The two conversations.
        why: Why it was not had again to its end, as a sentence; "" if it was.
        notes: What the reader should know besides.

    Attributes:
        why, notes: As given.
        sentence: What is otherwise, in a sentence; "" if nothing is.
    """

    def __init__(
        self,
        compared: Sequence[Row],
        old: Side,
        new: Side,
        why: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        self._compared = tuple(compared)
        self._old, self._new = old, new
        self.why = why
        self.notes = tuple(dict.fromkeys(notes))
        self.sentence = sentence_of(self._compared, why)
        self._counts = Counter(each.kind for each in self._compared)

    @property
    def same(self) -> int:
        """How many things were heard as before."""
        return self._counts["same"]

    @property
    def changed(self) -> int:
        """How many things were heard otherwise."""
        return self._counts["changed"]

    @property
    def missing(self) -> int:
        """How many things were heard before, and were not now."""
        return self._counts["missing"]

    @property
    def new(self) -> int:
        """How many things were heard now, and were not before."""
        return self._counts["new"]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """What differs: each has ``.client .kind .old .new``."""
        return tuple(each for each in self._compared if each.kind != "same")

    @property
    def compared(self) -> tuple[Row, ...]:
        """All that was compared, also what is the same."""
        return self._compared

    @property
    def old_name(self) -> str:
        """What that is called which was expected."""
        return self._old.name

    @property
    def new_name(self) -> str:
        """What the code is called that the conversation was had with."""
        return self._new.name

    @property
    def log(self) -> Record:
        """The traffic of the new conversation."""
        return self._new.record

    @property
    def counts(self) -> str:
        """How much is same, changed, missing and new: ``18 same · 2 changed · 1 missing``."""
        return counts_of([self])

    def __bool__(self) -> bool:
        return bool(self.rows or self.why)

    def __repr__(self) -> str:
        parts = [self.counts, self.sentence, *side_by_side.lines(self.rows), *self.notes]
        return "\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        return side_by_side.html(
            self.counts, self.sentence, self.notes, self._compared,
            (self._old.name, self._old.record), (self._new.name, self._new.record),
        )  # fmt: skip


def counts_of(differences: Sequence[Difference]) -> str:
    """Return how much is same, changed, missing and new in several; what is none of is left out."""
    total: Counter[str] = Counter()
    for each in differences:
        total += Counter(same=each.same, changed=each.changed, missing=each.missing, new=each.new)
    shown = [f"{total['same']} same"]
    shown += [f"{total[kind]} {kind}" for kind in ("changed", "missing", "new") if total[kind]]
    stopped = sum(bool(each.why) for each in differences)
    if stopped:
        shown.append(counted(stopped, "stopped", "stopped"))
    return " · ".join(shown)
