"""What a swap does to open sockets: messages lost, answered twice or out of order, and the wait.

Run with ``python -m benchmarks.handover``: 100,000 messages from 20 clients across 100 swaps, for
each transport and each thing that a swap can do with sockets. The clients' handlers have different
habits: they wait in `receive`, push on a timer, await something else, spawn tasks, swallow their
cancellation … A model says what is right: every answer, in order, each once, from code that never
gets older. Of sockets that are closed it says that whatever a handler took was answered.

``python -m benchmarks.handover --messages 2000 --swaps 10 --seed 3 --transport memory`` runs less.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from typing import Any

from benchmarks.handover_crowd import DEADLINE, Figures, converse
from micropie import App
from playground import serve
from playground.clients.client import Client


class Deaf(App):
    """Never reads."""

    async def ws_deaf(self, ws: Any) -> None:
        """Accept, and wait."""
        await ws.accept()
        await asyncio.Event().wait()


async def flood(transport: Any, swaps: int) -> tuple[int, int]:
    """Return how many KiB a client could send to a handler that reads none: at once, and at last.

    The code is swapped meanwhile; where messages were read ahead each swap would take some more.
    """
    lab = serve(Deaf, name=f"flood {transport}", transport=transport, max_bytes=1 << 30)
    sent = 0

    async def send(client: Client) -> None:
        nonlocal sent
        while True:
            await client.send(b"x" * 65536, timeout=DEADLINE)
            sent += 64

    async def calm() -> int:
        before = -1
        while before != sent:
            before = sent
            await asyncio.sleep(0.2)
        return sent

    try:
        await lab.get("/")
        sender = asyncio.create_task(send(await lab.connect("/deaf")))
        first = await calm()
        for number in range(swaps):
            done = lab.swap(type("Deaf", (Deaf,), {"revision": number}))
            if not isinstance(done, int):
                await done
        last = await calm()
        sender.cancel()
        return first, last
    finally:
        lab.stop()


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--messages", type=int, default=100_000)
    options.add_argument("--swaps", type=int, default=100)
    options.add_argument("--clients", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--weather", action="store_true", help="delay and jitter every message")
    options.add_argument("--transport", choices=("memory", "server"))
    given = options.parse_args()
    for transport in [given.transport] if given.transport else ["memory", "server"]:
        # What is in flight when a socket is closed is lost, and no handler has taken it.
        for on_swap in ("handover", "keep") if given.weather else ("handover", "close", "keep"):
            run = converse(
                transport,
                on_swap,
                given.messages,
                given.swaps,
                given.clients,
                given.seed,
                weather=given.weather,
            )
            tell(f"{transport}, {on_swap}", asyncio.run(run), given.swaps)
        first, last = asyncio.run(flood(transport, given.swaps))
        print(f"{transport}, a handler that reads none: {first} KiB sent, {last} KiB after swaps")


def tell(name: str, figures: Figures, swaps: int) -> None:
    """Print what came of a run."""
    unheard = figures.said - figures.heard
    lost = f"{unheard} on their way when a socket closed" if "close" in name else f"{unheard} lost"
    told = (
        f"{name}: {figures.said} messages, {swaps} swaps, {figures.said / figures.seconds:.0f}/s; "
        f"{lost}, {len(figures.wrong)} against the model"
    )
    if "handover" in name:
        waits = sorted(wait for each in figures.waits.values() for wait in each)
        typical, longest = statistics.median(waits) * 1e3, waits[-1] * 1e3
        told += f"; new code answers after {typical:.0f} ms, at most {longest:.0f} ms"
    print("\n    ".join([told, *figures.wrong[:10]]))


if __name__ == "__main__":
    main()
