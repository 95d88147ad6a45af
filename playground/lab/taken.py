"""Gives everybody back what a handler has set in classes that are everybody's, and says so."""

from __future__ import annotations

from collections.abc import Callable

from playground.live.staging import Staging
from playground.live.takings import Held, Taking, takings
from playground.notebook import kernel
from playground.recorder import Recorder


class Taken:
    """Looks, whenever a handler of such an app gives way, whether it has taken something.

    Args:
        recorder: Has handlers receive and send; where an app sets nothing of everybody's, nothing
            is looked at.
        staging: The code on stage.
        tell: Writes a sentence into the log.
    """

    def __init__(self, recorder: Recorder, staging: Staging, tell: Callable[[str], object]) -> None:
        self._recorder = recorder
        self._staging = staging
        self._tell = tell
        self._takings: list[Taking] = []
        self._held = Held([])
        self._cell: object = None

    def read(self) -> None:
        """Read the code that is on stage now."""
        self._takings = takings(self._staging.served)
        self._held = Held(self._takings)
        self._cell = _cells()
        self._recorder.look = self.look if self._takings else None

    def look(self) -> None:
        """Put back what has changed; but what a cell has set since, if it has, it may keep."""
        cell = _cells() or self._cell  # no shell is found where modules were taken away
        if cell != self._cell:
            self._cell = cell
            self._held = Held(self._takings)
            return
        for each in self._held.put_back():
            self._say(each)

    def _say(self, taking: Taking) -> None:
        self._tell(taking.said)
        if (home := self._staging.home_of(f"{taking.place}, line {taking.line}")) is not None:
            kernel.say_in(home, taking.said)


def _cells() -> object:
    """Return what changes with each cell that has run."""
    return getattr(kernel.shell(), "execution_count", None)
