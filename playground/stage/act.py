"""An act: an app on stage, its revision, its life, and the requests it has not finished."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, MutableMapping
from contextvars import ContextVar
from typing import Any

from playground.stage.lifespan import ASGIApp, Lifespan

Scope = MutableMapping[str, Any]

_revision: ContextVar[int] = ContextVar("playground_revision", default=0)


def current_revision() -> int:
    """Return the revision whose code is running here; 0 outside of handlers."""
    return _revision.get()


class Act:
    """An app on stage.

    Args:
        app: The app.
        revision: The number of its code.
        deadline: Seconds its start-up and its shutdown may take.
    """

    def __init__(self, app: ASGIApp, revision: int, deadline: float) -> None:
        self.app = app
        self.revision = revision
        self.lifespan = Lifespan(app, deadline)
        self.requests = 0
        self.idle = asyncio.Event()
        self.idle.set()

    def scope(self, scope: Scope) -> Scope:
        """Return a request's scope as this app gets to see it."""
        return {**scope, "state": dict(self.lifespan.state)}

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Be the code that runs here, for the time of one request or handler."""
        token = _revision.set(self.revision)
        self.requests += 1
        self.idle.clear()
        try:
            yield
        finally:
            self.requests -= 1
            if not self.requests:
                self.idle.set()
            _revision.reset(token)
