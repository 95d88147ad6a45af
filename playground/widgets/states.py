"""What a view is told of the app's state as of a row, and what it may have seen of it."""

from __future__ import annotations

from typing import Any

from playground.widgets.controls import Done, StateSight
from playground.widgets.row import sendable
from playground.widgets.watched import text_of


def state_seen(sight: object, seq: int) -> dict[str, Any] | None:
    """Return the state as of an entry; None where there is no app to look at.

    Args:
        sight: The lab; anything else where there is none.
        seq: The entry's number.
    """
    if not isinstance(sight, StateSight):
        return None
    view = sight.state(seq)
    return {
        "names": [sendable(each) for each in view.names],
        "offered": [sendable(each) for each in view.offered],
        "since": view.since,
        "lines": None if view.lines is None else [_line(each) for each in view.lines],
    }


def _line(line: tuple[Any, ...]) -> list[Any]:
    return [sendable(each) if isinstance(each, str) else each for each in line]


def see(sight: object, message: dict[str, Any], done: Done) -> None:
    """Have an attribute be seen or not, as a view asks for.

    Args:
        sight: The lab.
        message: What the view asked, with the `name`, and whether it is `on`.
        done: Told when it is so.

    Raises:
        ValueError: If there is no app to look at.
    """
    if not isinstance(sight, StateSight):
        raise ValueError("There is no app here to look at.")
    sight.see(text_of(message, "name", 200), bool(message.get("on")), done)
