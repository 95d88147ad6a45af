"""What the Code face is told: the source once, and as often as it asks who stands where."""

from __future__ import annotations

from hashlib import blake2b
from time import perf_counter
from typing import Any, Final

from playground.widgets.controls import CodeView, Sight
from playground.widgets.row import sendable
from playground.widgets.stood import Stood
from playground.widgets.watched import number_of, text_of

_EMPTY = CodeView((), ())

# Seconds between two looks, and what of a processor's time looking may take. A loop that is blocked
# is waited for so long, which costs nothing.
SHORTEST: Final = 0.1
LONGEST: Final = 2.5
SHARE: Final = 0.02
WAITED: Final = 0.2
BLOCKED: Final = 1.0


def code_seen(sight: object, message: dict[str, Any]) -> dict[str, Any]:
    """Return who stands where, with the source if the view does not have this one yet.

    Args:
        sight: The lab; anything else where there is none to look at.
        message: What the view asked, with the `key` of the source that it has.
    """
    began = perf_counter()
    view = sight.code() if isinstance(sight, Sight) else _EMPTY
    took = perf_counter() - began
    key = blake2b(repr(view.sheets).encode("utf-8", "replace"), digest_size=8).hexdigest()
    answer: dict[str, Any] = {
        "key": key,
        "pause": BLOCKED if took >= WAITED else min(max(SHORTEST, took / SHARE), LONGEST),
        "dots": [_said(each._asdict()) for each in view.dots],
    }
    if isinstance(sight, Stood):
        answer["stood"] = sight.has_code
    if key != text_of(message, "key", 64):
        answer["sheets"] = [
            {**_said(each._asdict()), "lines": [sendable(line) for line in each.lines]}
            for each in view.sheets
        ]
    return answer


def chain_seen(sight: object, message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return in which functions a handler stands, with their variables.

    Args:
        sight: The lab; anything else where there is none to look at.
        message: What the view asked: the number of an `exchange`, and the name of a `task`.
    """
    exchange, task = number_of(message, "exchange"), text_of(message, "task", 200)
    return sight.standing(exchange, task) if isinstance(sight, Sight) else []


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: sendable(each) if isinstance(each, str) else each for name, each in fields.items()
    }
