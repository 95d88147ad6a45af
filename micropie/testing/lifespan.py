"""Start-up and shutdown of an app, with the rules of uvicorn's lifespan "auto"."""

from __future__ import annotations

import asyncio

from micropie.logs import logger_of
from micropie.testing.rules import refuse
from micropie.testing.waiting import Pipe
from micropie.types import Event

logger = logger_of(__name__)


class LifespanFailed(RuntimeError):
    """The app said that its start-up or its shutdown failed; `__cause__` is why, if known."""


class Lifespan:
    """One run of an app's lifespan: an answer to start-up, later one to shutdown."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._events: Pipe[Event] = Pipe()
        # The answer to each phase: None if it is complete, else why it failed.
        self.startup: asyncio.Future[str | None] = loop.create_future()
        self.shutdown: asyncio.Future[str | None] = loop.create_future()
        self.raised: BaseException | None = None
        self._events.put({"type": "lifespan.startup"})

    async def receive(self) -> Event:
        """Give the app its next event."""
        return await self._events.get()

    async def send(self, event: Event) -> None:
        """Take an answer from the app."""
        _, _, phase = event["type"].partition(".")
        name, _, outcome = phase.partition(".")
        asked = self.shutdown if self.startup.done() else self.startup
        wanted = "shutdown" if self.startup.done() else "startup"
        if asked.done() or name != wanted or outcome not in ("complete", "failed"):
            raise refuse(event, f"lifespan.{wanted}.complete", f"lifespan.{wanted}.failed")
        failed = str(event.get("message", "")) if outcome == "failed" else None
        asked.set_result(failed)

    def ask_shutdown(self) -> None:
        """Tell the app to shut down."""
        self._events.put({"type": "lifespan.shutdown"})

    def app_ended(self, error: BaseException | None) -> BaseException | None:
        """Take note that the app returned or raised; return what is an error, and news.

        An app that raises or returns before it answered supports no lifespan, and needs none.
        """
        answered = self.startup.done()
        failed = any(phase.done() and phase.result() is not None for phase in self._phases)
        for phase in self._phases:
            if not phase.done():
                phase.set_result(None)
        if error is not None and not answered:
            logger.info("The app seems to support no lifespan: %r", error)
        if failed:
            self.raised = error
        return error if answered and not failed else None

    @property
    def _phases(self) -> tuple[asyncio.Future[str | None], asyncio.Future[str | None]]:
        return self.startup, self.shutdown
