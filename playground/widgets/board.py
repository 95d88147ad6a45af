"""The board: which exercises of a lab are done, and what the open ones still miss.

Its still is drawn where the exercises are: `playground/checks/showing.py`.
"""

from __future__ import annotations

from typing import Any, Protocol

from playground.widgets.composing import compose, style
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Controls, Done
from playground.widgets.follower import Follower
from playground.widgets.watched import text_of


class Exercises(Protocol):
    """What a board needs of a lab's exercises."""

    def state(self) -> dict[str, Any]:
        """Return what the board shows."""
        ...

    def again(self) -> None:
        """Check every exercise again; it returns at once."""

    def ask_for_help(self, exercise: str) -> str:
        """Ask the class's teacher for help with one; return what came of it, as a sentence."""
        ...

    def still_html(self) -> str:
        """Return them as static HTML."""
        ...


class Board(Controlled):
    """The exercises of a lab, done and open.

    Args:
        controls: The lab, as a panel sees it.
        follower: Who looks at the lab now and then.
        exercises: What is shown.
    """

    _esm = compose("page/board.js")
    _css = style("page/board.css")

    def __init__(self, controls: Controls, follower: Follower, exercises: Exercises) -> None:
        self.exercises = exercises
        super().__init__(controls, follower)

    def state(self) -> dict[str, Any]:
        """Return the exercises."""
        return self.exercises.state()

    def heard_again(self, message: dict[str, Any], buffers: object) -> None:
        """Check every exercise again."""
        self.command(message, self._again)

    def heard_help(self, message: dict[str, Any], buffers: object) -> None:
        """Ask the teacher for help with an exercise."""
        name = text_of(message, "exercise", 200)
        self.command(message, lambda done: done(None, self.exercises.ask_for_help(name)))

    def _again(self, done: Done) -> None:
        self.exercises.again()
        done(None, None)

    def still_text(self) -> str:
        """Return the board as plain text."""
        return repr(self.exercises)

    def still_html(self) -> str:
        """Return the board as static HTML."""
        return self.exercises.still_html()
