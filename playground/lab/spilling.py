"""A lab's traffic in a file, as it comes."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path

from playground.exports.spill import Spill
from playground.traffic.log import Log


class Spilling:
    """Writes a lab's traffic to a file, while the lab runs and a file is asked for.

    Args:
        log: The traffic.
        tell: Writes a sentence into the log.
    """

    def __init__(self, log: Log, tell: Callable[[str], None]) -> None:
        self._log = log
        self._tell = tell
        self._spill: Spill | None = None

    @property
    def path(self) -> Path | None:
        """The file that the traffic is written to as it comes; None if to none."""
        return self._spill.path if self._spill is not None else None

    def writes_to(self, path: str | PathLike[str] | None) -> bool:
        """Return whether the traffic is written to a file; None is whichever it is."""
        return self._spill is not None and (path is None or _is_same(path, self._spill.path))

    def spill(self, path: str | PathLike[str] | None) -> None:
        """Write all traffic to a file too, or to none any more; see `Lab.spill`."""
        if self._spill is not None and path is not None and _is_same(path, self._spill.path):
            self.go_on()
            return
        spill = Spill(self._log, path, self._tell) if path is not None else None
        self.rest()
        if spill is not None:
            spill.start()
        self._spill = spill

    def go_on(self) -> None:
        """Write again what comes: the lab is running."""
        if self._spill is not None:
            self._spill.start()

    def rest(self) -> None:
        """Write what is left, and let the file be until the lab goes on."""
        if self._spill is not None:
            self._spill.stop()


def _is_same(path: str | PathLike[str], other: Path) -> bool:
    return Path(path).expanduser().absolute() == other
