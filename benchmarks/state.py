"""What seeing the app's state costs a message, beside the same lab that does not see it.

Run with ``python -m benchmarks.state``. An app with ten rooms of eight members answers one client;
so does one that changes a room with each message. Short windows with and without take turns on one
lab, and the quietest quarter of the rounds counts: a machine that others use makes all of a round
slow. Messages go one at a time, and 25 at a time. One at a time, client and app wait for each other
on two threads, and whatever an app does longer has them wait otherwise: so two rows say what else
would cost as much.

- by hand: the handler itself copies the rooms, compares the copies and writes a list of what came
  and went. It keeps everybody alive that it has seen, and knows no cause, line, bound or picture.
- 10 µs, 20 µs: the handler does so much plain work, and nothing is seen.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of
from playground.sight.doings import NOBODY

ROOMS = 10
MEMBERS = 8
MESSAGES = 150
ROUNDS = 40
AT_ONCE = (1, 25)
MANY = 100_000

T = TypeVar("T")
Rooms = dict[str, frozenset[Any]]


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

    async def ws_by_hand(self, ws: Any) -> None:
        """Do so too, and see what changes."""
        await ws.accept()
        room, rows = self.rooms["room0"], []
        before = self.copied()
        async for message in ws:
            (room.discard if ws in room else room.add)(ws)
            now = self.copied()
            if now != before:
                rows.append((time.time(), differences(before, now)))
            before = now
            await ws.send_text(message)
            now = self.copied()
            if now != before:
                before = now

    def copied(self) -> Rooms:
        """Return who is where."""
        return {name: frozenset(room) for name, room in self.rooms.items()}

    async def ws_work(self, ws: Any, microseconds: float) -> None:
        """Answer after so much work."""
        await ws.accept()
        turns = range(int(float(microseconds) / turn_takes()))
        async for message in ws:
            for _ in turns:
                pass
            await ws.send_text(message)


def differences(before: Rooms, now: Rooms) -> list[str]:
    """Return who has come and gone."""
    found = []
    for name, room in now.items():
        found += [f"- rooms.{name}: {id(each)}" for each in before[name] - room]
        found += [f"+ rooms.{name}: {id(each)}" for each in room - before[name]]
    return found


@cache
def turn_takes() -> float:
    """Return how many microseconds an empty loop takes a turn, at best."""

    def once() -> float:
        began = time.perf_counter()
        for _ in range(10_000):
            pass
        return (time.perf_counter() - began) / 10_000 * 1e6

    return min(once() for _ in range(100))


async def filled(transport: str) -> Lab:
    """Return a lab with all members there."""
    lab = serve(Chat, name=f"state-{transport}", transport=transport)  # type: ignore[arg-type]
    for room in range(ROOMS):
        for member in range(MEMBERS):
            await lab.connect(f"/member/room{room}", client=f"m{room}-{member}")
    return lab


async def each(client: Any, at_once: int) -> float:
    """Return microseconds of CPU time, of client and app, for a message and its answer."""
    began = time.process_time()
    for _ in range(MESSAGES // at_once):
        for _ in range(at_once):
            await client.send("hi")
        for _ in range(at_once):
            await client.receive()
    return (time.process_time() - began) / MESSAGES * 1e6


async def compare(transport: str, path: str, others: dict[str, str]) -> None:
    """Print what a message costs without and with, and what others cost without.

    Args:
        transport: The lab's.
        path: Where both are measured.
        others: What else is measured beside it: where, by what it is called.
    """
    lab = await filled(transport)
    paths = {"off": path, "seen": path, **others}
    clients = {name: await lab.connect(where, client=name) for name, where in paths.items()}
    for at_once in AT_ONCE:
        rounds = []
        for _ in range(ROUNDS):
            found = []
            for name, client in clients.items():
                lab.see(*["rooms"] if name == "seen" else [])
                found.append(await each(client, at_once))
            rounds.append(found)
        quiet = sorted(rounds, key=sum)[: ROUNDS // 4]
        off = statistics.median(each[0] for each in quiet)
        print(f"{transport:6} {path:7} {at_once:2} at once: {off:4.0f} µs", end="")
        for place, name in enumerate(paths):
            if place:
                ratio = statistics.median(each[place] / each[0] for each in quiet)
                print(f"; {name} {ratio:.2f} ×", end="")
        print(flush=True)
    lab.stop()


async def on_its_loop(lab: Lab, function: Callable[[], T]) -> T:
    """Return what a function returns on the app's own thread, which alone looks at its state."""

    async def call() -> T:
        return function()

    runner = parts_of(lab).transport.runner()
    assert runner is not None
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call(), runner.loop))


async def a_look() -> None:
    """Print what one look costs, and what one does that sees a change."""
    lab = await filled("memory")
    lab.see("rooms")
    state, room, member = parts_of(lab).seeing._state, lab.app.rooms["room0"], Member()

    def look() -> None:
        state.look(lambda: NOBODY)

    def change() -> None:
        (room.discard if member in room else room.add)(member)
        look()

    for name, does in (("a look", look), ("a change", change)):
        found = [await on_its_loop(lab, partial(taken, does)) for _ in range(ROUNDS)]
        took = statistics.quantiles(found, n=4)[0]
        print(f"{name} in {ROOMS} rooms of {MEMBERS}: {took:.1f} µs")
    lab.stop()


def taken(function: Callable[[], object]) -> float:
    """Return how many microseconds of CPU time a function takes."""
    began = time.thread_time()
    for _ in range(MESSAGES):
        function()
    return (time.thread_time() - began) / MESSAGES * 1e6


async def many() -> None:
    """Print how much memory very many changes take."""
    lab = await filled("memory")
    lab.see("rooms")
    state, room, member = parts_of(lab).seeing._state, lab.app.rooms["room0"], Member()

    def change() -> None:
        for _ in range(MANY // 100):
            (room.discard if member in room else room.add)(member)
            state.look(lambda: NOBODY)

    before = _resident()
    for _ in range(100):
        await on_its_loop(lab, change)
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
        await compare(transport, "/echo", {"10 µs": "/work/10", "20 µs": "/work/20"})
        await compare(transport, "/change", {"by hand": "/by_hand"})
    await many()


if __name__ == "__main__":
    asyncio.run(main())
