"""A line buffer: what one `print` writes in pieces is passed on in one piece.

`print("a", 1)` writes four times, and between any two of them another thread may write. So the
beginning of a line is held back for a moment, for its end; then it is passed on as it is.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Final

# Seconds that the beginning of a line waits for its end: less than an eye notices.
PAUSE: Final = 0.05

PassOn = Callable[[str], object]


class Beginning:
    """The beginning of a line, and where it goes."""

    def __init__(self, pass_on: PassOn) -> None:
        self.text = ""
        self.pass_on = pass_on


class Lines:
    """Puts the pieces that each writer writes together into lines."""

    def __init__(self) -> None:
        self._begun: dict[Hashable, Beginning] = {}

    def write(
        self, writer: Hashable, text: str, pass_on: PassOn, loop: AbstractEventLoop | None
    ) -> None:
        """Pass on the lines that are whole now, and what is left of a line soon.

        Args:
            writer: Whose pieces belong together.
            text: The piece.
            pass_on: What takes the text.
            loop: Where the pause is waited for; without one nothing is held back.
        """
        begun = self._begun.pop(writer, None)
        lines, newline, rest = ((begun.text if begun else "") + text).rpartition("\n")
        if newline:
            pass_on(lines + newline)
            begun = None
        if rest:
            self._hold(writer, rest, begun or Beginning(pass_on), loop)

    def release(self, writer: Hashable) -> None:
        """Pass on what is held back of one writer's."""
        self._release(writer, self._begun.get(writer))

    def release_all(self) -> None:
        """Pass on all that is held back."""
        for writer in list(self._begun):
            self.release(writer)

    def _hold(
        self, writer: Hashable, rest: str, begun: Beginning, loop: AbstractEventLoop | None
    ) -> None:
        is_new = not begun.text
        begun.text = rest
        self._begun[writer] = begun
        if not is_new:
            return
        if loop is not None:
            # A closed loop has no time left to wait for.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(loop.call_later, PAUSE, self._release, writer, begun)
                return
        self._release(writer, begun)

    def _release(self, writer: Hashable, begun: Beginning | None) -> None:
        # After the pause its line may have been passed on, and the writer have begun another one.
        if begun is not None and self._begun.get(writer) is begun:
            self._begun.pop(writer, None)
            begun.pass_on(begun.text)
