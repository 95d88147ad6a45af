"""A thread that sees whether an event loop turns."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from playground.transports import Runner
from playground.watchdog.stacks import Blockage, Named, blockage, rests

logger = logging.getLogger(__name__)

# So often it looks, in seconds: each look costs some microseconds.
EVERY: Final = 0.2

# A loop that has not turned for so many seconds is blocked.
LIMIT: Final = 1.0

# A look that comes so much too late says that this whole process stood still, or held its lock.
_LATE: Final = 0.5


class _Beat:
    """A sign of life that was asked for."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.asked = time.monotonic()
        self.heard = threading.Event()
        with contextlib.suppress(Exception):  # the loop is closed already, or broken
            runner.loop.call_soon_threadsafe(self._pass_on)

    def _pass_on(self) -> None:
        with contextlib.suppress(Exception):
            self.runner.loop.call_soon(self.heard.set)  # so tasks go on, if the loop is whole


class Watchdog:
    """Looks at the event loop of an app, from a thread of its own, while it is started.

    Args:
        runner: Returns the loop with its thread; None if there is none to look at.
        named: Names what is found there.
        noticed: Called, on that thread, when the loop is found blocked, with who holds it.
        still: Called there each time it looks again and the loop is blocked still.
        look: Called there each time it looks.
    """

    def __init__(
        self,
        runner: Callable[[], Runner | None],
        named: Named,
        noticed: Callable[[str], object] = lambda said: None,
        still: Callable[[], object] = lambda: None,
        look: Callable[[], object] = lambda: None,
    ) -> None:
        self._runner = runner
        self._named = named
        self._noticed = noticed
        self._still = still
        self._also = look
        self._beat: _Beat | None = None
        self._since: float | None = None
        self._over: threading.Event | None = None

    @property
    def thread(self) -> threading.Thread | None:
        """The thread that looks; None while nobody does."""
        return None if self._over is None else self._thread

    @property
    def blocked(self) -> bool:
        """Whether the loop is known to be blocked."""
        return self._since is not None

    def start(self) -> None:
        """Begin to look, where there is a thread to look at; again, it does nothing."""
        if self._over is not None or self._runner() is None:
            return
        self._over = over = threading.Event()
        self._thread = threading.Thread(
            target=self._look_on, args=(over,), name="playground-watchdog", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        if self._over is not None:
            self._over.set()
        self._over = self._since = self._beat = None

    def blocker(self, seconds: float = 0.0) -> str:
        """Return who holds the loop, as a clause; "" if nobody does.

        Args:
            seconds: For how long, at least, it is known not to have answered.
        """
        runner = self._runner()
        seconds = self._known_for(seconds)
        if runner is None or not seconds:
            return ""
        found = self.blockage(seconds)
        if found is not None:
            return str(found)
        return "" if rests(runner.thread) else f"the event loop has not turned for {seconds:.0f} s"

    def blockage(self, seconds: float) -> Blockage | None:
        """Return who holds the loop, for so many seconds at least; None if not the user's code."""
        runner = self._runner()
        if runner is None:
            return None
        return blockage(runner.thread, self._known_for(seconds), self._named)

    def _known_for(self, seconds: float) -> float:
        since = self._since
        return seconds if since is None else max(seconds, time.monotonic() - since)

    def turns(self, patience: float) -> bool:
        """Wait so many seconds for the loop to turn; return whether it has."""
        runner = self._runner()
        return runner is None or _Beat(runner).heard.wait(patience)

    def _look_on(self, over: threading.Event) -> None:
        before = time.monotonic()
        while not over.wait(EVERY):
            now = time.monotonic()
            if now - before > EVERY + _LATE:
                self._beat = None  # the loop could not turn either
            try:
                self._also()
                self._look(now)
            except Exception:  # it goes on looking, whatever it has met once
                logger.debug("the watchdog looks", exc_info=True)
            before = time.monotonic()  # what was done about it takes its time too

    def _look(self, now: float) -> None:
        runner, beat = self._runner(), self._beat
        if runner is None:
            self._beat = self._since = None
        elif beat is None or beat.runner is not runner:
            self._since = None
            self._beat = None if rests(runner.thread) else _Beat(runner)
        elif beat.heard.is_set():
            self._beat = self._since = None
        elif self._since is not None:
            self._still()
        elif now - beat.asked >= LIMIT:
            self._since = beat.asked
            self._noticed(self.blocker())
