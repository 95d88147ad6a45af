"""The budget for sending: how many rows may go to the browser now, however many there are.

Law of the room: nobody reads thousands of rows a second, and a page that draws them all stops
answering. What is not sent waits in the kernel, is counted, and is asked for when it is wanted.
"""

from __future__ import annotations

from typing import Final

ROWS_A_SECOND: Final = 3_000
"""Rows that are sent while there is no end of them: 200 a tick, some 30 kB."""

BURST: Final = 2_000
"""Rows that may be sent at once after a rest."""


class SendBudget:
    """A budget that fills up again as time passes."""

    def __init__(self, rate: float = ROWS_A_SECOND, burst: int = BURST) -> None:
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._at: float | None = None

    def take(self, wanted: int, now: float) -> int:
        """Return how many of the rows that are wanted may be sent.

        Args:
            wanted: Rows there are.
            now: Seconds on a clock that never runs backwards.
        """
        if self._at is not None:
            self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        given = min(wanted, int(self._left))
        self._left -= given
        return given
