"""The tasks in which an app runs, and the errors that it leaves.

Law of the room: no task outlives `end()`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Protocol

from micropie.failures import is_failure
from micropie.logs import logger_of
from micropie.testing.holding import enter, hold
from micropie.types import ASGIApp, Event, Scope

logger = logger_of(__name__)

# How long a handler may take to end by itself after it was told that nobody is there.
GRACE = 1.0
# How often a task that swallows its cancellation is cancelled again.
STUBBORN = 5
KEPT_ERRORS = 100


class End(Protocol):
    """The server's end of a lifespan, an exchange or a connection.

    Attributes:
        raised: What the app or a handler of its raised there, the last of it.
    """

    raised: BaseException | None

    async def receive(self) -> Event:
        """Give the app its next event."""
        ...

    async def send(self, event: Event) -> None:
        """Take an event from the app."""

    def app_ended(self, error: BaseException | None) -> BaseException | None:
        """Take note that the app returned or raised; return the error that is worth keeping."""
        ...


class Tasks:
    """All the tasks of one client.

    Args:
        app: The app that runs in them.
        timeout: Seconds that the client has for one wait.
        quiet: Whether what goes wrong is told by others, and not logged.
    """

    def __init__(self, app: ASGIApp, timeout: float, *, quiet: bool = False) -> None:
        self.errors: list[BaseException] = []
        self._app = app
        self._quiet = quiet
        self._grace = min(GRACE, timeout)
        # In the order they began, which a set would not keep.
        self._running: dict[asyncio.Task[None], None] = {}
        self._let_go: Callable[[], None] | None = None

    def run(self, scope: Scope, end: End) -> asyncio.Task[None]:
        """Start the app for a scope."""

        def heard(error: BaseException, request: object = None) -> bool:
            end.raised = error
            self._keep(error)
            return self._quiet

        scope["micropie.error_hook"] = heard
        if self._let_go is None:
            self._let_go = hold(asyncio.get_running_loop())
        task = asyncio.get_running_loop().create_task(self._run(scope, end))
        self._running[task] = None
        task.add_done_callback(lambda done: self._running.pop(done, None))
        return task

    @asynccontextmanager
    async def beside(
        self, work: Coroutine[Any, Any, None], failed: Callable[[BaseException], None]
    ) -> AsyncIterator[None]:
        """Do a piece of work while the block runs; what it raises, the block raises."""
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda done: _tell(done, failed))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def settle(self, but: asyncio.Task[None] | None = None) -> None:
        """Let tasks end by themselves for a moment, then cancel them; `but` goes on."""
        pending = self._others(but)
        if pending:
            await asyncio.wait(pending, timeout=self._grace)
        for _ in range(STUBBORN):
            pending = self._others(but)
            for task in pending:
                task.cancel()
            if not pending:
                return
            await asyncio.wait(pending, timeout=self._grace)
        raise RuntimeError(f"expected the app to end when cancelled, got {self._others(but)!r}")

    async def end(self) -> None:
        """End every task, also if this is interrupted."""
        try:
            await self.settle()
        finally:
            for task in self._others(None):
                task.cancel()
            if self._let_go is not None:
                self._let_go()
                self._let_go = None

    def _others(self, but: asyncio.Task[None] | None) -> list[asyncio.Task[None]]:
        here = asyncio.current_task()
        return [task for task in self._running if task is not but and task is not here]

    async def _run(self, scope: Scope, end: End) -> None:
        error: BaseException | None = None
        enter(self._keep)
        try:
            error = _returned(await self._app(scope, end.receive, end.send))  # type: ignore[func-returns-value]
        except BaseException as raised:
            error = raised
        kept = end.app_ended(error)
        if error is not None and not is_failure(error):
            raise error  # cancelled, or Ctrl-C
        if kept is not None:
            end.raised = kept
            self._keep(kept)
            if not self._quiet:
                logger.error("exception in the ASGI app under test", exc_info=kept)

    def _keep(self, error: BaseException) -> None:
        if not any(error is known for known in self.errors):
            self.errors.append(error)
            del self.errors[:-KEPT_ERRORS]


def _returned(result: object) -> TypeError | None:
    if result is None:
        return None
    return TypeError(f"expected the app to return None, got {result!r}")


def _tell(task: asyncio.Task[None], failed: Callable[[BaseException], None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        failed(error)
