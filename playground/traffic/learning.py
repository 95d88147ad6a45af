"""Conditions of a filter that learn from the entries before: they have to see every one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from playground.traffic.model import Entry, Exchange
from playground.traffic.novelty import Novelty

Condition = Callable[[Entry, Exchange | None], bool]
"""A test for entries, with the exchange that each belongs to."""

LEARNING: Final = ("cause", "shape")
"""The fields of a filter that have such conditions."""


def together(conditions: Sequence[Condition]) -> Condition:
    """Return the condition that all of some hold, each of which sees every entry."""

    def condition(entry: Entry, exchange: Exchange | None) -> bool:
        held = [each(entry, exchange) for each in conditions]
        return all(held)

    return condition


def novel() -> Condition:
    """Return the condition that a message's shape is new; see `Novelty`."""
    see = Novelty().see
    return lambda entry, exchange: bool(see(entry, exchange))


def caused(linked: set[float]) -> Condition:
    """Return the condition that an entry is one of those named, or was set off by one, however far
    back."""

    def condition(entry: Entry, exchange: Exchange | None) -> bool:
        if entry.seq in linked or entry.cause in linked:
            linked.add(entry.seq)
            return True
        return False

    return condition
