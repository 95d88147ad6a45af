"""What handlers raise, under the cell that defined them: once each, however often it strikes."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from typing import Final

from playground.output.streams import Streams

AGAIN: Final = "It is in lab.log; the next time it is written only there."

# More different exceptions than anybody reads under one cell.
_MOST: Final = 20


class Troubles:
    """Shows the exceptions of one app's handlers.

    Args:
        streams: The wrapped streams.
        home: Called for the context of the cell that defined the code at work; None outside of
            notebooks.
    """

    def __init__(self, streams: Streams, home: Callable[[], Context | None]) -> None:
        self._streams = streams
        self._home = home
        self._shown: set[tuple[int, str | None, str]] = set()
        self._revision = 0

    def show(self, said: str, where: str | None, trace: str, revision: int) -> None:
        """Show an exception, unless the same line of the same revision has raised such a one."""
        if revision != self._revision:
            self._shown.clear()
            self._revision = revision
        key = (revision, where, said.partition(":")[0])
        if key in self._shown or len(self._shown) >= _MOST:
            return
        self._shown.add(key)
        text = "\n".join([*filter(None, [trace.rstrip()]), said, AGAIN, ""])
        home, stream = self._home(), self._streams.behind("stderr")
        if stream is None:
            return  # a program without a console
        if home is None:
            stream.write(text)
        else:
            # A copy: one context cannot be entered by two threads at once.
            home.copy().run(stream.write, text)
