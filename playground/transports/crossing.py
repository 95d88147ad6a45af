"""Calls from one event loop to another: those of one turn go together, and wake it once.

To wake a loop on another thread is a system call, at which Python changes threads: for each single
message it costs more than all the rest of its way.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary, ref

Call = Callable[[], object]
Lost = Callable[[], object]


class Crossing:
    """The way from a thread with a running loop to another loop.

    Args:
        there: The loop on which functions are called.
    """

    __slots__ = ("__weakref__", "_calls", "_there")

    def __init__(self, there: asyncio.AbstractEventLoop) -> None:
        self._there = ref(there)
        self._calls: list[tuple[Call, Lost]] = []

    def call(self, function: Call, lost: Lost = lambda: None) -> None:
        """Call a function over there, soon after this turn of the loop that runs here.

        Args:
            function: It neither waits nor raises.
            lost: Called here instead if the loop there is closed by then.
        """
        if not self._calls:
            asyncio.get_running_loop().call_soon(self.send)
        self._calls.append((function, lost))

    def send(self) -> None:
        """Send now what is waiting for the end of this turn."""
        calls, self._calls = self._calls, []
        if not calls:
            return
        there = self._there()
        try:
            if there is not None:
                there.call_soon_threadsafe(_arrive, calls)
                return
        except Exception:  # it is closed, or has been broken
            pass
        for _, lost in calls:
            lost()


class _Crossings(threading.local):
    """The ways from this thread, by the loop that they lead to."""

    def __init__(self) -> None:
        self.by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Crossing] = WeakKeyDictionary()


_crossings = _Crossings()


def crossing_to(loop: asyncio.AbstractEventLoop) -> Crossing:
    """Return the way from this thread to a loop on another one."""
    crossing = _crossings.by_loop.get(loop)
    if crossing is None:
        crossing = _crossings.by_loop[loop] = Crossing(loop)
    return crossing


def send_all() -> None:
    """Send now what waits on this thread: its loop ends, or what runs next may block it."""
    for crossing in list(_crossings.by_loop.values()):
        crossing.send()


def _arrive(calls: list[tuple[Call, Lost]]) -> None:
    for function, _ in calls:
        function()
    # Before anything that they have set going runs here.
    send_all()
