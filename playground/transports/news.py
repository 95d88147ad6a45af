"""Telling whoever waits, on whatever event loop, that something has changed.

Law: who waits asks for the news first and looks then, so that nothing comes between.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from functools import partial

from playground.transports.crossing import crossing_to


class News:
    """Wakes those who wait for a change, each on the event loop that it waits on."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    def expect(self) -> asyncio.Future[None]:
        """Return what is done at the next change; cancel it when it is not awaited after all."""
        change = asyncio.get_running_loop().create_future()
        self._waiting.append(change)
        return change

    def tell(self) -> None:
        """Wake all who wait, from any thread."""
        here = _running_loop()
        while self._waiting:
            try:
                change = self._waiting.popleft()
            except IndexError:  # another thread tells too
                return
            if not change.done():
                _wake(change, here)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _wake(change: asyncio.Future[None], here: asyncio.AbstractEventLoop | None) -> None:
    loop = change.get_loop()
    if loop is here:
        change.set_result(None)
    elif here is not None:
        crossing_to(loop).call(partial(_done, change))
    else:
        with contextlib.suppress(RuntimeError):  # that loop is closed: nobody waits there
            loop.call_soon_threadsafe(_done, change)


def _done(change: asyncio.Future[None]) -> None:
    if not change.done():
        change.set_result(None)
