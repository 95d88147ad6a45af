"""What a tap and a gate give each other, while a gate stands before it.

A gate is whatever holds messages up: a slow line, a breakpoint. A tap knows no more of it than
what stands here; with none set, no call of a gate's is on a message's way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple, Protocol

Event = MutableMapping[str, Any]


class Heard(dict[str, Any]):
    """An event from the client that is in the log already, on its way to the handler.

    It is an event itself, of a type that no app ever sees.

    Attributes:
        event: The event as it came.
        seq: The number of its entry; None if it has none.
        revision: The code on stage when it came.
    """

    __slots__ = ("event", "revision", "seq")

    def __init__(self, event: Event, seq: int | None, revision: int) -> None:
        super().__init__(type="playground.heard")
        self.event = event
        self.seq = seq
        self.revision = revision


class Passed(NamedTuple):
    """What a gate has done with an event of the app's.

    Attributes:
        event: What it has passed on in its place; None if it is the same.
        dropped: Whether it has passed on nothing.
        wrote: Called with the number of the entry that it is written down in.
    """

    event: Event | None = None
    dropped: bool = False
    wrote: Callable[[int | None], object] | None = None


class Gate(Protocol):
    """What stands between a tap and its server; the handler's calls go through it."""

    def receive(self) -> Awaitable[Event]:
        """Return the next event: the server's own, or one that was `Heard` before."""
        ...

    def passes(self, event: Event) -> bool:
        """Return whether the handler gets this event; else it was waited for before the gate."""
        ...

    async def arrived(self, event: Event) -> Event:
        """Return what the handler gets in place of an event that does not pass."""
        ...

    def send(self, event: Event) -> Awaitable[Passed | None]:
        """Take an event of the app's; say what was done if it did not simply go out."""
        ...

    async def drained(self) -> None:
        """Wait until what the app has sent is out, or lost: the app has ended."""

    def close(self) -> None:
        """Let go of the connection."""
