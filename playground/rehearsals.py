"""Rehearsals: a second stage beside the first, for clients that must not disturb the others.

Law of the room: who rehearses is known by a header, which no app sees; everybody else goes on.
"""

from __future__ import annotations

import itertools
from collections.abc import MutableMapping
from typing import Any, Final

from playground.stage import Stage

Scope = MutableMapping[str, Any]

REHEARSAL_HEADER: Final = b"x-playground-rehearsal"
"""A request header with the number of the rehearsal that it is meant for."""


class Rehearsals:
    """Lead each request to the rehearsal it is meant for, and all others to the stage.

    Args:
        stage: Where the app stands that everybody else reaches.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._open: dict[bytes, Stage] = {}
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        number = dict(scope["headers"]).get(REHEARSAL_HEADER)
        if number is None:
            await self._stage(scope, receive, send)
        else:
            # One that has ended has an empty stage, which says so.
            stage = self._open.get(number) or Stage()
            await stage(_without_mark(scope), receive, send)

    def begin(self, stage: Stage) -> str:
        """Lead requests to a stage from now on; return the value of the header that does it."""
        number = str(next(self._numbers))
        self._open[number.encode()] = stage
        return number

    def end(self, number: str) -> None:
        """Lead no more requests there."""
        self._open.pop(number.encode(), None)


def _without_mark(scope: Scope) -> Scope:
    return {**scope, "headers": [each for each in scope["headers"] if each[0] != REHEARSAL_HEADER]}
