"""Keeps the event loop of the cells as it is while an app is made, whatever its maker does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playground.transports.guarded_loop import Guard, is_guarded

STOPPED: Final = (
    "expected a constructor to leave the event loop running, got loop.stop(); it would end the "
    "kernel, so leave it out"
)
CHANGED: Final = (
    "expected a constructor to leave the event loop as it is, got {}; every cell runs on it"
)


@contextmanager
def loop_goes_on() -> Iterator[None]:
    """Refuse to stop the loop that runs here, or to change it; without one do nothing."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = None
    if loop is None or is_guarded(loop):  # its owner refuses already
        yield
        return
    guard = Guard(loop, lambda context: True, STOPPED, CHANGED)
    guard.begin()
    try:
        yield
    finally:
        guard.end()
