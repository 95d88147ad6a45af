"""The app's state at each message: what its attributes hold, whenever that may have changed.

What changed since the look before is an entry of the log, of kind ``state``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playground.recorder import Recorder, now
from playground.sight.attributes import ABSENT, found
from playground.sight.changes import told
from playground.sight.doings import AtWork, Doing
from playground.sight.moments import Moments
from playground.sight.seen import Named, Seen
from playground.traffic.log import Log

# In a state of more values than that, what a timer changes so many seconds before a message comes
# is not told from what the message does: a look more would cost as much as the message.
_MANY: Final = 40
_JUST_NOW: Final = 0.02


class State:
    """Looks at some attributes of an app, and writes down what has changed.

    Args:
        recorder: Writes into the log.
        app: Returns the app on stage.
        named: Names objects.
        hashes: See `Deaths`.

    Attributes:
        moments: What there was at each change.
    """

    def __init__(
        self, recorder: Recorder, app: Callable[[], Any], named: Named, *hashes: object
    ) -> None:
        self._recorder = recorder
        self._log: Log = recorder.log
        self.moments = Moments(self._log)
        self._app = app
        self._seen = Seen(named, *hashes)
        self._at_work = AtWork()
        self._looked = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes; one of an attribute's own has a dot, as in ``state.rooms``."""
        return self._seen.names

    def see(self, names: tuple[str, ...]) -> None:
        """See these attributes from now on, and no others; what they hold now is no change."""
        seen = self._seen
        weight = seen.only(names, self._app())
        if names:
            self.moments.keep(self._log.last, (), weight, seen.picture, whole=True)
        else:
            self.moments.clear()
            self._at_work.tasks.clear()
        seen.whole = False

    def missing(self) -> list[str]:
        """Return which of the attributes are not there."""
        app = self._app()
        return [name for name in self.names if found(app, name) is ABSENT]

    def look(self, doing: Callable[[], Doing]) -> None:
        """Write down what has changed since the last look.

        Args:
            doing: Says whose doing it is; called if there is something to be written.
        """
        try:
            app, seen = self._app(), self._seen
            names, moves = others = seen.others(app)
            if names or moves:
                parts, lines, weight = seen.follow(app, others)
                if lines:
                    seq = self._write(told(lines), *doing())
                    self.moments.keep(seq, (*parts,), weight, seen.picture, whole=seen.whole)
                    seen.whole = False
        except RuntimeError:
            pass  # another thread changes it just now: the next look sees the result
        self._looked = now()
        if self._at_work.tasks:
            self._at_work.looked()

    def takes(self) -> None:
        """Look as the handler that runs is given something to work on."""
        if self._seen.size <= _MANY or now() - self._looked > _JUST_NOW:
            self.look(self._at_work.the_other)
        self._at_work.begins()

    def rests(self, doing: Callable[[], Doing]) -> None:
        """Look as it has done what it had to, and asks for the next, or ends.

        Args:
            doing: See `look`.
        """
        self._at_work.rests()
        self.look(doing)

    def ticks(self) -> None:
        """Look though no handler does anything, and more closely: timers change things too."""
        self._seen.deaths.heard = True
        self.look(self._at_work.the_other)

    def _write(
        self, lines: str, exchange: int, cause: int | None, revision: int, where: str | None
    ) -> int:
        """Write a row; return its number, or that of the last if none is written now."""
        size = len(lines) if lines.isascii() else len(lines.encode("utf-8", "replace"))
        revision = revision or self._recorder.revision()
        seq = self._log.append(
            now(), exchange, "state", "server", lines, size, cause, revision, where
        )
        return self._log.last if seq is None else seq
