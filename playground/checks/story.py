"""The story of a play: what its clients sent and received, and a sentence when that is wrong."""

from __future__ import annotations

import json
import re
from typing import Any, Final, Literal, NamedTuple

# A message is shown as far as this many characters: enough to see where it differs.
SHOWN: Final = 80
# Why a request was refused is read to its end, for there the framework says what to write.
REASON: Final = 400

# What came before an answer that is wrong, at most.
_MOST: Final = 4

Kind = Literal["opening", "doing", "hearing"]


class Fault(Exception):
    """What an app did not do as expected, as a sentence."""


class Line(NamedTuple):
    """One thing that happened.

    Attributes:
        who: The client, by the name that a teacher gave it; "" for one without a name.
        kind: Whether a connection was opened, something was done, or something came back.
        words: Such as ``sent 'hi'``.
    """

    who: str
    kind: Kind
    words: str


class Story:
    """Everything that happened in a play, in order."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def tell(self, who: str, kind: Kind, words: str) -> None:
        """Add something that happened."""
        self.lines.append(Line(who, kind, words))

    def fault(self, who: str, expected: str, got: str, why: str = "") -> Fault:
        """Return what to raise: what was done last, what was expected, and what came.

        Args:
            who: Who expected it.
            expected: Such as ``'HI'``.
            got: Such as ``'Echo: hi'``.
            why: What is known of the reason; "" if nothing is.
        """
        last = Line(who, "hearing", f"expected {expected}")
        sentence = f"{_joined([*self._lately(), last])}, got {got}"
        return Fault(f"{sentence}; {why}" if why else sentence)

    def _lately(self) -> list[Line]:
        """Return the last things that were done, and what was heard since."""
        lines = self.lines
        start = len(lines)
        while start and lines[start - 1].kind == "hearing":
            start -= 1
        while start and lines[start - 1].kind != "hearing":
            start -= 1
        return _without_entrances(lines[start:])[-_MOST:]

    def steps(self) -> tuple[str, ...]:
        """Return everything that happened, each a phrase."""
        return tuple(_named(line) for line in self.lines)


def _without_entrances(lines: list[Line]) -> list[Line]:
    """Leave out the connections that were opened before the last thing that was done."""
    acts = [number for number, line in enumerate(lines) if line.kind == "doing"]
    if not acts:
        doors = [number for number, line in enumerate(lines) if line.kind == "opening"]
        return lines[doors[-1] :] if doors else lines[-1:]
    return [
        line for number, line in enumerate(lines) if line.kind != "opening" or number > acts[-1]
    ]


def _named(line: Line) -> str:
    return f"{line.who} {line.words}" if line.who else line.words


def _joined(lines: list[Line]) -> str:
    """Put phrases together; a client that goes on is not named again."""
    parts, who = [], ""
    for line in lines:
        parts.append(line.words if line.who == who else _named(line))
        who = line.who
    return ", ".join(parts)


def shown(message: Any, at_most: int = SHOWN) -> str:
    """Return a message as Python writes it; if it is long, its beginning, and how long it is.

    Args:
        message: Text, bytes, a pattern, or a JSON value.
        at_most: As far as this many characters.
    """
    text = f"/{message.pattern}/" if isinstance(message, re.Pattern) else repr(message)
    if len(text) <= at_most:
        return text
    start = f"{text[: at_most - 1]}…"
    if not isinstance(message, str | bytes):
        return start
    return f"{start} ({len(message)} {'characters' if isinstance(message, str) else 'bytes'})"


def fits(wanted: Any, got: str | bytes) -> bool:
    """Return whether a message is what was wanted.

    Args:
        wanted: Text or bytes, to be just so; a compiled pattern, to be found in text; anything
            else is the JSON value that the message is to be.
        got: The message.
    """
    if isinstance(wanted, re.Pattern):
        return isinstance(got, str) and wanted.search(got) is not None
    if isinstance(wanted, str | bytes):
        return wanted == got
    value = parsed(got)
    # JSON tells true from 1, and Python does not.
    return value is not NOTHING and json.dumps(value, sort_keys=True) == json.dumps(
        wanted, sort_keys=True
    )


NOTHING: Final = object()


def parsed(message: str | bytes) -> Any:
    """Return the JSON value of a message; `NOTHING` if it is not JSON."""
    try:
        return json.loads(message)
    except ValueError:
        return NOTHING


def received(wanted: Any, got: str | bytes) -> str:
    """Return a message for a sentence: as text or bytes, or where JSON was wanted, as its value."""
    if isinstance(wanted, str | bytes | re.Pattern):
        return shown(got)
    value = parsed(got)
    return f"{shown(got)}, which is no JSON" if value is NOTHING else shown(value)


def wish(wanted: Any) -> str:
    """Return what was wanted, for a sentence."""
    if isinstance(wanted, re.Pattern):
        return f"something with {shown(wanted)}"
    return shown(wanted) if isinstance(wanted, str | bytes) else f"the JSON {shown(wanted)}"
