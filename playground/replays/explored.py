"""What came of trying orders, as a notebook shows it: a sentence, and the ladder that loses."""

from __future__ import annotations

from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, Final

from micropie.testing.orders import Exploration
from playground.exports.html import ONE_WIDTH, preformatted
from playground.exports.ladder.svg import picture, shown_as_image
from playground.exports.ladder.text import characters
from playground.replays.marks import error_row
from playground.replays.orders import Player, Script, Seen
from playground.replays.saving import module
from playground.traffic.log import Log
from playground.traffic.record import Selection

# The newest rows that a ladder shows.
_ROWS: Final = 200

OUT_OF_TURN: Final = "out of turn"
_OUT_OF_TURN: Final = "This happens out of turn."


class Explored:
    """What came of `lab.explore`. It is true if something was found.

    As the last line of a cell it shows the sentence, and the order as a ladder: what happened out
    of turn is marked there. `story` is the same to step through. It has besides what
    `micropie.testing.Exploration` has.

    Attributes:
        log: The traffic of the order that was found, or else of the first: every view works on it.
    """

    def __init__(self, seen: Seen, player: Player, script: Script, app: Any) -> None:
        self._seen = seen
        self._player = player
        self._script = script
        self._app = app
        self.log: Log = seen.log

    @property
    def found(self) -> bool:
        """Whether something is wrong in one of the orders."""
        return self._seen.result.found

    @property
    def why(self) -> str:
        """What is wrong, and how it came to it; "" if nothing was found."""
        return self._seen.result.why

    @property
    def error(self) -> BaseException | None:
        """The exception, if it was one."""
        return self._seen.result.error

    @property
    def order(self) -> tuple[str, ...]:
        """What happened at each point where several things could, by name."""
        return self._seen.result.order

    @property
    def steps(self) -> tuple[str, ...]:
        """Everything that happened, by name."""
        return self._seen.result.steps

    @property
    def deviations(self) -> int:
        """How many steps happened out of turn."""
        return self._seen.result.deviations

    @property
    def runs(self) -> int:
        """How many orders were played."""
        return self._seen.result.runs

    @property
    def covered(self) -> str:
        """Which orders were played, as a sentence."""
        return self._seen.result.covered

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know: what does not go by the clock, for one."""
        return self._seen.result.notes

    @property
    def sentence(self) -> str:
        """All of it in a sentence: ``In 1 of 74 orders: bob left while …``."""
        return self._seen.result.sentence

    def replay(self) -> Exploration:
        """Play the same order again, with an instance made anew."""
        return self._player.again(self._script, self.order)

    @property
    def ladder(self) -> Ladder:
        """The order as a ladder, with what happened out of turn marked."""
        return Ladder(self.log, self._seen.marked)

    @property
    def story(self) -> Selection:
        """The order to step through, with what happened out of turn, and what went wrong, in words.

        As the last line of a cell it plays there, and beside it the line that sent each message is
        lit; ``.save("race.html")`` makes a page of it.

        Raises:
            ValueError: If nothing was found.
        """
        if not self.found:
            raise ValueError(
                "expected an order in which something is wrong, got none; .log is the first order"
            )
        words = dict.fromkeys(self._seen.marked, _OUT_OF_TURN)
        raised = error_row(list(self.log))
        last = raised.seq if raised is not None else self.log.last
        words[last] = " ".join(part for part in (words.get(last), self.sentence) if part)
        return self.log.story(words.items())

    def save(self, path: str | PathLike[str], app: str = "") -> None:
        """Write a pytest module that plays this order again, and fails as long as it goes wrong.

        Args:
            path: Such as ``"test_race.py"``; a file that is there is replaced.
            app: Where the app is found, as ``module:name``; by default its source is written too.

        Raises:
            ValueError: If nothing was found, or a source cannot be had.
        """
        if not self.found:
            raise ValueError(
                "expected an order in which something is wrong, got none; there is nothing to save"
            )
        text = module(self._app, self._script.made, self.order, self.sentence, app)
        Path(path).write_text(text, encoding="utf-8")

    def __bool__(self) -> bool:
        return self.found

    def __repr__(self) -> str:
        parts = [self.sentence, *self.notes]
        if self.found:
            parts += ["", repr(self.ladder)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        notes = "".join(f'<div style="opacity:.7">{escape(note)}</div>' for note in self.notes)
        said = f"<div><b>{escape(self.sentence)}</b></div>{notes}"
        if not self.found:
            return said
        return f"{said}{line_of(self.log)}{self.ladder._repr_html_()}"


def line_of(log: Log) -> str:
    """Return the lines of the app around the one that raised, that one marked, as HTML."""
    row = error_row(list(log))
    trace = "" if row is None else row.note or ""
    lines = trace.strip().splitlines()[-2:]
    if len(lines) < 2:
        return ""
    where, line = lines
    return (
        f'<pre style="{ONE_WIDTH};margin:6px 0;padding:4px 8px;border-left:3px solid #d9363e">'
        f'<span style="opacity:.7">{escape(where.strip())}</span>\n{escape(line.strip())}</pre>'
    )


class Ladder:
    """An order as a picture; it can be saved.

    Args:
        log: Its traffic.
        marked: The numbers of the rows that came out of turn.
    """

    def __init__(self, log: Log, marked: tuple[int, ...]) -> None:
        self._log = log
        self._marks = dict.fromkeys(marked, OUT_OF_TURN)

    def svg(self, width: int = 900) -> str:
        """Return it as an SVG document.

        Args:
            width: Its pixels.
        """
        return picture(self._log, width=width, limit=_ROWS, marks=self._marks)

    def save(self, path: str | PathLike[str]) -> None:
        """Write it as an SVG file.

        Args:
            path: Such as ``"race.svg"``; a file that is there is replaced.
        """
        Path(path).write_text(self.svg(), encoding="utf-8")

    def __repr__(self) -> str:
        return characters(self._log, limit=_ROWS, marks=self._marks)

    def _repr_html_(self) -> str:
        # As an image it stays a picture where a page takes out what might be harmful.
        image = shown_as_image(self.svg(), "Ladder of the order; in words below")
        text = preformatted(repr(self))
        folded = f"<summary>The ladder in characters</summary>{text}"
        return f"{image}<details>{folded}</details>"
