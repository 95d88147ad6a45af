"""What the pages of a board are told: it is made once for all of them, however many there are."""

from __future__ import annotations

from typing import Final, NamedTuple

from playground.classroom import messages
from playground.classroom.picture import picture
from playground.classroom.roster import Roster

# Seconds until it is looked at what time has changed: who is stuck by now.
_TICK: Final = 2.0


class _Made(NamedTuple):
    changes: int
    at: float
    text: str


class Sending:
    """How a class stands, as the text of a message.

    Args:
        roster: The class.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._made: dict[tuple[bool, str], _Made] = {}

    def text(self, port: str, *, names: bool) -> str:
        """Return what a page is told now; the same object while that is the same.

        Args:
            port: The board's, for who has nobody yet.
            names: Whether to say who the learners are.
        """
        changes, now = self._roster.changes, self._roster.clock()
        made = self._made.get((names, port))
        if made is not None and made.changes == changes and now < made.at + _TICK:
            return made.text
        text = messages.written("state", **picture(self._roster, names=names), port=port)
        if made is not None and made.text == text:
            text = made.text
        self._made[names, port] = _Made(changes, now, text)
        return text
