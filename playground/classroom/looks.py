"""A board as the teacher's notebook sees it: with everybody's name, and with what it may change."""

from __future__ import annotations

from playground.classroom import limits
from playground.classroom.codes import read
from playground.classroom.picture import Picture, headline, picture, text
from playground.classroom.roster import Full, Roster


class Looks:
    """What the face of a board shows and does.

    Args:
        roster: The class.
        key: What opens the page with names.
    """

    def __init__(self, roster: Roster, key: str) -> None:
        self._roster, self._key = roster, key

    @property
    def key(self) -> str:
        """What opens the page with names."""
        return self._key

    def picture(self) -> Picture:
        """Return how the class stands, with names."""
        return picture(self._roster, names=True)

    def still(self) -> str:
        """Return how the class stands, for a notebook that is saved: without names."""
        return f"The class: {headline(picture(self._roster, names=False))}"

    def text(self) -> str:
        """Return how the class stands as plain text, without names."""
        return text(picture(self._roster, names=False))

    def ladder(self, learner: int, exercise: str) -> str:
        """Return the ladder that came with a wish for help, as an SVG document; "" for none."""
        return self._roster.ladder(learner, exercise)

    def remove(self, learner: int) -> str:
        """Take a learner off the board for good; return their name, "" if there is none."""
        return self._roster.remove(learner)

    def paste(self, code: str) -> str:
        """Take in the code of a learner whose kernel does not reach the board; return their name.

        Raises:
            ValueError: If it is none, or there is no room for one more.
        """
        name, standings = read(code)
        try:
            return self._roster.paste(name, standings).name
        except Full:
            full = f"the board is full: it has room for {limits.LEARNERS}; take somebody off it"
            raise ValueError(full) from None
