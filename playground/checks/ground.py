"""What a play knows of the app it is played with: its log, its routes, and how to make another."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from playground.checks.story import Fault
from playground.clients.pool import ClientPool
from playground.lab import Lab, parts_of
from playground.traffic.log import Log


class Ground(Protocol):
    """An app that a script is played with."""

    @property
    def log(self) -> Log:
        """Its traffic."""
        ...

    def routes(self) -> list[Any]:
        """Return its routes."""
        ...

    def another(self, clients: ClientPool) -> AbstractAsyncContextManager[ClientPool]:
        """Make the app once more, as another worker would; its clients are those of `clients`."""
        ...


class OnLab:
    """The app of a lab.

    Args:
        lab: The lab.
    """

    def __init__(self, lab: Lab) -> None:
        self._parts = parts_of(lab)

    @property
    def log(self) -> Log:
        """The lab's log."""
        return self._parts.log

    def routes(self) -> list[Any]:
        """Return the routes of the app on stage."""
        return self._parts.staging.routes()

    @contextlib.asynccontextmanager
    async def another(self, clients: ClientPool) -> AsyncIterator[ClientPool]:
        """Make the app once more, as another worker would."""
        async with self._parts.rehearsing.rehearse() as others:
            if others.headers == clients.headers:
                raise Fault(
                    "Expected a class on stage, for each worker makes an app of its own; "
                    "got an app that is made already. Write serve(Site), not serve(Site())."
                )
            yield others
