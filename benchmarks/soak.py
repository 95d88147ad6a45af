"""A soak: hundreds of clients connect, talk and vanish; what do they leave behind?

    python -m benchmarks.soak --seconds 60

It serves an `App` with uvicorn in a process of its own, sends crowds of clients, and after each
crowd, when all of them are gone, asks the server what it holds. It fails if after the last crowd
there is a task, a file descriptor, an open WebSocket, an error in the log or noticeably more memory
than after the first.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.soak_clients import Visitor

# What belongs to the server at rest must be the same again; what memory holds may wander a little.
SAME = ("tasks", "files", "sockets")
# Objects that may come with a crowd and stay for a while: sessions, threads, caches that fill up.
MORE_OBJECTS = 1500
# The allocator keeps pages that a crowd has used; this much more than after the first is a leak.
MORE_KILOBYTES = 8 * 1024
COLUMNS = ("clients", *SAME, "sessions", "objects", "kilobytes", "errors")


@contextlib.contextmanager
def server(http: str, ws: str) -> Iterator[int]:
    """Serve in a process of its own; give the port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    site = Path(__file__).with_name("soak_site.py")
    command = [sys.executable, str(site), str(listening.fileno()), http, ws]
    process = subprocess.Popen(command, pass_fds=[listening.fileno()])
    try:
        yield listening.getsockname()[1]
    finally:
        process.terminate()
        process.wait(10)
        listening.close()


async def state(port: int) -> dict[str, Any]:
    """Ask the server what it holds."""
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/state")
    held: dict[str, Any] = answer.json()
    return held


async def at_rest(port: int, like: dict[str, Any] | None) -> dict[str, Any]:
    """Wait until the server has let go of its clients, or does not any more."""
    # A body that never comes is waited for half a second, a WebSocket's last word for ten.
    deadline = time.monotonic() + 15
    held = await state(port)
    while like is not None and any(held[name] > like[name] for name in SAME):
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(0.05)
        held = await state(port)
    return held


async def crowd(visitors: list[Visitor], seconds: float) -> collections.Counter[str]:
    """Let a crowd of clients in for a while; count what they did."""
    until = time.monotonic() + seconds
    done = await asyncio.gather(*[visitor.stay(until) for visitor in visitors])
    return collections.Counter(itertools.chain.from_iterable(done))


def row(cells: tuple[Any, ...]) -> str:
    return "".join(f"{cell:>11}" for cell in cells)


def complaints(first: dict[str, Any], last: dict[str, Any]) -> list[str]:
    """Say in words what the clients have left behind."""
    said = [
        f"{last[name] - first[name]} more {name} than before"
        for name in SAME
        if last[name] > first[name]
    ]
    if last["errors"]:
        said += [f"{last['errors']} errors in the log, the last of them:", *last["last_errors"]]
    if last["objects"] > first["objects"] + MORE_OBJECTS:
        said.append(f"{last['objects'] - first['objects']} more objects than after the first crowd")
    if last["kilobytes"] > first["kilobytes"] + MORE_KILOBYTES:
        said.append(f"{last['kilobytes'] - first['kilobytes']} kB more than after the first crowd")
    return said


async def soak(port: int, seconds: float, size: int, rounds: int) -> list[str]:
    """Send crowds, print what is left after each, and say what is wrong."""
    total: collections.Counter[str] = collections.Counter()
    first: dict[str, Any] | None = None
    empty = await at_rest(port, None)
    print(row(COLUMNS))
    print(row(("none", *(empty[name] for name in COLUMNS[1:]))))
    held = empty
    visitors = [Visitor(port, seed) for seed in range(size)]
    for _ in range(rounds):
        done = await crowd(visitors, seconds / rounds)
        total += done
        held = await at_rest(port, empty)
        print(row((done.total(), *(held[name] for name in COLUMNS[1:]))), flush=True)
        first = first or {**held, **{name: empty[name] for name in SAME}}
    print(
        f"{total.total()} clients: " + ", ".join(f"{n} {what}" for what, n in sorted(total.items()))
    )
    return complaints(first or empty, held)


def main() -> int:
    """Run a soak; 1 if something was left behind."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long it takes, about")
    parser.add_argument("--clients", type=int, default=200, help="how many at the same time")
    parser.add_argument("--rounds", type=int, default=6, help="how many crowds, one after another")
    parser.add_argument("--http", default="httptools", help="uvicorn's HTTP protocol")
    parser.add_argument("--ws", default="websockets-sansio", help="uvicorn's WebSocket protocol")
    options = parser.parse_args()
    with server(options.http, options.ws) as port:
        said = asyncio.run(soak(port, options.seconds, options.clients, options.rounds))
    print("\n".join(said) or "nothing was left behind")
    return bool(said)


if __name__ == "__main__":
    sys.exit(main())
