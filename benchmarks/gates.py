"""What gates cost: delayed links, a paused handler beside others, and a message with nothing set.

Run with ``python -m benchmarks.gates``, or with some of ``links pause nothing order held``. Each
figure of cost is a ratio of runs that take turns in the same process: a machine that is busy makes
both slow.

- 200 clients on delayed links, ten messages a second together: share of one core, beside the same
  without a rule.
- 50 clients of whom one is paused: the 99th percentile of the others' round trips, beside the same
  without a pause; and of their processor time. Short windows take turns; of each kind the best
  quarter of windows bounds what is shown, and without is measured twice: what those two say of each
  other is noise.
- 10,000 messages each way on a link with jitter: how many come out of their order.
- What a held link takes of a client that goes on sending, small messages and large: how many, and
  the memory that they take up, until the sender waits.
- An echo after a rule was set and ended, beside one in a lab that never had one.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import time
import tracemalloc
from typing import Any

from micropie import App
from playground import Lab, serve

CLIENTS = 200
SECONDS = 4.0
TRIPS = 60
PAUSES = 24
MESSAGES = 10_000


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

    A window is a few round trips of all 49 at once; three kinds of them take turns, in an order
    that turns: without, paused, and without again. Where others use the machine, a window in which
    a thread had to wait for a core says nothing of us, and there are more of those than not.
    """
    lab = serve(Echo, name=f"pause {transport}", transport=transport)
    clients = await crowd(lab, 50)
    await trips(clients)
    kinds = ["plain", "paused", "again"]
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    for _ in range(PAUSES):
        for kind in kinds:
            found[kind].append(await window(lab, clients, kind == "paused"))
        kinds.append(kinds.pop(0))
    lab.stop()
    best = {
        kind: [statistics.quantiles(each, n=4)[0] for each in zip(*windows, strict=True)]
        for kind, windows in found.items()
    }
    slower, used = (
        f"{2 * paused / (plain + again):.2f} × (without, once more: {again / plain:.2f} ×)"
        for plain, paused, again in zip(best["plain"], best["paused"], best["again"], strict=True)
    )
    print(f"{transport}: p99 of 49 others while one is paused: {slower}; processor time {used}")


async def window(lab: Lab, clients: list[Any], paused: bool) -> tuple[float, float]:
    """Return the 99th percentile of all round trips but the first client's, and processor time."""
    point = lab.break_at("client:c0") if paused else None
    if point is not None:
        await clients[0].send("stop")
        await lab.paused()
    began = time.process_time()
    found = await trips(clients[1:])
    took = time.process_time() - began
    if point is not None:
        point.remove()
        await clients[0].receive()
    return p99(found), took


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


async def order(transport: Any) -> None:
    """Print whether messages keep their order in bad weather."""
    lab = serve(Echo, name=f"order {transport}", transport=transport, max_entries=10 * MESSAGES)
    (client,) = await crowd(lab, 1)
    began, heard = time.perf_counter(), list[int]()
    with lab.network(delay=0.02, jitter=0.02, seed=1):

        async def speak() -> None:
            for number in range(MESSAGES):
                await client.send(str(number), timeout=60)

        speaking = asyncio.create_task(speak())
        while len(heard) < MESSAGES:
            heard.append(int(await client.receive(timeout=60)))
        await speaking
    wrong = sum(number != place for place, number in enumerate(heard))
    seconds = time.perf_counter() - began
    lab.stop()
    print(f"{transport}: {MESSAGES:,} messages with jitter both ways, {wrong} out of order, "
          f"{seconds:.0f} s")  # fmt: skip


async def held(transport: Any) -> None:
    """Print what a held link takes before its sender waits."""
    for size in (1, 10_000):
        lab = serve(Echo, name=f"held {transport}", transport=transport)
        lab.log.recording = False
        (client,) = await crowd(lab, 1)
        lab.network.hold("c0", "to app")
        tracemalloc.start()
        before, sent = tracemalloc.get_traced_memory()[0], 0
        with contextlib.suppress(TimeoutError):
            while True:
                await client.send("x" * size, timeout=2)
                sent += 1
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        print(f"{transport}: of messages of {size:,} bytes a client could send {sent:,}, "
              f"{grown / 2**20:.1f} MiB more; {lab.network}")  # fmt: skip
        lab.network.calm()
        lab.stop()


def main() -> None:
    """Print the figures; of those named on the command line, or all."""
    measures = {"links": links, "pause": pause, "nothing": nothing, "order": order, "held": held}
    for transport in ("memory", "server"):
        for name in sys.argv[1:] or measures:
            asyncio.run(measures[name](transport))


if __name__ == "__main__":
    main()
