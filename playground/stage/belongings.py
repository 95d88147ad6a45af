"""What belongs to a connection and not to the code that handles it, such as a line to a server.

A handler leaves it with its connection, and the code that comes after a swap takes it over. If that
code does not, or the connection ends, it is let go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

BELONGINGS: Final = "playground.belongings"
"""The scope key under which an app finds its connection's `Belongings`."""


class Belonging(Protocol):
    """What can be left with a connection."""

    def let_go(self) -> None:
        """End it: nobody takes it over."""
        ...


class Belongings:
    """The one thing that a connection keeps for its handlers.

    Args:
        is_leaving: Returns whether the handler that runs is asked to leave.
    """

    __slots__ = ("_is_leaving", "_taken", "_thing")

    def __init__(self, is_leaving: Callable[[], bool]) -> None:
        self._is_leaving = is_leaving
        self._thing: Belonging | None = None
        self._taken = False

    @property
    def leaving(self) -> bool:
        """Whether other code is on stage and waits for this connection: begin nothing more."""
        return self._is_leaving()

    def keep(self, thing: Belonging) -> None:
        """Leave something with the connection, in the place of what was there."""
        self._thing = thing
        self._taken = True

    def take(self) -> Belonging | None:
        """Return what an earlier handler has left, if anything; whoever asks goes on with it."""
        self._taken = True
        return self._thing

    def begin(self) -> None:
        """Note that another handler begins, which has taken nothing yet."""
        self._taken = False

    def settle(self) -> None:
        """Let go of what the handler that goes on has not taken."""
        if not self._taken:
            self.let_go()

    def let_go(self) -> None:
        """Let go of what is kept."""
        thing, self._thing = self._thing, None
        if thing is not None:
            thing.let_go()
