"""Ends what a file does while it is imported, if that goes on for too long or somebody stops it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Final

from playground.notebook import kernel
from playground.watchdog.breaking import break_out
from playground.watching.reasons import PATIENCE, NeverDone

# Seconds that a thread has to end by itself, and then at most.
_AT_ONCE: Final = 0.5
_AT_LAST: Final = 2.0


@contextlib.contextmanager
def ended_in_time() -> Iterator[None]:
    """Raise `NeverDone` in the user's code within the block, if that takes too long."""
    over, here = threading.Event(), threading.current_thread()
    clock = threading.Timer(PATIENCE, break_out, (here, NeverDone, kernel.place_of, over.wait))
    clock.name, clock.daemon = "playground-watching-clock", True
    clock.start()
    try:
        yield
    finally:
        over.set()
        clock.cancel()
        clock.join()


def let_go(thread: threading.Thread) -> None:
    """Wait for a thread that was asked to end; end what the user's code does on it meanwhile."""

    def ended(seconds: float) -> bool:
        thread.join(seconds)
        return not thread.is_alive()

    if not ended(_AT_ONCE):
        break_out(thread, NeverDone, kernel.place_of, ended)
        ended(_AT_LAST)
