"""A class: its board, what a learner's kernel tells it, progress in the course, and reports.

Law of the room: nothing leaves a kernel before `join` is called; then it is a name and how the
exercises stand, and with a wish for help the ladder of that check. A check never waits for a board.
"""

from __future__ import annotations

from os import PathLike
from typing import Any

from playground.classroom import codes, examining, reports
from playground.classroom.board import Board
from playground.classroom.desk import desk, patient, said_of, usual_name
from playground.classroom.line import Line
from playground.classroom.progress import Progress, progress
from playground.doctor import also_look
from playground.lab import Lab

__all__ = [
    "Board",
    "Joined",
    "Progress",
    "ask_for_help",
    "code",
    "join",
    "leave",
    "paste",
    "progress",
    "report",
]

also_look(examining.board)


class Joined:
    """A learner's part in a board. Made by `join`; it may be awaited, and is there at once."""

    def __init__(self, line: Line) -> None:
        self._line = line

    @property
    def name(self) -> str:
        """The name on the board: if there was a bob already, ``bob (2)``."""
        return self._line.called or self._line.name

    @property
    def problem(self) -> str:
        """Why the board does not hear of this kernel now, as a sentence; "" if it does."""
        return said_of(self._line)

    def __await__(self) -> Any:
        yield from ()
        return self

    def __repr__(self) -> str:
        if self.problem:
            return self.problem
        if not self._line.called:
            return f"The board is being asked to let {self.name} in."
        return (
            f"On the board as {self.name}: it is told how your exercises stand, and nothing else."
        )


def join(url: str, as_: str = "") -> Joined:
    """Take part in the class's board from now on; it is told of every `check` in this kernel.

    ::

        from playground.classroom import join

        join("http://127.0.0.1:8765", as_="bob")

    What is told: your name, and of each exercise whether it is done, the sentence of what is wrong,
    how often it was checked and the revision. No code, and none of your traffic, unless you ask for
    help. If the board is away, nothing waits for it, and it is told when it is back.

    Args:
        url: The board's address on its machine, as its teacher says it.
        as_: What you are called there; by default as on the Hub, else ``learner``.

    Raises:
        ValueError: If that is no address.
        RuntimeError: If Python runs in the browser, where it reaches no board; see `code`.
    """
    line = desk.join(url, as_)
    patient(line)
    return Joined(line)


def leave() -> None:
    """Take part in the board no longer; it says that you have left."""
    desk.leave()


def ask_for_help(exercise: str = "") -> str:
    """Ask the teacher for help: the board shows it, with the ladder of what the check played.

    Args:
        exercise: With which one; by default the one that was checked last and is not done.

    Returns:
        What came of it, as a sentence.

    Raises:
        ValueError: If this kernel is on no board, or the exercise is not open.
    """
    return desk.ask_for_help(exercise)


def code(as_: str = "") -> str:
    """Return how your exercises stand as one line of text, for where no kernel reaches the board.

    The teacher pastes it into the board. It holds what `join` would tell.

    Args:
        as_: What you are called there; by default as on the Hub, else ``learner``.
    """
    return codes.written(as_ or usual_name(), desk.standings.told())


def paste(board: Lab, code: str) -> str:
    """Put a learner's code on a board, in place of an earlier one of that name; return the name.

    Args:
        board: The board's lab, as ``serve(Board)`` gave it.
        code: What `code` has returned.

    Raises:
        TypeError: If it is not a board.
        ValueError: If it is not a code, or not all of one, or the board is full.
    """
    app = board.app if isinstance(board, Lab) else board
    if not isinstance(app, Board):
        raise TypeError(f"expected a board, got {board!r}; pass what serve(Board) returned")
    return app._looks().paste(code)


def report(lab: Lab, path: str | PathLike[str], *, name: str = "") -> None:
    """Write what is done in a lab to a JSON file, for whoever gives marks.

    Args:
        lab: The lab whose exercises were checked.
        path: Such as ``"bob.json"``; a file that is there is replaced.
        name: Who did it. Nothing else in the file says who.

    Raises:
        TypeError: If it is not a lab.
        ValueError: If nothing was checked in it.
        OSError: If the file cannot be written.
    """
    reports.write(lab, path, name, desk.standings.of_lab(lab) if isinstance(lab, Lab) else {})
