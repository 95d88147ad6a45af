"""The app on stage: its number, its start-up and shutdown, and how much of it is still running."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, MutableMapping
from contextvars import Context, ContextVar
from typing import Any

from playground.stage.lifespan import ASGIApp, Lifespan

Scope = MutableMapping[str, Any]

_revision: ContextVar[int] = ContextVar("playground_revision", default=0)


def current_revision() -> int:
    """Return the revision whose code is running here; 0 outside of handlers."""
    return _revision.get()


def revision_in(context: Context) -> int:
    """Return the revision whose code runs in a context; 0 outside of handlers."""
    return context.get(_revision, 0)


class RunningApp:
    """One app from its start-up to its shutdown.

    Args:
        app: The app.
        revision: The number of its code.
        deadline: Seconds its start-up and its shutdown may take.

    Attributes:
        requests: How many of its requests and handlers have not ended.
        at_rest: Set while there are none.
    """

    def __init__(self, app: ASGIApp, revision: int, deadline: float) -> None:
        self.app = app
        self.revision = revision
        self.lifespan = Lifespan(app, deadline)
        self.requests = 0
        self.at_rest = asyncio.Event()
        self.at_rest.set()

    def scope(self, scope: Scope) -> Scope:
        """Return a request's scope as this app gets to see it."""
        return {**scope, "state": dict(self.lifespan.state)}

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Count one request or handler while the block runs, and mark what runs in it.

        `current_revision`, a context variable, is this app's number within, and in the tasks begun
        there. `at_rest` is set when the last one ends.
        """
        token = _revision.set(self.revision)
        self.requests += 1
        self.at_rest.clear()
        try:
            yield
        finally:
            self.requests -= 1
            if not self.requests:
                self.at_rest.set()
            _revision.reset(token)
