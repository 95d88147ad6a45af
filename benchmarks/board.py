"""How soon a result stands on the class's board, and what a joined kernel costs, with 30 of them.

Run with ``python -m benchmarks.board``. Each learner is a process with a lab, a check and a line of
its own, as a kernel has; the board is in this one, with a page's watcher on it. The time runs from
the moment a learner's check has its result to the moment the page is told. ``--kernels 5
--seconds 3`` runs less. With ``--hub`` all of it is on a real JupyterHub; see `board_on_hub`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from playground import Lab, serve
from playground.classroom import Board

LEARNER = """\
import os, sys, time
from micropie import App
from playground import check, classroom, serve

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text("Echo: " + message)

lab = serve(Echo)
joined = classroom.join(sys.argv[1], as_=sys.argv[2])
print("joined", flush=True)
sys.stdin.readline()
check("echo-upper", lab)
print(time.time(), flush=True)
sys.stdin.readline()
before = time.process_time()
time.sleep(float(sys.argv[3]))
print(time.process_time() - before, flush=True)
"""

Learner = subprocess.Popen[str]


def begun(board: Lab, count: int, seconds: float) -> list[Learner]:
    """Start learners, three at a time: what it takes to start is not measured."""
    learners: list[Learner] = []
    for number in range(count):
        command = [sys.executable, "-c", LEARNER, board.local_url, f"bob {number}", str(seconds)]
        pipe = subprocess.PIPE
        learners.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
        if len(learners) >= 3:
            _said(learners[-3])
    for each in learners[-2:]:
        _said(each)
    return learners


def _said(learner: Learner) -> str:
    assert learner.stdout is not None
    return learner.stdout.readline()


def _go(learner: Learner) -> None:
    assert learner.stdin is not None
    learner.stdin.write("\n")
    learner.stdin.flush()


async def shown(ws: ClientConnection, name: str) -> float:
    """Return when the page was told of a learner's result, as `time.time` says it."""
    while True:
        state = json.loads(await ws.recv())
        if any(each["name"] == name and any(each["cells"]) for each in state["learners"]):
            return time.time()


async def results(board: Lab, learners: list[Learner]) -> list[float]:
    """Have each learner check once, one after the other; return the seconds to the page."""
    url = f"{board.local_url.replace('http', 'ws')}watch"
    key = Subprotocol(f"bearer.{board.app._key}")
    waits = []
    async with connect(url, proxy=None, subprotocols=[key]) as ws:
        for number, each in enumerate(learners):
            _go(each)
            at = await shown(ws, f"bob {number}")
            waits.append(at - float(await asyncio.to_thread(_said, each)))
    return waits


def at_rest(learners: list[Learner], seconds: float) -> tuple[float, list[float]]:
    """Return the share of a core that the board takes, and those of the learners, in percent."""
    before = time.process_time()
    for each in learners:
        _go(each)
    costs = [float(_said(each)) / seconds * 100 for each in learners]
    return (time.process_time() - before) / seconds * 100, costs


def main() -> None:
    """Measure, and print a line for each claim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernels", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--hub", action="store_true")
    parser.add_argument("--servers", type=int, default=6)
    given = parser.parse_args()
    if given.hub:
        from benchmarks import board_on_hub

        board_on_hub.run(given.kernels, given.servers, given.seconds)
    else:
        on_this_machine(given.kernels, given.seconds)


def on_this_machine(kernels: int, seconds: float) -> None:
    """Measure with a process for each learner."""
    board = serve(Board)
    learners = begun(board, kernels, seconds)
    try:
        waits = asyncio.run(results(board, learners))
        own, costs = at_rest(learners, seconds)
    finally:
        for each in learners:
            each.kill()
            each.wait()
    print(f"{kernels} kernels, load {os.getloadavg()[0]:.1f}")
    told = f"median {statistics.median(waits):.2f} s, worst {max(waits):.2f} s"
    print(f"a result stands on the board: {told} (bar 1 s)")
    told = f"median {statistics.median(costs):.2f} %, worst {max(costs):.2f} %"
    print(f"a joined kernel at rest, of a core: {told} (bar 1 %)")
    print(f"the board's kernel at rest, with a page open: {own:.2f} %")


if __name__ == "__main__":
    main()
