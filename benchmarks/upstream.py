"""What an upstream costs a message, and what a swap does to both its legs.

Run with ``python -m benchmarks.upstream``. Client, lab and far side share one event loop, so that a
round trip is processor time and no switch between threads is in it. *Direct* is the same client
at the same far side without a lab; there are two WebSockets on the way through a lab, and one
without, so that a proxy which did nothing else would come out at 2.

``python -m benchmarks.upstream --messages 2000 --swaps 10`` runs less.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import time
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve as serve_websockets

from playground import Upstream, serve
from playground.lab import parts_of

ROUNDS = 5


class Upper(Upstream):
    """Changes what the far side sends."""

    async def from_server(self, message: Any, client: str) -> Any:
        """Say it loud."""
        return message.upper()


async def echo(ws: Any) -> None:
    """Send back what comes."""
    async for message in ws:
        await ws.send(message)


async def round_trips(url: str, count: int) -> float:
    """Return the microseconds of processor time that a round trip takes."""
    async with connect(url, proxy=None, compression=None) as ws:
        for _ in range(200):
            await ws.send("warm")
            await ws.recv()
        began = time.thread_time()
        for number in range(count):
            await ws.send(f"message {number}")
            await ws.recv()
        return (time.thread_time() - began) / count * 1e6


VARIANTS: dict[str, tuple[type[Upstream], bool]] = {
    "led, not recorded": (Upstream, False),
    "led, recorded": (Upstream, True),
    "led, changed by a hook": (Upper, True),
}


async def in_one_loop(count: int) -> dict[str, float]:
    """Return round trips with everything on a lab's own loop; medians of rounds that take turns."""
    found: dict[str, list[float]] = {"direct": []}
    for name, (kind, recording) in VARIANTS.items():
        with socket.create_server(("127.0.0.1", 0)) as listening:
            far = f"ws://127.0.0.1:{listening.getsockname()[1]}"
            lab = serve(kind(far), name=name)
            lab.log.recording = recording

            async def rounds(far: str, led: str, listening: socket.socket) -> list[list[float]]:
                async with serve_websockets(echo, sock=listening, compression=None):
                    return [
                        [await round_trips(url, count) for url in (far, led)] for _ in range(ROUNDS)
                    ]

            led = f"ws://127.0.0.1:{lab.port}"
            times = await parts_of(lab).transport.run(rounds(far, led, listening), None)
            found["direct"] += [direct for direct, _ in times]
            found[name] = [through for _, through in times]
            lab.stop()
    return {name: statistics.median(times) for name, times in found.items()}


async def across_swaps(messages: int, swaps: int, clients: int = 10) -> dict[str, float]:
    """Return what became of messages of clients that talk on while the code is swapped."""
    came, lost, twice, waits = 0, 0, 0, []

    async def talk(ws: Any) -> None:
        nonlocal came
        came += 1
        await echo(ws)

    async with serve_websockets(talk, "127.0.0.1", 0) as server:
        far = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        lab = serve(Upper(far), name="swapped")
        sockets = [await connect(f"ws://127.0.0.1:{lab.port}", proxy=None) for _ in range(clients)]
        each = messages // clients

        async def speak(ws: Any) -> list[str]:
            heard = []
            for number in range(each):
                await ws.send(f"n {number}")
                heard.append(await ws.recv())
            return heard

        began = time.perf_counter()
        talks = asyncio.gather(*map(speak, sockets))
        for number in range(swaps):
            start = time.perf_counter()
            await asyncio.to_thread(lab.swap, type("Upper", (Upper,), {"n": number})(far))
            waits.append(time.perf_counter() - start)
            await asyncio.sleep(0)
        for heard in await talks:
            lost += each - len(set(heard))
            twice += len(heard) - len(set(heard))
        took = time.perf_counter() - began
        for ws in sockets:
            await ws.close()
    return {
        "messages/s": messages / took,
        "lost": lost,
        "twice": twice,
        "far connections": came,
        "swap, ms": statistics.median(waits) * 1e3,
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--swaps", type=int, default=100)
    options = parser.parse_args()
    found = asyncio.run(in_one_loop(max(500, options.messages // 50)))
    for name, took in found.items():
        print(f"{name:24} {took:7.1f} µs a round trip, {took / found['direct']:5.2f} × direct")
    for name, value in asyncio.run(across_swaps(options.messages, options.swaps)).items():
        print(f"{name:24} {value:10.1f}")


if __name__ == "__main__":
    main()
