"""Rows of a log in a terminal, as they come."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import Final, TextIO

from playground.exports.text import counted, head, line_of
from playground.traffic.log import Log
from playground.traffic.summary import Group, fold
from playground.traffic.words import tone_of

# Rows that are written at once: what comes meanwhile is not kept waiting for long.
_AT_ONCE: Final = 500

# A sentence of the lab's own is written whole, over as many lines as it takes.
_WHOLE: Final = 10_000

# By select graphic rendition (ECMA-48 8.3.117), in colours that light and dark terminals have.
_RED: Final = "31"
_CYAN: Final = "36"
_FAINT: Final = "2"


def has_colours(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether what is written to a stream may have colours (https://no-color.org)."""
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    return os.name != "nt" or "WT_SESSION" in environ or "TERM" in environ


class Rows:
    """Writes the rows of a log as they come.

    Args:
        log: The log.
        stream: Where they go.
        colours: Whether they have colours.
    """

    def __init__(self, log: Log, stream: TextIO, *, colours: bool) -> None:
        self._log = log
        self._stream = stream
        self._colours = colours
        self._known = 0
        self._at: float | None = None

    def begin(self) -> None:
        """Write what stands in each column."""
        self._write(head(self._width()), _FAINT)
        self._stream.flush()

    def write(self) -> None:
        """Write all that has come since the last time."""
        while entries := self._log.since(self._known, _AT_ONCE):
            lost = entries[0].seq - self._known - 1
            if lost:
                rows = counted(lost, "row was", "rows were")
                self._write(f"… {rows} let go before this terminal could show them", _FAINT)
            for group in fold(entries):
                self._row(group)
            self._known = entries[-1].seq
        self._stream.flush()

    def _row(self, group: Group) -> None:
        entry = group.first
        is_labs = entry.sender == "lab"
        width = _WHOLE if is_labs else self._width()
        tone = {"error": _RED, "life": _FAINT}.get(tone_of(entry), "")
        self._write(line_of(self._log, group, self._at, width), _CYAN if is_labs else tone)
        self._at = entry.at

    def _write(self, line: str, colour: str) -> None:
        shown = f"\x1b[{colour}m{line}\x1b[0m" if colour and self._colours else line
        self._stream.write(f"{shown}\n")

    def _width(self) -> int:
        return max(72, shutil.get_terminal_size((100, 24)).columns)
