"""What an upstream costs a message, and what a swap does to both its legs.

Run with ``python -m benchmarks.upstream``. Client, lab and far side share one event loop, so that a
round trip is processor time and no switch between threads is in it. *Direct* is the same client
at the same far side without a lab; there are two WebSockets on the way through a lab, and one
without: with equal parts that alone is twice as much. What can be had with two is in two rows
(`relays`): *protocols alone* relays with neither a task nor a queue, and *a bare ASGI app* as an
app does, without a lab. All take turns in the same loop, in short rounds, of which the quarter
counts that was disturbed least. An *app of the lab's own* answers the same client itself, over one
WebSocket: who moves such an app elsewhere pays the difference.

``python -m benchmarks.upstream --messages 2000 --swaps 10`` runs less.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from statistics import fmean
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve as serve_websockets

from benchmarks import relays
from playground import Upstream, serve
from playground.lab import parts_of

TRIPS = 200


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
        for _ in range(20):
            await ws.send("warm")
            await ws.recv()
        began = time.thread_time()
        for number in range(count):
            await ws.send(f"message {number}")
            await ws.recv()
        return (time.thread_time() - began) / count * 1e6


async def own(scope: Any, receive: Any, send: Any) -> None:
    """Be an app that sends back what comes."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


def answering(far: str) -> Any:
    """Return an app that leads to nobody."""
    return own


VARIANTS: dict[str, tuple[Callable[[str], Any], bool]] = {
    "own app, not recorded": (answering, False),
    "own app, recorded": (answering, True),
    "led, not recorded": (Upstream, False),
    "led, recorded": (Upstream, True),
    "led, changed by a hook": (Upper, True),
}


async def in_one_loop(rounds: int) -> dict[str, tuple[float, float]]:
    """Return what a round trip takes on a lab's own loop, in microseconds and times direct."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, (make, recording) in VARIANTS.items():
        with socket.create_server(("127.0.0.1", 0)) as listening:
            far = f"ws://127.0.0.1:{listening.getsockname()[1]}"
            lab = serve(make(far), name=name)
            lab.log.recording = recording
            ways = {"direct": far, name: f"ws://127.0.0.1:{lab.port}"}
            turns = _in_turns(ways, listening, rounds)
            times = await parts_of(lab).transport.run(turns, None)
            took = {way: statistics.quantiles(each, n=4)[0] for way, each in times.items()}
            for way, each in took.items():
                found[way].append((each, each / took["direct"]))
            lab.stop()
    return {
        way: (fmean(a for a, _ in each), fmean(b for _, b in each)) for way, each in found.items()
    }


async def _in_turns(
    ways: dict[str, str], listening: socket.socket, rounds: int
) -> dict[str, list[float]]:
    """Return the rounds of each way to the far side, and of the two relays'."""
    far = ways["direct"]
    async with (
        serve_websockets(echo, sock=listening, compression=None),
        relays.protocols(far) as protocols,
        relays.app(far) as app,
    ):
        ways = {**ways, "protocols alone": protocols, "a bare ASGI app": app}
        found: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, url in ways.items():
                found[way].append(await round_trips(url, TRIPS))
    return found


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
    found = asyncio.run(in_one_loop(max(4, options.messages // 4000)))
    for name, (took, times) in found.items():
        beside = found[f"own app, {'not ' if 'not' in name else ''}recorded"][1]
        as_own = f", {times / beside:5.2f} × the lab's own app" if name.startswith("led") else ""
        print(f"{name:24} {took:7.1f} µs a round trip, {times:5.2f} × direct{as_own}")
    for name, value in asyncio.run(across_swaps(options.messages, options.swaps)).items():
        print(f"{name:24} {value:10.1f}")


if __name__ == "__main__":
    main()
