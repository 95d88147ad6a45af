"""A filter that is typed or run holds up nobody, in a real kernel with a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.playground.kernels import Kernel

pytestmark = pytest.mark.live

SERVED = """
import random, threading, urllib.request
from micropie import App
from playground import serve

class Site(App):
    async def index(self):
        return "hi"

    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)

lab = serve(Site)
alice = await lab.connect("/echo", client="alice")
chance = random.Random(1)
costly = ["".join(chance.choices("ab", k=20_000)) for _ in range(200)]
for text in ("a" * 34 + "b", "word " * 20_000, *costly):
    await alice.send(text)
    await alice.receive()
table = lab.traffic
table.heard_hello({"kind": "hello", "view": "v", "since": 0}, [])

def find(number, query):
    table.heard_find({"view": "v", "search": number, "query": query, "context": None}, [])

def answered():
    return urllib.request.urlopen(f"http://127.0.0.1:{lab.port}/", timeout=20).read()
"""

TYPED = ("/(.*a){12}c/", "/(.*error){3}/", r"/(a|aa)+$|\\s+!/", "/(a|b)*a(a|b){150}x/")


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(SERVED)
        yield kernel


@pytest.mark.parametrize("query", TYPED)
def test_while_the_panel_looks_cells_sockets_and_pages_go_on(kernel: Kernel, query: str) -> None:
    kernel.run(f"find({TYPED.index(query) + 1}, {query!r})")
    cell = kernel.run('await alice.send("more"); (await alice.receive(), answered())')
    assert cell.value == "('more', b'hi')"


def test_interrupt_ends_a_filter_that_a_cell_runs_while_others_are_answered(kernel: Kernel) -> None:
    kernel.run("find(9, '')")
    cell = kernel.start(
        "threading.Timer(0.5, lambda: print('answered', answered())).start()\n"
        "while True:\n"
        "    lab.log.filter('/(a|b)*a(a|b){150}x/')"
    )
    kernel.until(lambda: "answered b'hi'" in kernel.cells[cell].streams["stdout"])
    kernel.manager.interrupt_kernel()
    kernel.finish(cell)
    error = kernel.cells[cell].error
    assert error is not None
    assert error["ename"] == "KeyboardInterrupt"
