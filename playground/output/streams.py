"""Output of handlers: on the entry that caused it, and under the cell the code belongs to.

A new thread's output lands in whichever cell happens to run (which one changes with the version of
ipykernel). So the standard streams are wrapped: text written while a handler runs is recorded, and
passed on in the context of the cell that defined the handler's code. All else passes untouched.
"""

from __future__ import annotations

import io
import sys
import weakref
from typing import Any

from playground.recorder import current_tap


class RoutedStream(io.TextIOBase):
    """Stands in for a standard stream."""

    def __init__(self, base: Any, name: str) -> None:
        self.base = base
        self.stream = name

    def write(self, text: str, /) -> int:
        """Write text: a handler's is recorded too."""
        tap = current_tap()
        if tap is None:
            return int(self.base.write(text) or 0)
        tap.printed(self.stream, text)
        home = tap.recorder.home()
        if home is None:
            self.base.write(text)
        else:
            # A copy: one context cannot be entered by two threads at once.
            home.copy().run(self.base.write, text)
        return len(text)

    def flush(self) -> None:
        """Flush; a handler never waits for the kernel's output thread (up to 10 s)."""
        if current_tap() is None:
            self.base.flush()

    def writable(self) -> bool:
        """Return True."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream behind."""
        return str(getattr(self.base, "encoding", None) or "utf-8")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.base, name)


_users: weakref.WeakSet[object] = weakref.WeakSet()


def route(user: object) -> None:
    """Wrap the standard streams for as long as somebody uses that."""
    _users.add(user)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, RoutedStream):
            setattr(sys, name, RoutedStream(stream, name))


def unroute(user: object) -> None:
    """After the last user, put the standard streams back, where nobody has wrapped them since."""
    _users.discard(user)
    if _users:
        return
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, RoutedStream):
            setattr(sys, name, stream.base)
