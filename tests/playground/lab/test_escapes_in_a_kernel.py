"""What ends a program, in a real kernel: it lives, the old code serves, and the cell says why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.playground.kernels import Cell, Kernel
from tests.playground.lab_apps import TRANSPORTS

pytestmark = pytest.mark.live

BEGIN = """
import argparse, asyncio, sys
from micropie import App
from playground import serve

class Site(App):
    async def index(self): return "first"
    async def ends(self): exit()
    async def soon(self): asyncio.get_running_loop().call_soon(self.leave)
    def leave(self): sys.exit("bye")
    async def ws_say(self, ws):
        await ws.accept()
        async for message in ws:
            if message == "quit": quit()
            await ws.send_text(message)
"""
NO_END = "A handler does not end the server"

# How a class that is defined anew may be wrong, and what stands under its cell.
WRONG = {
    "argparse in a constructor": """
class Site(App):
    def __init__(self):
        super().__init__()
        self.given = argparse.ArgumentParser().parse_args(["--port", "80"])
    async def index(self): return "wrong"
""",
    "exit() in a constructor": """
class Site(App):
    def __init__(self):
        super().__init__()
        exit()
    async def index(self): return "wrong"
""",
    "sys.exit() as it starts": """
class Site(App):
    def __init__(self):
        super().__init__()
        self.startup_handlers.append(self.up)
    async def up(self): sys.exit(3)
    async def index(self): return "wrong"
""",
}
RIGHT = """
class Site(App):
    async def index(self): return "mended"
    async def ws_say(self, ws):
        await ws.accept()
        async for message in ws: await ws.send_text(message.upper())
"""


@pytest.fixture(scope="module", params=TRANSPORTS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(BEGIN)
        kernel.run(f"lab = serve(Site, transport={request.param!r})\nawait lab.get('/')")
        yield kernel


def answered(kernel: Kernel) -> str:
    """Return what the lab answers."""
    return kernel.run("print((await lab.get('/')).text)").out.strip()


def until_it_says(kernel: Kernel, cell: Cell, sentence: str) -> None:
    """Wait until something stands under a cell: on the way to the stage it comes after its end."""
    kernel.until(lambda: sentence in cell.err)


def test_exit_in_a_handler_is_told_under_its_cell_and_ends_nothing(kernel: Kernel) -> None:
    run = kernel.run("""
other = await lab.connect("/say", client="other")
print((await lab.get("/ends")).status)
client = await lab.connect("/say", client="leaves")
await client.send("quit")
try: await client.receive()
except ConnectionError as end: print(end)
await lab.get("/soon")
await lab.until("kind:exception bye")
await other.send("still here")
print(await other.receive())
print([entry.where for entry in lab.log.filter("kind:exception")])
""")
    assert run.out.splitlines() == [
        "500",
        "leaves is closed: 1011 (internal error) Internal server error; In[1] line 13: SystemExit",
        "still here",
        "['In[1]:7', 'In[1]:13', 'In[1]:9']",
    ]
    cells = kernel.cells.values()
    kernel.until(lambda: "".join(cell.err for cell in cells).count(NO_END) == 3)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_class_that_leaves_as_it_is_made_or_started_is_not_served(
    kernel: Kernel, wrong: str
) -> None:
    cell = kernel.run(WRONG[wrong])
    assert answered(kernel) == "first"
    until_it_says(kernel, cell, "revision 1 still serves: SystemExit")
    assert "an app does not end the kernel" in cell.err


def test_an_interrupt_is_still_the_cells(kernel: Kernel) -> None:
    assert (kernel.interrupted().error or {}).get("ename") == "KeyboardInterrupt"
    assert answered(kernel) == "first"


def test_the_next_right_class_is_in_force_and_has_the_open_socket(kernel: Kernel) -> None:
    kernel.run("socket = await lab.connect('/say', client='stays')")
    kernel.run(RIGHT)
    run = kernel.run("await socket.send('hi')\nprint(await socket.receive(), lab.revision)")
    assert run.out.strip() == "HI 2"
    assert answered(kernel) == "mended"


def test_after_a_loop_that_ended_all_the_same_the_next_class_starts_it_again(
    kernel: Kernel,
) -> None:
    run = kernel.run("""
from playground.lab import parts_of
from playground.transports.held_loop import HeldLoop
run_on = HeldLoop._run_on
def broken(*given):
    HeldLoop._run_on = run_on
    raise OSError("no more files")
HeldLoop._run_on = broken
loop = parts_of(lab).transport._thread.loop
loop.call_soon_threadsafe(vars(loop)["_playground_guard"].kind.stop, loop)
await lab.until("kind:lab by itself")
try: await lab.get("/")
except ConnectionError as error: print(error)
print(lab.running)
""")
    assert run.out.splitlines() == [
        "the server has ended by itself: OSError: no more files; serve(…), or the cell of the "
        "class, starts it again",
        "False",
    ]
    kernel.run(RIGHT.replace("mended", "again"))
    assert answered(kernel) == "again"
