"""A lab's traffic in a file, as it comes."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from playground.lab.ground import Ground
from playground.spill import Spill


class Spilling(Ground):
    """A lab whose log can be written to a file while it goes on."""

    @property
    def spilling(self) -> Path | None:
        """The file that the traffic is written to as it comes; None if to none."""
        return self._spill.path if self._spill is not None else None

    def spill(self, path: str | PathLike[str] | None) -> None:
        """Write all traffic to a file too, as it comes; `Log.load` reads it again.

        What the log holds by now comes first. The file then has all of it, however much the log
        lets go of, and if the kernel dies it has what was said up to a moment before. What another
        lab has written there stays.

        Args:
            path: A file name that ends with ``.jsonl``; None to write no more.

        Raises:
            ValueError: If it ends with something else, or another lab writes to it.
            OSError: If it cannot be written.
        """
        if self._spill is not None and path is not None and _is_same(path, self._spill.path):
            self._go_on_spilling()
            return
        spill = Spill(self.log, path, self.tell) if path is not None else None
        self._rest_spilling()
        if spill is not None:
            spill.start()
        self._spill = spill

    def _go_on_spilling(self) -> None:
        if self._spill is not None:
            self._spill.start()

    def _rest_spilling(self) -> None:
        """Write what is left, and let the file be until the lab goes on."""
        if self._spill is not None:
            self._spill.stop()


def _is_same(path: str | PathLike[str], other: Path) -> bool:
    return Path(path).expanduser().absolute() == other
