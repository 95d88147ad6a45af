"""A kernel in which one wrong program after another runs, and how each has ended.

A program is some cells: a right class that is served, the wrong class, what a learner does then, a
look at what others see, the mended class, and a look at it. They are all sent at once, as by one
who runs a notebook; the kernel runs one after another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.chaos.programs import LINE, Program
from tests.playground.kernels import Cell, Kernel

# What a whole program may take, its lab's start included; each wait within it is shorter.
DEADLINE = 25.0
# What others may wait: beside any mistake, and beside a loop that is blocked.
OTHERS = 1.0
OTHERS_OF_A_BLOCKED_LOOP = 3.0

PRELUDE = """
import argparse, asyncio, builtins, contextlib, json, logging, os, sys, threading, time
import micropie
from micropie import App, ConnectionClosed, HttpMiddleware, WebSocketMiddleware
from playground import serve
from playground.checks import Play, check, exercise
from IPython.display import publish_display_data
from playground.transports import sockets
_ready = threading.Thread(target=sockets.get_ready)  # what the first request waits for
_ready.start()
_ready.join()

async def _within(seconds, wanted, ask):
    end = time.monotonic() + seconds
    while (got := await ask()) != wanted and time.monotonic() < end:
        await asyncio.sleep(0.01)
    return got

async def _others(lab, other, seconds):
    try:
        async with asyncio.timeout(seconds):
            page = (await lab.get("/", timeout=seconds)).status
            await other.send("still here", timeout=seconds)
            return [page, await other.receive(timeout=seconds)]
    except BaseException as error:
        return [repr(error)]

def _tell(**found):
    publish_display_data({"application/json": found})
"""
RIGHT = """
class {name}(App):
    async def index(self): return "{says}"
    async def ws_say(self, ws):
        await ws.accept()
        async for message in ws: await ws.send_text(message)
"""
BEGIN = """
_lab = lab = serve({name}, transport={transport!r})
_other = await lab.connect("/say", client="other")
"""
LOOK = "_tell(others=await _others(_lab, _other, {seconds}))"
MENDED = """
async def _page(): return (await _lab.get("/", timeout=2)).text
async def _word():
    client = await _lab.connect("/say", timeout=2)
    await client.send("hi", timeout=2)
    return await client.receive(timeout=2)
_tell(mended=[await _within(3, "mended", _page), await _word(), _lab.running],
      rows=[[e.kind, str(e.where), str(e.data), str(e.note)] for e in _lab.log])
_lab.stop()
"""


class Ending(NamedTuple):
    """How a program ended.

    Attributes:
        others: What a page and another's socket answered afterwards.
        mended: What page and socket of the mended class answered, and whether the lab runs.
        line: The wrong line, as the log names it; "" if the program has none.
        log: What the log has, a line for each entry.
        told: All that stands under its cells.
    """

    others: list[Any]
    mended: list[Any]
    line: str
    log: str
    told: str

    @property
    def names_the_line(self) -> bool:
        """Whether the log, or what stands under a cell, has the wrong line."""
        said = self.line.replace(":", " line ")
        told = self.log + self.told
        return not self.line or self.line in told or said in told or LINE in self.told


class Ground:
    """A kernel for one wrong program after another; where one has died, the next has another.

    Args:
        transport: How clients reach the labs.
    """

    def __init__(self, transport: str) -> None:
        self._transport = transport
        self._kernel: Kernel | None = None
        self._count = 0

    def close(self) -> None:
        """Let the kernel go."""
        if self._kernel is not None:
            self._kernel.__exit__(None, None, None)
            self._kernel = None

    def run(self, program: Program) -> Ending:
        """Run a program to its end.

        Raises:
            AssertionError: If the kernel has died, or is held up.
        """
        try:
            return self._run(self._started(), program)
        except BaseException:
            self.close()  # what holds this kernel up is not the next program's
            raise

    def _started(self) -> Kernel:
        if self._kernel is None:
            self._kernel = Kernel()
            self._kernel.__enter__()
            self._kernel.run(PRELUDE)
        return self._kernel

    def _run(self, kernel: Kernel, program: Program) -> Ending:
        self._count += 1
        name = f"Case{self._count}"
        wrong = program.wrong.replace("{name}", name)
        seconds = OTHERS_OF_A_BLOCKED_LOOP if program.blocks else OTHERS
        codes = [
            RIGHT.format(name=name, says="right")
            + BEGIN.format(name=name, transport=self._transport),
            wrong,
            program.then.replace("{name}", name),
            LOOK.format(seconds=seconds),
            RIGHT.format(name=name, says="mended"),
            MENDED,
        ]
        cells = [kernel.cells[kernel.start(code, stop_on_error=False)] for code in codes]
        kernel.until(lambda: cells[-1].idle, DEADLINE)
        found: dict[str, Any] = {}
        for cell in cells:
            for display in cell.displays:
                found |= display.get("application/json", {})
        log = "\n".join(" ".join(row) for row in found.get("rows", []))
        kernel.until(lambda: program.says in log + told(cells), 5.0)
        line = _line(cells[1], wrong)
        return Ending(found.get("others", []), found.get("mended", []), line, log, told(cells))


def check(ending: Ending) -> None:
    """Check that others were served, the line is named, and the mended class is in force."""
    assert ending.others == [200, "still here"], ending.told
    assert ending.names_the_line, ending.log + ending.told
    assert ending.mended == ["mended", "hi", True], ending.told


def told(cells: list[Cell]) -> str:
    """Return all that stands under some cells."""
    parts = []
    for cell in cells:
        parts += [cell.out, cell.err, *((cell.error or {}).get("traceback", []))]
        parts += [str(cell.result["text/plain"])] if cell.result else []
        parts += [str(display.get("text/plain", "")) for display in cell.displays]
    return "\n".join(parts)


def _line(cell: Cell, code: str) -> str:
    lines = code.splitlines()
    found = [number for number, line in enumerate(lines, 1) if LINE in line]
    return f"In[{cell.number}]:{found[0]}" if found else ""
