"""Which views of a lab follow, and which stand as they stood: the newest follows.

Law of the room: a view follows until a later cell shows one, or clears the log; then it stands with
the rows that were there before that cell. A cell that is run again takes its own views away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

from playground.traffic.log import Log
from playground.widgets.stood import Stood

MOST_STANDING: Final = 40
"""Views of a lab that stand with rows of their own; older ones let theirs go."""

# What of a view's set-up goes on in the one that takes its place, when its cell is run again.
_KEPT: Final = ("filter", "picture", "time", "frames", "tab")


class Runs(Protocol):
    """The runs of the notebook's cells."""

    @property
    def number(self) -> int:
        """Which one it is now, or was last."""
        ...

    @property
    def cell(self) -> str:
        """Which cell that is; "" if it is not known."""
        ...

    @property
    def place(self) -> str:
        """What a person calls it, such as ``In[5]``; "" if it is not known."""
        ...

    def listen(self, began: Callable[[], object], ended: Callable[[], object]) -> None:
        """Have something called before each of them, and something after it."""


class View(Protocol):
    """What can follow, and stand."""

    look: dict[str, Any]

    @property
    def kind(self) -> type:
        """What of a face it is."""
        ...

    @property
    def shows_code(self) -> bool:
        """Whether a person has turned it to the code."""
        ...

    def stand(self, stood: Stood, before: str) -> None:
        """Stand with these rows, before a cell."""

    def let_go(self) -> None:
        """Hold the rows no more that it stands with."""

    def close(self) -> None:
        """Be gone."""


class _Shown:
    """A view that was shown: by which run of which cell, and what it may stand with."""

    def __init__(self, view: View, run: int, cell: str) -> None:
        self.view, self.run, self.cell = view, run, cell
        self.follows = True
        self.before: Stood | None = None


class Showing:
    """The views of a lab's traffic that a notebook shows.

    Args:
        log: The lab's.
        runs: The runs of the notebook's cells.
        sight: What the Code face looks at.
    """

    def __init__(self, log: Log, runs: Runs, sight: object = None) -> None:
        self._log = log
        self._runs = runs
        self._sight = sight
        self._shown: list[_Shown] = []
        self._looks: list[tuple[type, dict[str, Any]]] = []
        self._listens = False
        # The follower's thread looks too. A view's own lock is taken within this one.
        self._lock = threading.RLock()

    @property
    def group(self) -> str:
        """Names the views that the run shows that is now: they share what is selected."""
        return str(self._runs.number)

    def is_past(self, view: View) -> bool:
        """Return whether a view was shown by an earlier run of a cell."""
        return any(each.view is view and each.run < self._runs.number for each in self._shown)

    def shown(self, view: View | None, *, within: bool = False) -> None:
        """Note that a view is being shown, so that those of earlier runs stand from now on.

        Args:
            view: Which; None for one that always follows.
            within: Whether it is shown in another widget, which may outlive the cell's next run.
        """
        with self._lock:
            self._listen()
            known = next((each for each in self._shown if each.view is view), None)
            if known is not None:
                known.run, known.follows, known.before = self._runs.number, True, None
            for each in self._of_earlier():
                self._stand(each)
            if known is None and view is not None:
                cell = "" if within else self._runs.cell
                self._shown.append(_Shown(view, self._runs.number, cell))
                self._take_up(view)

    def follow(self, view: View) -> None:
        """Note that somebody wants a view to follow that stands."""
        with self._lock:
            for each in self._shown:
                if each.view is view:
                    each.follows, each.before = True, None

    def look(self) -> None:
        """Have those stand that a cell of later has emptied, by clearing the log."""
        with self._lock:
            for each in self._of_earlier():
                if each.before is not None and each.before.cleared:
                    self._stand(each)

    def _listen(self) -> None:
        if not self._listens:
            self._listens = True
            self._runs.listen(self._began, self._ended)

    def _of_earlier(self) -> list[_Shown]:
        return [each for each in self._shown if each.follows and each.run < self._runs.number]

    def _began(self) -> None:
        """A cell is about to run: keep what stands before it, until it is known what it does."""
        with self._lock:
            self._replace(self._runs.cell)
            for each in self._of_earlier():
                each.before = Stood(self._log, self._sight if each.view.shows_code else None)

    def _ended(self) -> None:
        with self._lock:
            self.look()
            for each in self._shown:
                each.before = None

    def _stand(self, shown: _Shown) -> None:
        before = shown.before or Stood(self._log)
        shown.follows, shown.before = False, None
        shown.view.stand(before, self._runs.place)
        standing = [each for each in self._shown if not each.follows]
        for each in standing[:-MOST_STANDING]:
            each.view.let_go()

    def _replace(self, cell: str) -> None:
        """Take away what a cell has shown that is run again: a frontend shows it no more."""
        old = [each for each in self._shown if cell and each.cell == cell]
        self._looks = [(each.view.kind, each.view.look) for each in old]
        self._shown = [each for each in self._shown if each not in old]
        for each in old:
            each.view.close()

    def _take_up(self, view: View) -> None:
        """Set a view up as a person has left the one that it takes the place of."""
        for at, (kind, look) in enumerate(self._looks):
            if kind is view.kind:
                del self._looks[at]
                kept = {name: look[name] for name in _KEPT if name in look}
                view.look = view.look | kept
                return
