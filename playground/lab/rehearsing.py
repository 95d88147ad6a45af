"""A lab's rehearsals: the code on stage once more, with nobody else there."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from playground.clients.pool import ClientPool
from playground.lab.code import Code
from playground.live.drafts import instance_of
from playground.live.staging import STARTUP_DEADLINE, Staging
from playground.recorder import doing
from playground.stage import Stage
from playground.stage.rehearsals import REHEARSAL_HEADER, Rehearsals
from playground.transports import Transport

# Seconds in which the visitors of a rehearsal have to be gone.
_PATIENCE: Final = 3.0


class Rehearsing:
    """Plays a lab's app apart from its own clients.

    Args:
        staging: Knows the code on stage.
        rehearsals: Lead a rehearsal's requests to a stage of its own.
        transport: How its clients reach it.
        pool: The lab's own clients; those of a rehearsal get the same advice.
        code: Says when the code that is to be played is there.
        tell: Writes a sentence into the log.
    """

    def __init__(
        self,
        staging: Staging,
        rehearsals: Rehearsals,
        transport: Transport,
        pool: ClientPool,
        code: Code,
        tell: Callable[[str], object],
    ) -> None:
        self._staging = staging
        self._rehearsals = rehearsals
        self._transport = transport
        self._pool = pool
        self._code = code
        self._tell = tell

    @contextlib.asynccontextmanager
    async def rehearse(self) -> AsyncIterator[ClientPool]:
        """Make the app anew and have visitors to it alone, over the lab's transport and recorder.

        An instance or a foreign ASGI app can't be made anew: then it is the app on stage itself.
        Call it where the app lives.

        Yields:
            Its visitors. They are closed at the end.

        Raises:
            StartupFailed: If the app does not start.
        """
        await self._pool.ready()
        await self._code.settled()
        async with self._stage_apart() as headers:
            visitors = ClientPool(
                self._transport, _at_once, self._pool.reasons, self._pool.naming, headers=headers
            )
            try:
                yield visitors
            finally:
                await _see_off(visitors)

    @contextlib.asynccontextmanager
    async def _stage_apart(self) -> AsyncIterator[dict[str, str]]:
        """Have an instance of its own on a stage of its own; yield the headers that lead there."""
        if not isinstance(self._staging.served, type):
            yield {}
            return
        stage = Stage(deadline=STARTUP_DEADLINE, on_trouble=self._tell, context_variable=doing)
        instance = await self._made()
        await stage.swap(instance, revision=self._staging.revision)
        secret = self._rehearsals.begin(stage)
        try:
            yield {REHEARSAL_HEADER.decode(): secret}
        finally:
            self._rehearsals.end(secret)
            stage.close_all("the check is over")
            await stage.clear()

    async def _made(self) -> Any:
        """Make an instance; where there are threads, a slow constructor holds up nobody."""
        served = self._staging.served
        if sys.platform == "emscripten":
            return instance_of(served)
        return await asyncio.to_thread(instance_of, served)


async def _at_once(timeout: float | None = None) -> None:
    """Wait for nothing: what is rehearsed is chosen already."""


async def _see_off(visitors: ClientPool) -> None:
    leaving = [asyncio.create_task(each.close()) for each in visitors.clients.values()]
    if leaving:
        await asyncio.wait(leaving, timeout=_PATIENCE)
    for task in leaving:
        task.cancel()
