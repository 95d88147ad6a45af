"""What came of fuzzing, as a notebook shows it: a sentence and a ladder for each thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, Final, overload

from playground.clients.misnamed import says_the_right_name
from playground.fuzzing.acts import Conversation, people_of
from playground.fuzzing.hunt import Caught
from playground.fuzzing.usual import Usual
from playground.fuzzing.written import module
from playground.replays.explored import Ladder, line_of
from playground.traffic.log import Log

# Who has to suffer, in words.
SUFFERS: Final = {
    "socket": "one socket only",
    "room": "others in the room too",
    "server": "everybody, until the app is made anew",
}

# What one of them has, and not all of them.
_OF_ONE: Final = {
    name: f"found[0].{name}" for name in ("why", "severity", "acts", "conversation", "error")
} | {"save": "found[0].save(path)", "ladder": "found[0].ladder", "log": "found[0].log"}


class Finding:
    """Something that is wrong, with the smallest conversation in which it goes wrong.

    `ladder` is the conversation as a picture, and `acts` as values.

    Attributes:
        severity: Who has to suffer: ``"socket"`` (who did it), ``"room"`` (others too), or
            ``"server"`` (everybody who comes).
        error: The exception, if it was one.
        log: The traffic: every view works on it.
        at: At which conversation it was found, from 1.
    """

    def __init__(self, caught: Caught, usual: Sequence[Usual], app: Any) -> None:
        self._caught = caught
        self._usual = usual
        self._app = app
        self.severity = caught.severity
        self.error = caught.visit.error
        self.log: Log = caught.visit.log
        self.at = caught.at

    @property
    def why(self) -> str:
        """What is wrong, as a sentence."""
        wrong = self._caught.visit.wrong
        return wrong if wrong.endswith((".", "?", "!")) else f"{wrong}."

    @property
    def conversation(self) -> tuple[str, ...]:
        """What clients do, an act each: ``ada sends 'hi'``."""
        return tuple(act.words for act in self.acts)

    @property
    def acts(self) -> Conversation:
        """What clients do, as values."""
        return self._caught.visit.acts

    @property
    def order(self) -> tuple[str, ...] | None:
        """What happened wherever several things could; None if it came as it comes."""
        return self._caught.visit.order

    @property
    def sentence(self) -> str:
        """All of it in a sentence, with who has to suffer."""
        who = SUFFERS[self.severity]
        if self.severity == "socket" and len(people_of(self.acts)) == 1:
            who = f"{self.acts[0].who}'s socket only"
        return f"{self.why} It costs {who}."

    @property
    def ladder(self) -> Ladder:
        """The conversation as a ladder, with what happened out of turn marked."""
        return Ladder(self.log, self._caught.visit.marked)

    def save(self, path: str | PathLike[str], app: str = "") -> None:
        """Write a pytest module that has this conversation, and fails as long as it goes wrong.

        It needs no hypothesis.

        Args:
            path: Such as ``"test_fuzz.py"``; a file that is there is replaced.
            app: Where the app is found, as ``module:name``; by default its source is written too.

        Raises:
            ValueError: A source cannot be had.
        """
        text = module(self._app, self.acts, self._needed(), self.order, self.sentence, app)
        Path(path).write_text(text, encoding="utf-8")

    def _needed(self) -> Sequence[Usual]:
        """Return what is usual, if it takes that to see that something is wrong."""
        by_itself = self._caught.key.kind in ("raised", "blocks", "goes on", "kept")
        return () if by_itself else self._usual

    def __repr__(self) -> str:
        acts = "\n".join(f"  {each}" for each in self.conversation)
        return f"{self.sentence}\n{acts}\n\n{self.ladder!r}"

    def _repr_html_(self) -> str:
        return f"<div><b>{escape(self.sentence)}</b></div>{self.html()}"

    def html(self) -> str:
        """Return what clients do, the line that raised, and the ladder, without the sentence."""
        acts = "".join(f"<li><code>{escape(each)}</code></li>" for each in self.conversation)
        return f'<ol style="margin:4px 0">{acts}</ol>{line_of(self.log)}{self.ladder._repr_html_()}'


@says_the_right_name("found", _OF_ONE)
class Findings(Sequence[Finding]):
    """What came of `lab.fuzz`: what is wrong, the worst first. Empty if nothing was found.

    Attributes:
        covered: What was tried, as a sentence.
        seed: By which it is tried again.
        notes: What the reader should know: what does not go by the clock, for one.
    """

    def __init__(
        self, found: Sequence[Finding], covered: str, seed: int, notes: Sequence[str]
    ) -> None:
        self._found = tuple(found)
        self.covered = covered
        self.seed = seed
        self.notes = tuple(notes)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: Any) -> Any:
        """Return one of them, or some."""
        if isinstance(index, int) and not -len(self) <= index < len(self):
            raise IndexError(f"expected one of {len(self)} findings, got {index}; {self.covered}")
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found)

    def __repr__(self) -> str:
        parts = [self.covered, *self.notes]
        for number, each in enumerate(self._found, 1):
            parts += ["", f"{number}. {each!r}"]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        notes = "".join(f'<div style="opacity:.7">{escape(note)}</div>' for note in self.notes)
        said = f"<div>{escape(self.covered)}</div>{notes}"
        return said + "".join(self._shown(number) for number in range(len(self)))

    def _shown(self, number: int) -> str:
        """Return one of them: the first unfolded."""
        found = self._found[number]
        is_open = "" if number else " open"
        return (
            f'<details{is_open} style="margin:6px 0"><summary>{escape(found.sentence)}</summary>'
            f"{found.html()}</details>"
        )
