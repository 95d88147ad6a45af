"""The class's board on a real JupyterHub: how soon a result stands there, what it costs, who comes
back, and what is said of who is gone.

Run with ``python -m benchmarks.board --hub``. ``--kernels`` learners sit in ``--servers``
single-user servers; each joins by a kernel of its own. Pages keep the board up through the Hub's
proxy, one by the way of each server. It fails if somebody does not come back, or is gone and not
said to be; times are printed. Times are from the result of a check to the teacher's page.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import psutil
from websockets.exceptions import ConnectionClosed

from benchmarks.hub_class import CONFIG, HubClass, Kernel, class_on
from tests.notebooks.hub import jupyterhub

TEACHER: Final = """\
from playground import serve
from playground.classroom import Board

board = serve(Board, port=PORT)
print(board.app._key)
"""

LEARNER: Final = """\
from micropie import App
from playground import check, serve
from playground.classroom import join
from playground.classroom.desk import desk

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Echo)
"""

JOIN: Final = 'print(join("http://127.0.0.1:PORT", as_="NAME"))'

CHECK: Final = 'check("echo-upper", lab)'

# What is checked once is checked again by itself.
MENDED: Final = """\
class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())
"""

# When its result was there, by the clock that all processes of a machine share.
WHEN: Final = 'print(desk.standings.kept("echo-upper").since)'

# Seconds for what has to come about, and for what comes after a silence of the network.
PATIENCE: Final = 60.0
SILENCE: Final = 150.0


class Page:
    """What a page of the board is told, and when it was told each thing first."""

    def __init__(self, ws: Any) -> None:
        self.told: dict[str, Any] = {}
        self.seen: dict[tuple[str, str], float] = {}
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read(ws))

    async def _read(self, ws: Any) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in ws:
                self._hear(json.loads(text), time.monotonic())

    def _hear(self, said: dict[str, Any], now: float) -> None:
        self.told = said
        for each in said["learners"]:
            for cell in filter(None, each["cells"]):
                self.seen.setdefault((each["name"], cell["state"]), now)
        self._news.set()

    async def until(self, true: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until it was told something."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = f"the board said {self.told.get('headline')!r}, with {self.here}"
            raise AssertionError(told) from None

    @property
    def here(self) -> list[str]:
        """The names of those who are there."""
        return sorted(each["name"] for each in self.told.get("learners", ()) if not each["away"])

    def away(self, name: str) -> bool:
        """Return whether somebody is said not to be there."""
        learners = self.told.get("learners", ())
        return any(each["away"] for each in learners if each["name"] == name)


class Lesson:
    """A class that works, with its board.

    Attributes:
        names: What the learners are called.
        kernels: Theirs.
        teacher: The board's kernel.
    """

    def __init__(self, on_hub: HubClass, kernels: int, servers: int) -> None:
        self.names = [f"learner {number:02}" for number in range(1, kernels + 1)]
        self.users = [f"desk{number:02}" for number in range(1, servers + 1)]
        self.kernels: dict[str, Kernel] = {}
        self.teacher: Kernel
        self._hub, self._port = on_hub, _free_port()

    async def begin(self) -> None:
        """Begin servers and kernels, three at a time: what it takes to start is not measured."""
        await _three_at_a_time(map(self._hub.begin_server, ["teacher", *self.users]))
        self.teacher = await self._hub.begin_kernel("teacher")
        await _three_at_a_time(map(self._seat, range(len(self.names))))

    async def _seat(self, number: int) -> None:
        kernel = await self._hub.begin_kernel(self.users[number % len(self.users)])
        await kernel.run(LEARNER)
        self.kernels[self.names[number]] = kernel

    async def serve_board(self) -> str:
        """Serve the board; return its key."""
        return (await self.teacher.run(TEACHER.replace("PORT", str(self._port)))).strip()

    async def join(self) -> None:
        """Have everybody join."""
        for name, kernel in self.kernels.items():
            code = JOIN.replace("PORT", str(self._port)).replace("NAME", name)
            said = await kernel.run(code)
            assert said.startswith(f"On the board as {name}"), said

    def page(self, user: str, key: str = "") -> Any:
        """Open what keeps a page of the board up, by way of a user's own proxy."""
        return self._hub.page(user, self._port, key)

    def cost(self) -> dict[str, float]:
        """Return the seconds of a processor that each learner's kernel took until now."""
        return {name: _cost(kernel) for name, kernel in self.kernels.items()}


def _cost(kernel: Kernel) -> float:
    times = psutil.Process(kernel.pid).cpu_times()
    return float(times.user + times.system)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _three_at_a_time(what: Iterable[Any]) -> None:
    turn = asyncio.Semaphore(3)

    async def one(each: Any) -> None:
        async with turn:
            await each

    await asyncio.gather(*map(one, what))


async def at_rest(lesson: Lesson, seconds: float) -> tuple[list[float], float]:
    """Return the share of a core that each learner's kernel and the board's take, in percent."""
    before, own = lesson.cost(), _cost(lesson.teacher)
    await asyncio.sleep(seconds)
    after = lesson.cost()
    costs = [(after[name] - before[name]) / seconds * 100 for name in lesson.names]
    return costs, (_cost(lesson.teacher) - own) / seconds * 100


async def one_by_one(lesson: Lesson, page: Page) -> list[float]:
    """Have each learner check, one after the other; return the seconds from result to page."""
    for name, kernel in lesson.kernels.items():
        await kernel.run(CHECK)
        await page.until(lambda name=name: (name, "open") in page.seen)  # type: ignore[misc]
    return await _waits(lesson, page, "open")


async def all_at_once(lesson: Lesson, page: Page) -> list[float]:
    """Have all learners mend their code at the same moment; return the same."""
    await asyncio.gather(*(kernel.run(MENDED) for kernel in lesson.kernels.values()))
    await page.until(lambda: all((name, "done") in page.seen for name in lesson.names))
    return await _waits(lesson, page, "done")


async def _waits(lesson: Lesson, page: Page, state: str) -> list[float]:
    results = {name: float(await each.run(WHEN)) for name, each in lesson.kernels.items()}
    return [page.seen[name, state] - at for name, at in results.items()]


async def come_back(lesson: Lesson, seconds: float) -> tuple[float, float]:
    """Restart the teacher's kernel; return how long until it serves again, and all are back."""
    began = time.monotonic()
    await lesson.teacher.restart()
    key = await lesson.serve_board()
    served = time.monotonic()
    async with lesson.page("teacher", key) as ws:
        page = Page(ws)
        await page.until(lambda: page.here == lesson.names)
        back = time.monotonic()
        await page.until(lambda: page.told["done"] == len(lesson.names), seconds)
    return served - began, back - served


async def gone(lesson: Lesson, page: Page) -> None:
    """Have learners go in three ways, and print how long it takes until the board says so."""
    first, second, third = lesson.names[:3]
    frozen = psutil.Process(lesson.kernels[third].pid)

    async def said(name: str, way: str, began: float) -> None:
        await page.until(lambda: page.away(name), SILENCE)
        print(f"a learner is gone ({way}): said after {time.monotonic() - began:.1f} s")

    began = time.monotonic()
    psutil.Process(lesson.kernels[first].pid).kill()
    await said(first, "its process ended", began)
    began = time.monotonic()
    await lesson.kernels[second].end()
    await said(second, "its notebook closed", began)
    began = time.monotonic()
    frozen.suspend()
    try:
        await said(third, "it stands still", began)
    finally:
        frozen.resume()
    await page.until(lambda: third in page.here)


async def measure(on_hub: HubClass, kernels: int, servers: int, seconds: float) -> None:
    """Measure, and print a line for each claim."""
    lesson = Lesson(on_hub, kernels, servers)
    await lesson.begin()
    print(f"{kernels} kernels in {servers} servers, load {os.getloadavg()[0]:.1f}")
    key = await lesson.serve_board()
    before, _ = await at_rest(lesson, seconds)
    await lesson.join()
    async with contextlib.AsyncExitStack() as stack:
        page = Page(await stack.enter_async_context(lesson.page("teacher", key)))
        for user in lesson.users:
            Page(await stack.enter_async_context(lesson.page(user)))
        await page.until(lambda: page.here == lesson.names)
        print(_said("result to board, one by one", await one_by_one(lesson, page), "s"))
        own = _cost(lesson.teacher)
        print(_said("result to board, all at once", await all_at_once(lesson, page), "s"))
        print(
            f"  of a processor the board's kernel took {_cost(lesson.teacher) - own:.2f} s for it"
        )
        costs, board = await at_rest(lesson, seconds)
    print(_said("a kernel at rest that has not joined, of a core", before, "%"))
    print(_said("a kernel at rest that has joined, of a core", costs, "%"))
    print(f"the board's kernel at rest, with {servers + 1} pages open: {board:.2f} % of a core")
    served, back = await come_back(lesson, PATIENCE)
    print(f"teacher restarted: serves after {served:.1f} s, all {kernels} back {back:.1f} s later")
    key = await lesson.serve_board()
    async with lesson.page("teacher", key) as ws:
        page = Page(ws)
        await page.until(lambda: page.here == lesson.names)
        await gone(lesson, page)


def _said(what: str, values: list[float], unit: str) -> str:
    return f"{what}: median {statistics.median(values):.2f} {unit}, worst {max(values):.2f} {unit}"


async def _on(hub: Any, kernels: int, servers: int, seconds: float) -> None:
    async with class_on(hub) as on_hub:
        await measure(on_hub, kernels, servers, seconds)


def run(kernels: int, servers: int, seconds: float) -> None:
    """Begin a Hub and measure on it."""
    # Servers that end may still write to their homes.
    home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with home as folder, jupyterhub(Path(folder), CONFIG) as hub:
        asyncio.run(_on(hub, kernels, servers, seconds))
