"""What gates cost: delayed links, a paused handler beside others, and a message with nothing set.

Run with ``python -m benchmarks.gates``, or with some of ``links pause nothing``. Each figure is a
ratio of runs that take turns in the same process: a machine that is busy makes both slow.

- 200 clients on delayed links, ten messages a second together: share of one core, beside the same
  without a rule.
- 50 clients of whom one is paused: the 99th percentile of the others' round trips, beside the same
  without a pause; and of their processor time.
- An echo after a rule was set and ended, beside one in a lab that never had one.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from typing import Any

from micropie import App
from playground import Lab, serve

CLIENTS = 200
SECONDS = 4.0
TRIPS = 40
ROUNDS = 5


class Echo(App):
    """Answers."""

    async def ws_echo(self, ws: Any) -> None:
        """Echo each message."""
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)


async def crowd(lab: Lab, number: int) -> list[Any]:
    """Connect so many clients."""
    return [await lab.connect("/echo", client=f"c{each}") for each in range(number)]


async def share(clients: list[Any]) -> float:
    """Return the share of a core that a crowd takes that says ten messages a second together."""
    began, cpu = time.perf_counter(), time.process_time()
    number = 0
    while time.perf_counter() - began < SECONDS:
        client = clients[number % len(clients)]
        await client.send("hi")
        number += 1
        await asyncio.sleep(0.1)
    return (time.process_time() - cpu) / (time.perf_counter() - began)


async def trips(clients: list[Any]) -> list[float]:
    """Return how long each round trip took, of all clients at once."""
    found: list[float] = []

    async def talk(client: Any) -> None:
        for _ in range(TRIPS):
            began = time.perf_counter()
            await client.send("hi")
            await client.receive(timeout=60)
            found.append(time.perf_counter() - began)

    await asyncio.gather(*map(talk, clients))
    return found


def p99(found: list[float]) -> float:
    """Return the 99th percentile."""
    return statistics.quantiles(found, n=100)[98]


async def links(transport: Any) -> None:
    """Print what 200 delayed links cost."""
    lab = serve(Echo, name=f"links {transport}", transport=transport)
    clients = await crowd(lab, CLIENTS)
    plain = await share(clients)
    with lab.network(delay=0.2, jitter=0.1, seed=1):
        delayed = await share(clients)
    lab.stop()
    print(
        f"{transport}: {CLIENTS} delayed links take {delayed:.1%} of a core, {plain:.1%} without "
        f"a rule: {delayed - plain:+.1%}"
    )


async def pause(transport: Any) -> None:
    """Print what a paused handler costs the others.

    Rounds take turns: without, paused, and without again, so that a machine that becomes busy does
    so for all three. How far the two without differ says how much of the ratio is noise; processor
    time says what is ours.
    """
    lab = serve(Echo, name=f"pause {transport}", transport=transport)
    clients = await crowd(lab, 50)
    await trips(clients)
    took: dict[str, list[float]] = {"without": [], "paused": [], "again": []}
    used = dict.fromkeys(took, 0.0)
    for _ in range(ROUNDS):
        for name in took:
            point = lab.break_at("client:c0") if name == "paused" else None
            if point:
                await clients[0].send("stop")
                await lab.paused()
            began = time.process_time()
            took[name] += await trips(clients[1:])
            used[name] += time.process_time() - began
            if point:
                point.remove()
                await clients[0].receive()
    lab.stop()
    plain = p99(took["without"] + took["again"])
    print(
        f"{transport}: p99 of 49 others while one is paused: {p99(took['paused']) / plain:.2f} × "
        f"(without, once more: {p99(took['again']) / p99(took['without']):.2f} ×); processor time "
        f"{used['paused'] * 2 / (used['without'] + used['again']):.2f} ×"
    )


async def nothing(transport: Any) -> None:
    """Print what an echo costs with nothing set, after something was."""
    fresh = serve(Echo, name=f"fresh {transport}", transport=transport)
    used = serve(Echo, name=f"used {transport}", transport=transport)
    (one,), (other,) = await crowd(fresh, 1), await crowd(used, 1)
    with used.network(delay=0.001):
        await trips([other])
    used.break_at("client:c0").remove()
    ratios = []
    for _ in range(9):
        before, after = await trips([one] * 1), await trips([other] * 1)
        ratios.append(statistics.median(after) / statistics.median(before))
    fresh.stop()
    used.stop()
    print(f"{transport}: an echo once all rules have ended: {statistics.median(ratios):.2f} ×")


def main() -> None:
    """Print the figures; of those named on the command line, or all."""
    measures = {"links": links, "pause": pause, "nothing": nothing}
    for transport in ("memory", "server"):
        for name in sys.argv[1:] or measures:
            asyncio.run(measures[name](transport))


if __name__ == "__main__":
    main()
