"""A script taken step by step, from one await to the next: who takes long holds up the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Generator
from types import CoroutineType, FrameType
from typing import Any, Final

# Seconds without an await in which nobody else had a turn: long beside what a busy machine takes.
_LONG: Final = 0.25


class Stepped:
    """Awaits a coroutine, and tells of each step of it that took long.

    Args:
        work: The coroutine.
        noticed: Given the frames that it stands in after such a step, the outermost first.
    """

    def __init__(
        self,
        work: Coroutine[Any, Any, object],
        noticed: Callable[[list[tuple[FrameType, int]]], object],
    ) -> None:
        self._work = work
        self._noticed = noticed

    def __await__(self) -> Generator[Any, Any, object]:
        """Pass on what it waits for, and what comes of that (PEP 380, by hand)."""
        work, raised = self._work, None
        while True:
            began = time.perf_counter()
            try:
                waits_for = work.send(None) if raised is None else work.throw(raised)
            except StopIteration as end:
                return end.value
            finally:
                if time.perf_counter() - began > _LONG:
                    self._noticed(_frames(work))
            try:
                yield waits_for
                raised = None
            except BaseException as error:
                raised = error


def _frames(work: Any) -> list[tuple[FrameType, int]]:
    """Return where a coroutine stands, and what it awaits."""
    found = []
    while isinstance(work, CoroutineType):
        frame = work.cr_frame
        if frame is not None:
            found.append((frame, frame.f_lineno))
        work = work.cr_await
    return found
