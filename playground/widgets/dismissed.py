"""Clients that are over and were taken from the chips by a person: the lab keeps them all the same.

Law of the room: who connects again is another one, and is seen again.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from playground.widgets.controls import ClientView


def is_over(client: ClientView) -> bool:
    """Return whether a client's connection is closed, or was refused."""
    return client.state in ("closed", "refused")


class Dismissed:
    """Who was dismissed, as it was then."""

    def __init__(self) -> None:
        self._were: dict[str, ClientView] = {}

    def add(self, clients: Iterable[ClientView], names: Container[str] | None = None) -> int:
        """Dismiss those of some clients that are over, and return how many.

        Args:
            names: Only these.
        """
        gone = {
            each.name: each
            for each in clients
            if is_over(each) and (names is None or each.name in names)
        }
        self._were.update(gone)
        return len(gone)

    def without(self, clients: Iterable[ClientView]) -> list[ClientView]:
        """Return the clients that were not dismissed, or are no longer what they were."""
        there = list(clients)
        if self._were:
            now = {each.name: each for each in there}
            self._were = {name: was for name, was in self._were.items() if now.get(name) == was}
        return [each for each in there if each.name not in self._were]
