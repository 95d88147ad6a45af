"""The programme: what stands on the stage, what stood there before, and why something does not."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any, Literal

from playground.advice import doubts, name_of
from playground.revisions import Revision, Revisions, codes, fingerprint, source_of
from playground.stage import OnSwap, Stage, StartupFailed, Swapped
from playground.transports import count

Write = Callable[[Literal["swap", "lab"], str], object]


class Programme:
    """The revisions of one app, and the one on stage.

    Args:
        stage: Where it stands.
        write: Adds a sentence to the log.
        place_of: Given a source file's name, what to call it (``In[5]``).

    Attributes:
        served: What `serve` was given: a class, an instance or an ASGI app.
        app: The instance on stage.
        note: A sentence about what is wrong, "" if nothing is.
        home: The context of the cell that defined the code on stage.
        revisions: All of them, oldest first.
    """

    def __init__(self, stage: Stage, write: Write, place_of: Callable[[str], str | None]) -> None:
        self.stage = stage
        self.write = write
        self.place_of = place_of
        self.served: Any = None
        self.app: Any = None
        self.note = ""
        self.home: contextvars.Context | None = None
        self.revisions = Revisions()
        self._seen: Any = None

    async def put(self, served: Any, instance: Any, on_swap: OnSwap) -> int:
        """Put the next revision on stage and return its number. Call it in the cell's context.

        Args:
            served: What `serve` was given.
            instance: Made of it in the cell, which a slow constructor may block.
            on_swap: What becomes of open sockets.

        Raises:
            StartupFailed: Then the old one goes on, and `note` says so.
        """
        number = self.revisions.next_number
        try:
            swapped = await self.stage.swap(instance, on_swap, revision=number)
        except StartupFailed as failure:
            self.note_failure(failure)
            raise
        self._remember(served, instance)
        self._tell(swapped)
        return number

    async def again(self, instance: Any) -> None:
        """Put the revision that stood there last on stage anew, with fresh state."""
        number = len(self.revisions.kept)
        await self.stage.swap(instance, revision=number)
        self.app = instance
        self.write("lab", f"started again with revision {number}")

    def same(self, served: Any) -> bool:
        """Return whether a class does just what the one on stage does."""
        return isinstance(served, type) and self._seen == fingerprint(served)

    def stay(self, served: Any) -> None:
        """Run again, not changed: the code on stage goes on, its output moves to this cell."""
        self.served = served
        self.home = contextvars.copy_context()

    def _remember(self, served: Any, instance: Any) -> None:
        self.stay(served)
        self.app = instance
        self.note = doubts(instance)
        self._seen = fingerprint(served) if isinstance(served, type) else None
        places = (self.place_of(code.co_filename) for code in codes(served))
        place = next((place for place in places if place), "")
        number = self.revisions.next_number
        self.revisions.kept.append(Revision(number, name_of(served), place, source_of(served)))

    def make(self, served: Any) -> Any:
        """Make an app's instance; that its constructor raises is noted like a failed start-up."""
        try:
            return instance_of(served)
        except Exception as error:
            self.note_failure(error)
            raise

    def note_failure(self, error: Exception) -> None:
        """Say in `note` and in the log why the next revision is not on stage."""
        cause = error.__cause__ if isinstance(error, StartupFailed) else error
        why = f"{type(cause).__name__}: {cause}" if cause is not None else str(error)
        number = self.revisions.next_number
        serving = self.stage.revision
        rest = f"; revision {serving} still serves" if serving else ""
        self.note = f"Revision {number} did not start{rest}: {why}"
        self.write("lab", self.note)

    def _tell(self, swapped: Swapped) -> None:
        told = [f"revision {swapped.revision} on stage", self.revisions.kept[-1].place]
        if swapped.sockets:
            did = {"handover": "handed over", "close": "closed with 1012", "keep": "kept"}
            told.append(f"{count(swapped.sockets, 'socket')} {did[swapped.on_swap]}")
        self.write("swap", " · ".join(part for part in told if part))


def instance_of(served: Any) -> Any:
    """Return an app's instance: a class is called, anything else is one already."""
    return served() if isinstance(served, type) else served
