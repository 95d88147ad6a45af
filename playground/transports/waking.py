"""Waking a loop now and then while somebody waits on it.

ipykernel notices that a cell was interrupted only when the cell's loop wakes, and a loop on which
all wait for a message sleeps until one comes.
"""

from __future__ import annotations

import asyncio
from typing import Final

# Nobody notices that an interrupt takes so many seconds, nor that a loop wakes so often.
_EVERY: Final = 0.2


class Waking:
    """Wake the running loop every now and then within a ``with`` block."""

    __slots__ = ("_handle", "_loop")

    def __enter__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._again()

    def __exit__(self, *exc: object) -> None:
        self._handle.cancel()

    def _again(self) -> None:
        self._handle = self._loop.call_later(_EVERY, self._again)
