"""Trying a lab's app in every order, on instances of its own, beside the cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from micropie.testing.search import Bounds, check_bounds
from playground.clients.pool import ClientPool
from playground.lab.code import Code
from playground.lab.proved import proved
from playground.lab.reasons import LogReasons
from playground.live.drafts import instance_of
from playground.live.staging import Staging
from playground.notebook import kernel
from playground.replays.beside import beside
from playground.replays.explored import Explored
from playground.replays.orders import Player, Script
from playground.replays.outside import made_anew

# Orders, at most: by the seconds there are fewer.
_RUNS = 100_000


class Exploring:
    """Plays scripts against the code on stage, and never on stage.

    Args:
        staging: Knows the code on stage.
        pool: Sees that new code is there.
        code: Says when it is.
    """

    def __init__(self, staging: Staging, pool: ClientPool, code: Code) -> None:
        self._staging = staging
        self._pool = pool
        self._code = code

    async def explore(self, script: Script, deviations: int, seconds: float) -> Explored:
        """Play it in every order; see `Lab.explore`."""
        check_bounds(deviations, _RUNS, seconds)
        await self._pool.ready()
        await self._code.settled()
        served = made_anew(self._staging.served)
        player = Player(_maker(served), kernel.place_of, LogReasons, self._staging.revision)
        bounds = Bounds(deviations, _RUNS, seconds)
        seen = await beside(lambda: player.explore(script, bounds), seconds)
        seen.log.sources = lambda: proved(self._staging.revisions)
        return Explored(seen, player, script, served)


def _maker(served: type) -> Callable[[], Any]:
    return lambda: instance_of(served)
