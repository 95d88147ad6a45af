"""Exceptions of handlers, shown under the cell of their code: once, however often one is raised."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from typing import Final

from playground.notebook.output.streams import Streams

AGAIN: Final = "It is in lab.log; the next time it is written only there."

# What a program ends with, in a handler that is none.
_ENDINGS: Final = frozenset({"SystemExit", "KeyboardInterrupt", "GeneratorExit"})
NO_END: Final = (
    "A handler does not end the server: what raised this has ended alone, and everybody else goes "
    "on. lab.stop() in a cell stops the server."
)

# More different exceptions than anybody reads under one cell.
_MOST: Final = 20


class HandlerExceptions:
    """Shows the exceptions of one app's handlers.

    Args:
        streams: The wrapped streams.
        home: Called with a traceback in the user's code, for the context of the cell that defined
            the handler; None outside of notebooks.
    """

    def __init__(self, streams: Streams, home: Callable[[str], Context | None]) -> None:
        self._streams = streams
        self._home = home
        self._shown: set[tuple[int, str | None, str]] = set()
        self._revision = 0

    def show(self, text: str, where: str | None, trace: str, revision: int) -> None:
        """Show an exception, unless the same line of the same revision has raised that type before.

        Args:
            text: Its type and message, as the last line of a traceback has them.
            where: The line of the user's code that raised it.
            trace: The traceback, without its last line.
            revision: The revision of the app that was at work.
        """
        if revision != self._revision:
            self._shown.clear()
            self._revision = revision
        kind = text.partition(":")[0]
        key = (revision, where, kind)
        if key in self._shown or len(self._shown) >= _MOST:
            return
        self._shown.add(key)
        remarks = [NO_END, AGAIN] if kind in _ENDINGS else [AGAIN]
        shown = "\n".join([*filter(None, [trace.rstrip()]), text, *remarks, ""])
        home, stream = self._home(trace), self._streams.behind("stderr")
        if stream is None:
            return  # a program without a console
        if home is None:
            stream.write(shown)
        else:
            # A copy: one context cannot be entered by two threads at once.
            home.copy().run(stream.write, shown)
