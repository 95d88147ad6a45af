"""The class's board: how everybody stands with each exercise, in the teacher's notebook.

Law of the file: nobody's name is in what a notebook is saved with.
"""

from __future__ import annotations

from html import escape
from typing import Any, Protocol

from playground.widgets.composing import compose, style
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Controls, Done
from playground.widgets.follower import Follower
from playground.widgets.watched import number_of, text_of


class Class(Protocol):
    """What the board needs of a class."""

    @property
    def key(self) -> str:
        """What opens the page with names."""
        ...

    def picture(self) -> dict[str, Any]:
        """Return what the board shows."""
        ...

    def still(self) -> str:
        """Return how the class stands in a sentence, without names."""
        ...

    def text(self) -> str:
        """Return how the class stands as plain text, without names."""
        ...

    def ladder(self, learner: int, exercise: str) -> str:
        """Return what came with a wish for help, as an SVG document; "" for none."""
        ...

    def remove(self, learner: int) -> str:
        """Take a learner off the board; return their name."""
        ...

    def paste(self, code: str) -> str:
        """Take in a learner's code; return their name."""
        ...


class ClassBoard(Controlled):
    """Learners and exercises, and what the learners meet.

    Args:
        controls: The lab of the board, as a panel sees it.
        follower: Who looks at the lab now and then.
        shown: The class.
    """

    _esm = compose("page/classboard.js")
    _css = style("classroom/classroom.css")

    def __init__(self, controls: Controls, follower: Follower, shown: Class) -> None:
        self.shown = shown
        super().__init__(controls, follower)

    def state(self) -> dict[str, Any]:
        """Return how the class stands, and where its page is."""
        status = self.controls.status()
        page = f"{status.url}#key={self.shown.key}" if status.url and status.running else ""
        return {**self.shown.picture(), "port": str(status.port or ""), "page": page}

    def heard_ladder(self, message: dict[str, Any], buffers: object) -> None:
        """Give the ladder that came with a wish for help."""
        learner, exercise = number_of(message, "learner"), text_of(message, "exercise", 100)
        self.command(message, lambda done: done(None, self.shown.ladder(learner, exercise)))

    def heard_remove(self, message: dict[str, Any], buffers: object) -> None:
        """Take a learner off the board."""
        learner = number_of(message, "learner")
        self.command(message, lambda done: done(None, self.shown.remove(learner)))

    def heard_paste(self, message: dict[str, Any], buffers: object) -> None:
        """Take in a code."""
        self.command(message, lambda done: self._paste(message, done))

    def _paste(self, message: dict[str, Any], done: Done) -> None:
        done(None, self.shown.paste(text_of(message, "code", 300_000)))

    def still_text(self) -> str:
        """Return how the class stands as plain text, without names."""
        return self.shown.text()

    def still_html(self) -> str:
        """Return how the class stands as static HTML, without names."""
        return f"<div>{escape(self.shown.still())}</div>"
