"""Run an app's start-up before it gets requests, and its shutdown after the last one.

ASGI lifespan, version 2.0. An app that does not speak it is served without.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, Final

# Seconds that a start-up or shutdown has to end once it is cancelled.
TIDY: Final = 1.0

in_lifespan: Final[ContextVar[bool]] = ContextVar("playground_in_lifespan", default=False)
"""Whether an app's start-up or shutdown runs here, or what it has begun."""

ASGIApp = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


class StartupFailed(RuntimeError):
    """An app could not start; the exception that stopped it is the ``__cause__``, if known."""


class Lifespan:
    """Run one app's start-up and shutdown handlers.

    Args:
        app: The app.
        deadline: Seconds that either may take.
    """

    def __init__(self, app: ASGIApp, deadline: float = 10.0) -> None:
        self.app = app
        self.deadline = deadline
        self.state: dict[str, Any] = {}
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._answer: asyncio.Future[str | None]
        self._errors: list[BaseException] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run the start-up handlers.

        Raises:
            StartupFailed: If one raised, or they took longer than `deadline`.
        """
        task = self._task = asyncio.create_task(self._run())
        try:
            failure = await self._ask("lifespan.startup")
        except BaseException:  # nobody waits for it any more
            task.cancel()
            raise
        if failure is not None:
            self._task = None
            late = not self._answer.done()
            raise StartupFailed(failure) from (await _stopped(task) if late else self.error())

    def error(self) -> BaseException | None:
        """Return what start-up or shutdown has raised, whichever ran last."""
        return self._errors[0] if self._errors else None

    async def stop(self) -> str | None:
        """Run the shutdown handlers; return what went wrong, if anything, as a sentence."""
        if self._task is None or self._task.done():
            return None
        self._errors.clear()
        failure = await self._ask("lifespan.shutdown")
        self._task.cancel()
        await asyncio.wait({self._task}, timeout=TIDY)
        return failure

    async def _ask(self, event: str) -> str | None:
        self._answer = asyncio.get_running_loop().create_future()
        self._to_app.put_nowait({"type": event})
        done, _ = await asyncio.wait({self._answer}, timeout=self.deadline)
        if not done:
            return (
                f"{event.partition('.')[2]} did not finish within {self.deadline:g} s; "
                "what goes on for ever belongs into asyncio.create_task"
            )
        return self._answer.result()

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
            "micropie.error_hook": self._note_error,
        }
        in_lifespan.set(True)
        failure: str | None = None
        try:
            await self.app(scope, self._to_app.get, self._hear)
        except Exception:
            pass  # by ASGI's rules: an app that raises here does not support lifespan
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            # No rule has an app say so with `SystemExit`, which would leave the task, and end the
            # event loop.
            self._errors.append(error)
            failure = f"{type(error).__name__}: {_words_of(error)}"
        finally:
            if not self._answer.done():
                self._answer.set_result(failure)

    def _note_error(self, error: BaseException, request: object = None) -> bool:
        self._errors.append(error)
        return True  # it becomes the cause of what `start` raises

    async def _hear(self, event: MutableMapping[str, Any]) -> None:
        kind = event["type"]
        if self._answer.done():
            return
        if kind.endswith(".complete"):
            self._answer.set_result(None)
        elif kind.endswith(".failed"):
            self._answer.set_result(event.get("message") or "the app gave no reason")


def _words_of(error: BaseException) -> str:
    try:
        return str(error)[:1000]
    except BaseException:  # it fails to say anything
        return ""


async def _stopped(task: asyncio.Task[None]) -> BaseException | None:
    """Cancel what is late; return an error whose traceback says where it waited, if it ends."""
    task.cancel()
    await asyncio.wait({task}, timeout=TIDY)
    if task.cancelled():
        try:
            task.result()
        except asyncio.CancelledError as where:
            return TimeoutError("this is where it waited").with_traceback(where.__traceback__)
    return None
