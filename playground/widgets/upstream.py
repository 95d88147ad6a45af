"""What a lab lets a view do that wants to watch a server elsewhere."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from playground.widgets.controls import Done


@runtime_checkable
class Leading(Protocol):
    """A lab that can lead elsewhere, as a view sees it. Every method returns at once."""

    def offer(self) -> str:
        """Return what becomes of the app on stage then, as a sentence; "" where there is none."""
        ...

    def lead(self, url: str, done: Done) -> None:
        """Lead to an address from now on; the result is what was done, as a sentence."""


def leading_of(controls: object) -> Leading | None:
    """Return what a lab lets a view do about it; None for a lab that has no such thing."""
    found = getattr(controls, "leading", None)
    return found if isinstance(found, Leading) else None
