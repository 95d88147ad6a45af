"""A lab's rehearsals: the code on stage once more, with nobody else there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

from playground.lab.ground import STARTUP_DEADLINE
from playground.lab.visits import Visits
from playground.live.programme import instance_of
from playground.rehearsals import REHEARSAL_HEADER
from playground.stage import Stage
from playground.visitors import Visitors

# Seconds in which the visitors of a rehearsal have to be gone.
_PATIENCE: Final = 3.0


class Rehearsing(Visits):
    """A lab whose app can be played apart from its own clients."""

    @contextlib.asynccontextmanager
    async def rehearse(self) -> AsyncIterator[Visitors]:
        """Make the app anew and have visitors to it alone, over the lab's transport and recorder.

        An instance or a foreign ASGI app can't be made anew: then it is the app on stage itself.
        Call it where the app lives.

        Yields:
            Its visitors. They are closed at the end.

        Raises:
            StartupFailed: If the app does not start.
        """
        await self._visitors.ready()
        async with self._stage_apart() as headers:
            visitors = Visitors(self._transport, _at_once, self._advice, headers=headers)
            try:
                yield visitors
            finally:
                await _see_off(visitors)

    @contextlib.asynccontextmanager
    async def _stage_apart(self) -> AsyncIterator[dict[str, str]]:
        """Have an instance of its own on a stage of its own; yield the headers that lead there."""
        if not isinstance(self._programme.served, type):
            yield {}
            return
        stage = Stage(deadline=STARTUP_DEADLINE, on_trouble=self.tell, carried=self._stage.carried)
        instance = await self._made()
        await stage.swap(instance, revision=self.revision)
        number = self._rehearsals.begin(stage)
        try:
            yield {REHEARSAL_HEADER.decode(): number}
        finally:
            self._rehearsals.end(number)
            stage.send_home("the check is over")
            await stage.clear()

    async def _made(self) -> Any:
        """Make an instance; where there are threads, a slow constructor holds up nobody."""
        served = self._programme.served
        if self._transport.name == "memory":
            return instance_of(served)
        return await asyncio.to_thread(instance_of, served)


async def _at_once() -> None:
    """Wait for nothing: what is rehearsed is chosen already."""


async def _see_off(visitors: Visitors) -> None:
    leaving = [asyncio.create_task(each.close()) for each in visitors.clients.values()]
    if leaving:
        await asyncio.wait(leaving, timeout=_PATIENCE)
    for task in leaving:
        task.cancel()
