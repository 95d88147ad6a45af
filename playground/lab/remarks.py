"""What the lab itself has to say, written into its log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from playground.recorder import now
from playground.traffic.log import Log


class Remarks:
    """Writes sentences of the lab's own into a log.

    Args:
        log: Where they go.
        revision: Returns the number of the code on stage.
    """

    def __init__(self, log: Log, revision: Callable[[], int]) -> None:
        self._log = log
        self._revision = revision

    def write(self, kind: Literal["swap", "lab"], text: str) -> None:
        """Write a sentence as an entry of a kind."""
        self._log.append(now(), 0, kind, "lab", text, len(text.encode()), revision=self._revision())

    def tell(self, text: str) -> None:
        """Write a sentence as a ``lab`` entry."""
        self.write("lab", text)
