"""What a crowd finds, and what it costs to watch it: opening, answers, the panel, a swap.

Run with ``python -m benchmarks.swarm``. Milliseconds are of this machine and this hour: a crowd and
its server want a core each, and whatever else runs there takes from both. So the swap is told
twice, in time that passed and in time that its thread had a processor.

- 1,000 clients over TCP come in three seconds: when the last was there, how long answers took, how
  many rows the log has, and how often a second a panel was told.
- 500 busy sockets: how long a swap takes beside a mere call on the server's loop.
- 1,000 clients over the transport in memory: what the app costs without a network.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of
from playground.stage import Stage
from playground.widgets.crowd import CrowdStrip

SWAPS = 6


class Echo(App):
    """Answers."""

    async def ws_echo(self, ws: Any) -> None:
        """Echo each message."""
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)


class Again(Echo):
    """Answers, as new code does."""


async def thousand(transport: Any) -> None:
    """Let a thousand clients come in three seconds, and talk for five."""
    lab = serve(Echo, name=f"thousand-{transport}", transport=transport)
    await lab.get("/")
    strip = next(each for each in lab.panel.children if isinstance(each, CrowdStrip))
    told: list[float] = []
    tell = strip.tell

    def noted(message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        told.append(time.perf_counter())
        tell(message, buffers)

    strip.tell = noted  # type: ignore[method-assign]
    strip.displayed()
    crowd = await lab.swarm("/echo", ramp=3, seconds=5)
    strip.close()
    print(f"{transport}: {crowd!r}")
    rate = len(told) / crowd.seconds
    print(f"  rows in the log: {lab.log.last}; the panel was told {rate:.1f} times a second\n")
    lab.stop()


async def swaps() -> None:
    """Swap under 500 sockets, each of which sends twice a second."""
    lab = serve(Echo, name="swaps")
    await lab.get("/")
    spent: list[float] = []
    part_with = Stage._part_with

    def measured(self: Stage, *args: Any) -> Any:
        began = time.thread_time()
        try:
            return part_with(self, *args)
        finally:
            spent.append((time.thread_time() - began) * 1e3)

    Stage._part_with = measured  # type: ignore[method-assign, assignment]
    crowd = asyncio.create_task(lab.swarm("/echo", clients=500, ramp=2, seconds=10, every=0.5))
    await asyncio.sleep(4)  # all are there by then
    passed, calls = [], []
    for number in range(SWAPS):
        await asyncio.sleep(0.6)
        calls.append(await _timed(partial(_called, lab)))
        code = (Again, Echo)[number % 2]
        passed.append(await _timed(partial(lab.swap, code)))
    Stage._part_with = part_with  # type: ignore[method-assign]
    print(f"a swap under 500 busy sockets: {_words(passed)} passed")
    print(f"  its thread's time with a processor: {_words(spent[-SWAPS:])}")
    print(f"  a mere call on the server's loop: {_words(calls)} passed")
    print(f"  load of the machine: {os.getloadavg()[0]:.1f}; {(await crowd).sentence()}\n")
    lab.stop()


def _called(lab: Lab) -> None:
    parts_of(lab).transport.call(asyncio.sleep(0), 30)


async def _timed(work: Any) -> float:
    began = time.perf_counter()
    await asyncio.to_thread(work)
    return (time.perf_counter() - began) * 1e3


def _words(times: list[float]) -> str:
    return f"{statistics.median(times):.1f} ms (longest {max(times):.1f})"


async def main() -> None:
    """Measure all of it."""
    await thousand("server")
    await swaps()
    await thousand("memory")


if __name__ == "__main__":
    asyncio.run(main())
