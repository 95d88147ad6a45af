"""Serve other code to some clients only: a second stage beside the first, chosen by a header.

Law of the room: who rehearses is known by a secret in a header, which no app sees; everybody else
goes on.
"""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from typing import Any, Final

from playground.stage import Stage

Scope = MutableMapping[str, Any]

REHEARSAL_HEADER: Final = b"x-playground-rehearsal"
"""A request header with the secret of the rehearsal that it is meant for."""


class Rehearsals:
    """Pass each request with that header to the stage it names, and all others to the usual one.

    Args:
        stage: Where the app stands that everybody else reaches.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._open: dict[bytes, Stage] = {}

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        secret = dict(scope["headers"]).get(REHEARSAL_HEADER)
        if secret is None:
            await self._stage(scope, receive, send)
        else:
            # One that has ended has an empty stage, which says so.
            stage = self._open.get(secret) or Stage()
            await stage(_without_mark(scope), receive, send)

    def begin(self, stage: Stage) -> str:
        """Pass requests to a stage from now on; return the value of the header that does it.

        It is a secret: whoever guessed it would play along, and spoil the verdict.
        """
        secret = secrets.token_hex(16)
        self._open[secret.encode()] = stage
        return secret

    def end(self, secret: str) -> None:
        """Stop passing requests to a stage: they are answered with 503."""
        self._open.pop(secret.encode(), None)


def _without_mark(scope: Scope) -> Scope:
    return {**scope, "headers": [each for each in scope["headers"] if each[0] != REHEARSAL_HEADER]}
