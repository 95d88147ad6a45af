"""Shows nothing of what an app prints while it is made and started for a replay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from playground.recorder.causes import doing
from playground.recorder.tap import Tap


class _Nobody(Tap):
    """Takes what is printed, and keeps none of it."""

    working_on: int | None = None

    def __init__(self) -> None:
        self.recorder: Any = SimpleNamespace(silent=True, home=lambda: None, loop=None)

    def printed(self, stream: str, text: str) -> None:
        """Keep nothing."""


@contextmanager
def hushed() -> Iterator[None]:
    """Show nothing of what is printed in the block, or by tasks that it begins."""
    token = doing.set((None, _Nobody(), 0))
    try:
        yield
    finally:
        doing.reset(token)
