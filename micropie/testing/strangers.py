"""The other threads that an app may have started: what they hand over to a clock is not lost.

No clock can say when they do it, so an order with them need not come out the same again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

# Real seconds in which a thread that the app has started may have something to say. It is waited
# for only where nobody else can go on.
PATIENCE: Final = 1.0

SAID: Final = "The app has started a thread: when it goes on, no clock can say."


class Strangers:
    """What comes from other threads than a clock's own.

    Attributes:
        started: Whether any was started by what runs on the clock.
    """

    def __init__(self) -> None:
        self.started = False
        self._before = set(threading.enumerate())
        self._own = threading.get_ident()
        self._brought: deque[Any] = deque()
        self._news = threading.Event()

    def hand_over(self, handle: Any, ready: deque[Any], say: Callable[[str], None]) -> None:
        """Put a callback among those that are ready, or keep it until the loop looks."""
        if threading.get_ident() == self._own:
            ready.append(handle)
            return
        say(SAID)
        self.started = True
        self._brought.append(handle)
        self._news.set()

    def take(self, ready: deque[Any]) -> None:
        """Put what they have brought among what is ready."""
        while self._brought:
            ready.append(self._brought.popleft())

    def wait(self, ready: deque[Any]) -> bool:
        """Wait a real second for them, if there are any; return whether they brought something."""
        # What others start meanwhile has nothing to say here.
        if (
            self.started
            and not self._brought
            and not self._before.issuperset(threading.enumerate())
        ):
            self._news.clear()
            if not self._news.wait(PATIENCE):  # it has nothing to say
                self._before |= set(threading.enumerate())
        self.take(ready)
        return bool(ready)
