"""A stream that a handler has put in the place of `sys.stdout`: its own alone, not everybody's."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Any

from playground.notebook.output.writers import Writer, writer
from playground.notebook.shared_names import STREAMS, guard


class Lent:
    """Stands in for what a handler prints to; for all others, for what was there before.

    Args:
        target: What the handler has set.
        before: What all others go on to write to.
        whose: The handler.
    """

    def __init__(self, target: Any, before: Any, whose: Writer) -> None:
        self.target = target
        self.before = before
        self._whose = weakref.ref(whose)

    def __getattr__(self, name: str) -> Any:
        whose = self._whose()
        is_whose = whose is not None and writer() is whose
        return getattr(self.target if is_whose else self.before, name)


class Names:
    """Has handlers leave what everybody uses, and lends them the standard streams.

    Args:
        is_ours: Whether a stream was put there for everybody.
    """

    def __init__(self, is_ours: Callable[[Any], bool]) -> None:
        self._is_ours = is_ours
        self._active = False

    def route(self) -> None:
        """Begin to look."""
        if not self._active:
            self._active = True
            guard.is_handlers = lambda: writer() is not None
            guard.lend = self._lend
            guard.begin()

    def unroute(self) -> None:
        """Look no more, and give everybody the streams back that are still lent."""
        if not self._active:
            return
        self._active = False
        guard.end()
        for name in STREAMS:
            stream = getattr(sys, name)
            if isinstance(stream, Lent):
                setattr(sys, name, stream.before)

    def _lend(self, stream: Any, name: str) -> Any:
        whose, now = writer(), getattr(sys, name)
        if whose is None or self._is_ours(stream):
            return stream  # such as what was there before
        return Lent(stream, now.before if isinstance(now, Lent) else now, whose)
