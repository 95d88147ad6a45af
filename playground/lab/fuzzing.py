"""Breaking a lab's app on purpose: apart from the stage, beside the cells."""

from __future__ import annotations

import contextlib
import secrets
import sys
import time
from importlib.util import find_spec
from typing import Any, Final

from micropie.testing.one_order import Watch
from micropie.testing.search import check_seconds
from playground.clients.pool import ClientPool
from playground.fuzzing import Finding, Findings
from playground.fuzzing.conversations import check
from playground.fuzzing.hunt import Bounds, Hunt
from playground.fuzzing.trial import PATIENCE, Trial
from playground.fuzzing.usual import usual
from playground.lab.code import Code
from playground.live.drafts import instance_of
from playground.live.foreign import routes_of
from playground.live.staging import Staging
from playground.notebook import kernel
from playground.replays.beside import beside
from playground.replays.outside import made_anew
from playground.traffic.log import Log

# Conversations, at most: by the seconds there are fewer.
EXAMPLES: Final = 10_000

# Seeds that nobody gave.
_SEEDS: Final = 10_000


class Fuzzing:
    """Has conversations that nobody would have with the code on stage, and never on stage.

    Args:
        log: What was seen of its messages.
        staging: Knows the code on stage.
        pool: Sees that new code is there.
        code: Says when it is.
    """

    def __init__(self, log: Log, staging: Staging, pool: ClientPool, code: Code) -> None:
        self._log = log
        self._staging = staging
        self._pool = pool
        self._code = code

    async def fuzz(
        self,
        route: str,
        seconds: float,
        seed: int | None,
        orders: bool,
        examples: int = EXAMPLES,
    ) -> Findings:
        """Hunt for what goes wrong; see `Lab.fuzz`."""
        _check(route, seconds, seed)
        await _load()
        check()
        await self._pool.ready()
        await self._code.settled()
        served = made_anew(self._staging.served)
        routes = usual(self._log.filter(""), routes_of(self._staging.app), route)
        seed = secrets.randbelow(_SEEDS) if seed is None else seed
        bounds = Bounds(seconds, examples, seed, orders)
        revision = self._staging.revision

        def hunt() -> Findings:
            began = time.perf_counter()
            with Watch(PATIENCE) as watch:
                trial = Trial(lambda: instance_of(served), kernel.place_of, watch, revision)
                hunted = Hunt(trial, routes, bounds)
                hunted.run()
            found = [Finding(each, routes, served) for each in hunted.caught]
            took = time.perf_counter() - began
            return Findings(found, covered(hunted, route, seed, took), seed, list(hunted.said))

        return await beside(hunt, seconds)


def covered(hunt: Hunt, route: str, seed: int, seconds: float) -> str:
    """Return what was tried, as a sentence."""
    if hunt.refused:
        return f"No conversation was had: {hunt.refused}."
    where = f" at {route}" if route else ""
    which = f"{hunt.made:,} conversations{where} in {seconds:.1f} s (seed={seed})"
    count = len(hunt.caught)
    if not count:
        return f"{which}: nothing is wrong in these."
    return f"{which}: {count} {'thing is' if count == 1 else 'things are'} wrong."


async def _load() -> None:
    """Have the page fetch hypothesis from the site that it comes from, if that has it."""
    if sys.platform == "emscripten" and find_spec("hypothesis") is None:
        import pyodide_js  # type: ignore[import-not-found]

        with contextlib.suppress(Exception):
            await pyodide_js.loadPackage("hypothesis")


def _check(route: Any, seconds: Any, seed: Any) -> None:
    if not isinstance(route, str):
        raise TypeError(f'expected a route as text, got {route!r}; write lab.fuzz("/chat")')
    check_seconds(seconds, "3 is usual")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise TypeError(f"expected seed as a whole number, got {seed!r}; seed=1, for one")
    if seed is not None and seed < 0:
        raise ValueError(f"expected seed as a number from 0, got {seed!r}; seed=1, for one")
