"""A learner's desk: what this kernel has of the class, and what it does when something is checked.

There is one in a kernel. It hears of every result; what it tells the board it tells only once
`join` was called.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from playground.checks import audience
from playground.checks.audience import Heard
from playground.classroom import keeping, messages
from playground.classroom.ladders import ladder_of
from playground.classroom.line import Line
from playground.classroom.seats import token_for
from playground.classroom.standings import Standings

# Seconds that `join` waits to say whether the board is there.
_PATIENCE: Final = 3.0

NO_NETWORK: Final = (
    "Python in the browser reaches no board; print(classroom.code()) and give the teacher that line"
)


class Desk:
    """What a kernel has of the class."""

    def __init__(self) -> None:
        self.standings = Standings()
        self.line: Line | None = None
        self._lock = threading.Lock()

    def hear(self, heard: Heard) -> None:
        """Take notice of a result."""
        self.standings.hear(heard)
        if heard.result.done:
            keeping.note(heard.result.name)
        if self.line is not None:
            self.line.tell(heard.result.name)

    def join(self, to: Any, name: str | None = None) -> Line:
        """Take part in a board; in the same one as the same learner, nothing changes.

        Raises:
            ValueError: If that is no address.
            RuntimeError: If Python runs where it reaches no other.
        """
        url = address_of(to)
        if sys.platform == "emscripten":
            raise RuntimeError(NO_NETWORK)
        called = messages.name_in(name or usual_name())
        with self._lock:
            old = self.line
            if old and not old.over and old.url == url and (not name or old.name == called):
                return old
            # Who takes another name is no other learner.
            same = old.token if old and not old.over and old.url == url else ""
            token = token_for(url, called, same)
            self.line = Line(url, called, token, self.standings.told)
        if old is not None:
            old.leave()
        return self.line

    def leave(self) -> None:
        """Take part no longer."""
        with self._lock:
            old, self.line = self.line, None
        if old is not None:
            old.leave()

    def standing(self) -> dict[str, Any]:
        """Return how this kernel stands with its board; {} if it takes part in none."""
        line = self.line
        if line is None:
            return {}
        still_open = self.standings.open()
        helped = [each for each in line.helped() if each in still_open]
        away = said_of(line)
        here = bool(line.called) and not away
        return {"as": line.called or line.name, "here": here, "away": away, "helped": helped}

    def ask_for_help(self, exercise: str = "") -> str:
        """Ask for help with an exercise; return what came of it, as a sentence.

        Raises:
            ValueError: If there is no board to ask at, or the exercise is not open.
        """
        line, open_ones = self.line, self.standings.open()
        if line is None:
            raise ValueError("expected to be on a board, which join(…) does; call that first")
        if not open_ones:
            raise ValueError("expected an exercise that is open, got none; check one first")
        chosen = exercise or open_ones[-1]
        kept = self.standings.kept(chosen)
        if kept is None or chosen not in open_ones:
            raise ValueError(
                f"expected an exercise that is open, got {chosen!r}; open is {', '.join(open_ones)}"
            )
        line.help(chosen, ladder_of(kept))
        if away := said_of(line):
            return f"{away} Your wish for help with {chosen} goes along then."
        return f"Your teacher sees that {chosen} needs help, with the ladder of what was played."


def address_of(to: Any) -> str:
    """Return the WebSocket address at which kernels join a board.

    Raises:
        ValueError: If it is no address of one.
    """
    text = to.strip() if isinstance(to, str) else ""
    parts = urlsplit(text)
    scheme = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}.get(parts.scheme)
    if (
        scheme is None
        or not parts.hostname
        or not _has_port(parts)
        or re.search(r"[\s\x00-\x1f]", text)
    ):
        raise ValueError(
            f"expected the address of a board, such as 'http://127.0.0.1:8765', got {to!r}"
        )
    return f"{scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}/join"


def _has_port(parts: SplitResult) -> bool:
    """Return whether the port is one that there can be, if one is said."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def usual_name() -> str:
    """Return what a learner is called who says no name: as on the Hub, else ``learner``."""
    return os.environ.get("JUPYTERHUB_USER", "") or "learner"


def said_of(line: Line) -> str:
    """Return why a learner is not on the board, as a sentence; "" if they are."""
    if line.over:
        return f"You are not on the board: {line.over}."
    if line.away:
        return (
            f"The board is not there ({line.away}); it is tried again by itself, and what you have "
            "done is told then."
        )
    return ""


def patient(line: Line) -> None:
    """Wait until it is known whether the board is there, for a moment."""
    line.settled.wait(_PATIENCE)


desk: Final = Desk()
audience.begin(desk)
