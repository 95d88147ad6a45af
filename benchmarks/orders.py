"""How many orders of a conversation are tried in a second, and what they show that a test does not.

    python -m benchmarks.orders

Three clients say three things each in a room: orders played in a second. Then the twelve faults of
the tests: each is looked for by playing its script again and again as a plain test does, on an
event loop of asyncio's own, and by `explore`. Both have the same script, in the same run.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from micropie.testing import Client, explore
from tests.micropie.testing.order_faults import FAULTS, Fault, SetCopied

PLAYS = 100


async def three_times_three(client: Any) -> None:
    """Let three clients say three things each, hear three, and leave."""

    async def one(name: str) -> None:
        socket = await client.connect(f"/chat?name={name}")
        for number in range(3):
            await socket.send(f"{name} {number}")
        for _ in range(3):
            await socket.receive()
        await socket.close()

    await asyncio.gather(*map(one, ("ada", "bob", "cleo")))


async def once(fault: Fault) -> bool:
    """Play a script as a plain test does; return whether something is wrong."""
    app = fault.faulty()
    client = Client(app, timeout=0.2)
    try:
        async with client:
            await asyncio.wait_for(fault.script(client), 0.3)
            await asyncio.sleep(0)
            wrong = fault.invariant is not None and not fault.invariant(app)
            return wrong or bool(client.errors)
    except Exception:
        return True


def plain(fault: Fault) -> tuple[int, float]:
    """Return in how many of a hundred plays something is wrong, and the seconds for one."""
    began = time.perf_counter()
    found = sum(asyncio.run(once(fault)) for _ in range(PLAYS))
    return found, (time.perf_counter() - began) / PLAYS


def rate(app: Callable[[], Any], runs: int = 400) -> float:
    """Return how many orders are played in a second of a processor."""
    began = time.process_time()
    tried = explore(app, three_times_three, runs=runs, seconds=60)
    return tried.runs / (time.process_time() - began)


def main() -> None:
    """Print what was measured."""
    logging.disable(logging.CRITICAL)
    print(
        f"3 clients, 3 messages each: {max(rate(SetCopied) for _ in range(3)):.0f} orders a second"
    )
    print(f"\n{'fault':18} {'a plain test':>22} {'explore':>34}")
    for name, fault in FAULTS.items():
        with contextlib.redirect_stdout(None):
            failed, each = plain(fault)
        began = time.perf_counter()
        found = explore(fault.faulty, fault.script, invariant=fault.invariant, seconds=2)
        took = time.perf_counter() - began
        same = sum(again.why == found.why for again in (found.replay() for _ in range(20)))
        said = f"order {found.runs}, {found.deviations} departures" if found else "nothing"
        print(
            f"{name:18} {failed:3} of {PLAYS}, {1000 * each:5.1f} ms "
            f"{said:>24}, {1000 * took:4.0f} ms, {same} of 20 again"
        )


if __name__ == "__main__":
    main()
