"""What seeing the app's state costs a message, beside the same lab that does not see it.

Run with ``python -m benchmarks.state``. An app with ten rooms of eight members answers one client;
so does one that changes a room with each message. Rounds with and without take turns on one lab.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import time
from pathlib import Path
from typing import Any

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of

ROOMS = 10
MEMBERS = 8
MESSAGES = 1_000
ROUNDS = 5
MANY = 100_000


class Chat(App):
    """Rooms that are full from the start."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, set[Any]] = {f"room{each}": set() for each in range(ROOMS)}
        self.count = 0

    async def ws_member(self, ws: Any, room: str) -> None:
        """Be there."""
        await ws.accept()
        self.rooms[room].add(ws)
        async for _ in ws:
            pass

    async def ws_echo(self, ws: Any) -> None:
        """Answer."""
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)

    async def ws_change(self, ws: Any) -> None:
        """Join or leave a room with each message, and answer."""
        await ws.accept()
        room = self.rooms["room0"]
        async for message in ws:
            (room.discard if ws in room else room.add)(ws)
            await ws.send_text(message)


async def filled(transport: str) -> Lab:
    """Return a lab with all members there."""
    lab = serve(Chat, name=f"state-{transport}", transport=transport)  # type: ignore[arg-type]
    for room in range(ROOMS):
        for member in range(MEMBERS):
            await lab.connect(f"/member/room{room}", client=f"m{room}-{member}")
    return lab


async def each(client: Any, count: int = MESSAGES) -> float:
    """Return microseconds of CPU time, of client and app, for a message and its answer."""
    began = time.process_time()
    for _ in range(count):
        await client.send("hi")
        await client.receive()
    return (time.process_time() - began) / count * 1e6


async def compare(transport: str, path: str) -> None:
    """Print what a message costs with and without."""
    lab = await filled(transport)
    client = await lab.connect(path, client="asker")
    await each(client)
    off, on = [], []
    for _ in range(ROUNDS):
        lab.see()
        off.append(await each(client))
        lab.see("rooms")
        on.append(await each(client))
    ratio = statistics.median(b / a for a, b in zip(off, on, strict=True))
    before, after = statistics.median(off), statistics.median(on)
    print(f"{transport:7} {path:8} {before:6.0f} → {after:6.0f} µs, {ratio:.2f} ×")
    lab.stop()


async def a_look() -> None:
    """Print what one look costs where nothing has changed."""
    lab = await filled("memory")
    lab.see("rooms")
    state = parts_of(lab).seeing._state
    began = time.process_time()
    for _ in range(MESSAGES):
        state.ticks()
    took = (time.process_time() - began) / MESSAGES * 1e6
    print(f"a look at {ROOMS} rooms of {MEMBERS}: {took:.1f} µs")
    lab.stop()


async def many() -> None:
    """Print how much memory very many changes take."""
    lab = await filled("memory")
    lab.see("rooms")
    state, room, member = parts_of(lab).seeing._state, lab.app.rooms["room0"], Member()
    before = _resident()
    for _ in range(MANY):
        (room.discard if member in room else room.add)(member)
        state.ticks()
    used, states = _resident() - before, len(lab.log.filter("kind:state"))
    held, most = lab.log.bytes / 1e6, lab.log.max_bytes / 1e6
    print(f"{MANY:,} changes, {states:,} kept: {used:.1f} MB; log {held:.1f} of {most:.1f} MB")
    lab.stop()


class Member:
    """Comes and goes."""


def _resident() -> float:
    """Return the megabytes of memory that the process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def main() -> None:
    """Measure all of it."""
    await a_look()
    for transport in ("memory", "server"):
        for path in ("/echo", "/change"):
            await compare(transport, path)
    await many()


if __name__ == "__main__":
    asyncio.run(main())
