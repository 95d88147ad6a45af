"""What kept conversations cost a swap, and how soon after it the difference stands.

    python -m benchmarks.replay

Two clients say twenty messages each, and everybody hears all of them. Then the class is swapped
again and again, in turn with and without the conversation kept: the swap itself, the difference
after it, and beside it one plain test of the same conversation on an event loop of asyncio's own.
"""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import Any

from micropie import App, WebSocket
from micropie.testing import Client
from playground import Lab, serve

MESSAGES = 20
ROUNDS = 25


class Chat(App):
    """A chat in which everybody hears everybody."""

    says = ":"

    def __init__(self) -> None:
        super().__init__()
        self.people: list[WebSocket] = []

    async def ws_chat(self, ws: WebSocket, name: str) -> None:
        """Pass on what is said."""
        await ws.accept()
        self.people.append(ws)
        try:
            async for message in ws:
                for each in list(self.people):
                    await each.send_text(f"{name}{self.says} {message!s}")
        finally:
            self.people.remove(ws)


class Otherwise(Chat):
    """The same with one character changed."""

    says = ">"


async def talk(connect: Any) -> None:
    """Let two clients say twenty messages each, and hear them."""
    ann, bob = [await connect(name) for name in ("ann", "bob")]
    for number in range(MESSAGES):
        await ann.send(f"tea {number}")
        await bob.send(f"no {number}")
        for each in (ann, bob):
            await each.receive()
            await each.receive()


async def plain() -> float:
    """Return the seconds of a plain test of the conversation."""
    began = time.perf_counter()
    async with Client(Chat()) as client:
        await talk(lambda name: client.connect(f"/chat?name={name}"))
    return time.perf_counter() - began


async def rounds(lab: Lab) -> tuple[list[float], list[float]]:
    """Swap again and again; return the seconds of each swap, and until the difference stood."""
    swaps, stood = [], []
    for number in range(ROUNDS):
        began = time.perf_counter()
        lab.swap(Otherwise if number % 2 == 0 else Chat)
        swaps.append(time.perf_counter() - began)
        await lab.kept.ready(30)
        stood.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    return swaps, stood


async def measured() -> None:
    """Print what was measured."""
    lab = serve(Chat)
    await talk(lambda name: lab.connect(f"/chat?name={name}", client=name))
    tests = [await plain() for _ in range(ROUNDS)]
    without, _ = await rounds(lab)
    kept = lab.keep("talk")
    await lab.kept.ready(30)
    swaps, stood = await rounds(lab)
    assert kept.difference is not None
    lab.swap(Otherwise)
    await lab.kept.ready(30)
    print(f"kept: {lab.kept.counts}")
    rows = (
        ("swap, nothing kept", without), ("swap, kept", swaps), ("difference stands", stood),
        ("one plain test", tests),
    )  # fmt: skip
    for name, seconds in rows:
        print(f"{name:20} {median(seconds) * 1e3:7.2f} ms, fastest {min(seconds) * 1e3:6.2f} ms")
    print(f"swap kept : not kept = {median(swaps) / median(without):.2f}")
    print(f"difference : plain test = {median(stood) / median(tests):.1f}")
    lab.stop()


if __name__ == "__main__":
    asyncio.run(measured())
