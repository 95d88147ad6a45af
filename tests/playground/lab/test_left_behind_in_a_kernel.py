"""In a real kernel: a handler in `time.sleep` is left behind, and two cells say so at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.playground.kernels import Kernel
from tests.playground.lab_apps import TRANSPORTS

pytestmark = pytest.mark.live

BEGIN = """
import asyncio
from micropie import App
from playground import serve
from playground.lab import parts_of

def press_break_out():
    parts_of(lab).views.controls.break_out(lambda error, said: None)
"""
SITE = """import time
class Site(App):
    async def index(self): return "hello"
    async def slow(self):
        time.sleep(60)
"""
BLOCKED = (
    r"slow, In\[2\] line 5, has not awaited for \d+ s \(client notebook\); "
    r"lab\.break_out\(\) ends it, and so does new code\n"
)
LEFT = (
    r"slow, In\[2\] line 5, was left behind: it has not awaited for \d+ s \(client notebook\); "
    r"await asyncio\.sleep, or give what takes long to asyncio\.to_thread"
)


@pytest.fixture(params=TRANSPORTS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(BEGIN)
        kernel.run(SITE)
        kernel.run(f"lab = serve(Site, transport={request.param!r})\nawait lab.get('/')")
        yield kernel


def test_the_cell_that_waits_and_the_cell_of_the_handler_say_it(kernel: Kernel) -> None:
    cell = kernel.run(
        "waiting = asyncio.ensure_future(lab.get('/slow', timeout=1000))\n"
        "await lab.until('kind:lab blocked')\npress_break_out()\nawait waiting",
        check=False,
    )
    assert cell.error is not None
    assert cell.error["ename"] == "ConnectionError"
    assert re.fullmatch(LEFT, cell.error["evalue"])
    assert kernel.run("print((await lab.get('/')).text)").out == "hello\n"
    (home,) = (each for each in kernel.cells.values() if each.number == 2)
    kernel.until(lambda: "made anew" in home.err)
    assert re.fullmatch(rf"{BLOCKED}{LEFT}; the app was made anew\n", home.err)
