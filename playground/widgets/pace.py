"""A pace: something is looked at again and again, until somebody says stop.

Law of the room: a pace is started once and stopped once; who wants to go on takes a new one.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import Protocol


class Pace(Protocol):
    """Calls something every now and then, until it is stopped."""

    def start(self, seconds: float, look: Callable[[], None]) -> None:
        """Call `look` every so many seconds from now on. It must not raise."""

    def stop(self) -> None:
        """Call it no more. From any thread, and as often as you like."""

    @property
    def going(self) -> bool:
        """Whether it has been started, and nobody has stopped it."""
        ...

    def ended(self, timeout: float) -> bool:
        """Return whether the last call is over, after so many seconds at most."""
        ...


class ThreadPace:
    """A thread of its own, so that it goes on while a cell runs."""

    def __init__(self, name: str) -> None:
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._stopping = threading.Event()
        # After an interrupted `join` some Pythons call a live thread dead.
        self._ended = threading.Event()
        self._started = False
        self._seconds = 0.0
        self._look: Callable[[], None]

    def start(self, seconds: float, look: Callable[[], None]) -> None:
        """Call `look` every so many seconds from now on."""
        self._seconds, self._look = seconds, look
        self._thread.start()
        self._started = True

    def stop(self) -> None:
        """Call it no more."""
        self._stopping.set()

    @property
    def going(self) -> bool:
        """Whether it has been started, and nobody has stopped it."""
        return self._started and not self._stopping.is_set() and not self._ended.is_set()

    def ended(self, timeout: float) -> bool:
        """Return whether the thread is over; its own calls are the last, so there it says yes."""
        if not self._started or threading.current_thread() is self._thread:
            return True
        return self._ended.wait(timeout)

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._seconds):
                self._look()
        finally:
            self._ended.set()


class LoopPace:
    """The running event loop, where there are no threads: in a browser.

    A cell that awaits lets it go on; one that is busy does not.
    """

    def __init__(self) -> None:
        self._next: asyncio.TimerHandle | None = None
        self._seconds = 0.0
        self._look: Callable[[], None]

    def start(self, seconds: float, look: Callable[[], None]) -> None:
        """Call `look` every so many seconds from now on."""
        self._seconds, self._look = seconds, look
        self._again()

    def stop(self) -> None:
        """Call it no more."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    @property
    def going(self) -> bool:
        """Whether it has been started, and nobody has stopped it."""
        return self._next is not None

    def ended(self, timeout: float) -> bool:
        """Return True: nothing can run beside who asks."""
        return True

    def _again(self) -> None:
        self._next = asyncio.get_running_loop().call_later(self._seconds, self._turn)

    def _turn(self) -> None:
        self._look()
        if self._next is not None:
            self._again()


def new_pace(name: str) -> Pace:
    """Return the pace that this Python can have."""
    return LoopPace() if sys.platform == "emscripten" else ThreadPace(name)
