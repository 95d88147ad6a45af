"""What can happen next in an order, as a name, and in words once it has.

Law of the room: pure values. A name says who and what, so that it means the same in every run.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

Kind = Literal["connects", "sends", "leaves", "asks", "arrives", "is sent", "passes"]
"""A client's acts, what arrives at its handler, what a handler sends, and time that passes."""

# Characters of a message in a name.
SHOWN: Final = 40

HANDSHAKE: Final = "handshake"
LEAVING: Final = "leaving"
ACCEPT: Final = "the accept"
CLOSE: Final = "the close"


class Happening(NamedTuple):
    """One thing that can happen next.

    Attributes:
        kind: What kind of thing.
        who: The client that does it, or whose handler.
        what: What it is about, such as ``'hi'`` as Python writes it.
        to: Who gets it, of what a handler sends.
    """

    kind: Kind
    who: str
    what: str = ""
    to: str = ""

    @property
    def name(self) -> str:
        """What it is called: ``ada sends 'hi'``, ``ada's handler sends 'hi' to bob``."""
        if self.kind == "arrives":
            return f"{self.who}'s {self.what} arrives"
        if self.kind == "is sent":
            return f"{_handler(self.who)} sends {self.what} to {self.to}"
        return " ".join(part for part in (self.who, self.kind, self.what) if part)

    def past(self) -> str:
        """Return that it has happened: ``bob left``, ``'hi' went to bob``."""
        if self.kind == "is sent":
            return f"{self.what} went to {self.to}"
        if self.kind == "arrives" and self.what in _ARRIVED:
            return f"{self.who} {_ARRIVED[self.what]}"
        if self.kind == "arrives":
            return f"{self.who}'s {self.what} arrived"
        return " ".join(part for part in (self.who, _PAST[self.kind], self.what) if part)

    def not_yet(self) -> str:
        """Return that it has not, as the end of a sentence: ``while ada's message went round``."""
        if self.kind == "is sent" and self.who != self.to and self.what not in (ACCEPT, CLOSE):
            return f"while {self.who}'s message went round" if self.who else "meanwhile"
        return f"before {self.past()}"


_PAST: Final[dict[Kind, str]] = {
    "connects": "connected",
    "sends": "sent",
    "leaves": "left",
    "asks": "asked for",
    "passes": "passed",
}
_ARRIVED: Final = {HANDSHAKE: "came", LEAVING: "left"}


def shown(message: Any) -> str:
    """Return a message as Python writes it, cut where it is long."""
    text = repr(message)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def departed(taken: Happening | None, first: Happening | None, name: str, instead: str) -> str:
    """Return in words that something happened out of turn.

    Args:
        taken, first: What happened, and what would have by first come, first served; None for what
            has no words of its own.
        name, instead: Their names.
    """
    did = taken.past() if taken is not None else name.replace(" pass", " passed")
    return f"{did} {first.not_yet() if first is not None else f'before {instead}'}"


def _handler(who: str) -> str:
    return f"{who}'s handler" if who else "the app"
