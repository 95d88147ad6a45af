"""What fuzzing finds, how soon and how small, and what a plain test of the same app finds.

    python -m benchmarks.fuzzing

Each of the fourteen faults of the tests has what is usual as its log: a plain test has that
conversation a hundred times, on an event loop of asyncio's own; fuzzing has three seconds. Both
have the same app, in the same run. The seconds of fuzzing are a processor's: until it is found and
made small. With it stands what is found in the repairs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Any

from micropie import App
from micropie.listing import routes
from micropie.testing import Client
from micropie.testing.one_order import Watch
from playground.fuzzing import Finding
from playground.fuzzing.hunt import Bounds, Hunt
from playground.fuzzing.trial import PATIENCE, Trial
from playground.fuzzing.usual import Usual, usual
from playground.traffic.log import Log
from tests.playground.fuzzing.fuzz_faults import FAULTS, Fault

PLAYS = 100
SECONDS = 3.0


def usual_of(fault: Fault, app: type[App]) -> list[Usual]:
    """Return what is usual at its routes, as if a log had seen it."""
    return [
        each._replace(
            addresses=(fault.path or each.addresses[0],),
            messages=fault.said or each.messages,
            is_seen=bool(fault.said),
        )
        for each in usual(Log(), routes(app))
    ]


async def once(app: type[App], route: Usual) -> bool:
    """Have the usual conversation as a plain test does; return whether something is wrong."""
    client = Client(app(), timeout=0.2)
    try:
        async with client:
            for act in route.visit("ada"):
                if act.kind == "connects":
                    socket = await client.connect(act.address)
                elif act.kind == "sends":
                    await socket.send(act.what)
                    await socket.receive()
                elif act.kind == "asks":
                    assert (await client.get(act.address)).status < 400
                else:
                    await socket.close()
            return bool(client.errors)
    except Exception:
        return True


def plain(fault: Fault) -> tuple[int, float]:
    """Return in how many of a hundred plays something is wrong, and the seconds for one."""
    route = usual_of(fault, fault.faulty)[0]
    began = time.perf_counter()
    found = sum(asyncio.run(once(fault.faulty, route)) for _ in range(PLAYS))
    return found, (time.perf_counter() - began) / PLAYS


class Timed(Hunt):
    """A hunt that notes when each thing was found, made small, in seconds of a processor."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.began = time.process_time()
        self.found: dict[Any, float] = {}

    def _catch(self, key: Any, visit: Any, *, small: bool) -> None:
        super()._catch(key, visit, small=small)
        self.found[key] = time.process_time() - self.began


def fuzzed(fault: Fault, app: type[App], seconds: float) -> tuple[Timed, list[Finding]]:
    """Return what a hunt of so many seconds finds."""
    known = usual_of(fault, app)
    with Watch(PATIENCE) as watch:
        hunt = Timed(Trial(app, lambda file: None, watch), known, Bounds(seconds, 10_000, 1, False))
        hunt.run()
    return hunt, [Finding(each, known, app) for each in hunt.caught]


def main() -> None:
    """Print what was measured."""
    import hypothesis  # noqa: F401 - its import is no part of what is measured

    logging.disable(logging.CRITICAL)
    print(f"{'fault':18} {'a plain test':>22} {'fuzzing':>36} {'in its repair':>24}")
    for name, fault in FAULTS.items():
        with contextlib.redirect_stdout(None):
            failed, each = plain(fault)
        hunt, found = fuzzed(fault, fault.faulty, SECONDS)
        meant = [one for one in found if fault.says in one.why]
        said = "nothing"
        if meant:
            caught = next(one for one in hunt.caught if one.at == meant[0].at)
            took = hunt.found[caught.key]
            said = f"{took:.2f} s, {len(meant[0].acts)} acts, {meant[0].severity}"
        mended, other = fuzzed(fault, fault.repaired, SECONDS)
        repair = f"{len(other)} in {mended.made:,} conversations"
        print(f"{name:18} {failed:3} of {PLAYS}, {1000 * each:5.1f} ms {said:>32} {repair:>28}")


if __name__ == "__main__":
    main()
