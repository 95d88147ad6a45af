"""A lab's life in a real kernel: begun again and again, interrupted, restarted, ended by force."""

from __future__ import annotations

import ast
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from tests.playground.kernels import DEADLINE, Cell, Kernel

pytestmark = pytest.mark.live

PRELUDE = """
import asyncio, gc, os, threading, time
import playground
from micropie import App
from playground import serve
from playground.lab import parts_of
"""

CHAT = """
class Chat(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text({answer})
"""
LOUD = CHAT.format(answer="message.upper()")
SERVE = "\nlab = serve(Chat, name='chat')"
SERVED = LOUD + SERVE
ASK = "client = await lab.connect('/echo', client='asks'); await client.send('ab'); "
ASKED = f"{ASK}said = await client.receive(); await client.close(); said"

INTERRUPTED_STOP = """
import signal
life = parts_of(lab).transport._thread

def interrupt():
    while not life.stopping.is_set():
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    lab.stop()
finally:
    print('ended', life.done.is_set())
"""

ONE_LEFT = """
end = time.monotonic() + 10
while sum('playground-server' == t.name for t in threading.enumerate()) > 1:
    assert time.monotonic() < end
    time.sleep(0.01)
"""

# What may not grow: threads, open files, instances of the app, servers.
COUNTS = """
gc.collect()
kinds = [type(each) for each in gc.get_objects()]
(threading.active_count(), len(os.listdir('/proc/self/fd')),
 sum(kind.__name__ == 'Chat' for kind in kinds),
 sum(kind.__name__ == 'ServerThread' for kind in kinds), lab.port)
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(PRELUDE)
        yield kernel


@pytest.fixture
def kernel(shared: Kernel) -> Iterator[Kernel]:
    yield shared
    shared.run("playground.stop_all(); playground.serving.labs.clear()")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until_free(port: int) -> None:
    end = time.monotonic() + 5
    while listens(port):
        assert time.monotonic() < end, f"port {port} is still bound"
        time.sleep(0.01)


def port_of(kernel: Kernel) -> int:
    return int(kernel.run("lab.port").value)


def assert_interrupted(cell: Cell) -> None:
    assert (cell.error or {}).get("ename") in ("KeyboardInterrupt", "CancelledError")


def assert_serves(kernel: Kernel) -> None:
    assert kernel.run(ASKED).value == "'AB'"
    assert kernel.run(
        "sum('playground-server' == t.name for t in threading.enumerate())"
    ).value == ("1")


def assert_no_more(few: Cell, many: Cell) -> None:
    """Nothing may have been added each time.

    What warms up in the background may have ended meanwhile, a socket of the kernel's be open at
    the moment of counting, and an app that has just left not yet have been let go of.
    """
    (*before, port), (*after, same_port) = ast.literal_eval(few.value), ast.literal_eval(many.value)
    assert port == same_port
    may_grow = (3, 3, 0, 0)
    allowed = [then + more for then, more in zip(before, may_grow, strict=True)]
    assert all(now <= most for now, most in zip(after, allowed, strict=True)), (before, after)


# -- again and again ---------------------------------------------------------------------------


def test_fifty_new_revisions_leave_nothing_behind(kernel: Kernel) -> None:
    kernel.run(SERVED)
    kernel.run("held = await lab.connect('/echo', client='holds')")

    def again(numbers: range) -> Cell:
        for number in numbers:
            kernel.run(CHAT.format(answer=f"message + '{number}'") + SERVE + "\nlab")
        return kernel.run(COUNTS)

    assert_no_more(again(range(5)), again(range(5, 55)))
    assert kernel.run("lab.revision, await held.send('x'), await held.receive()").value == (
        "(56, None, 'x54')"
    )


def test_stopped_and_begun_again_twenty_times_nothing_is_left(kernel: Kernel) -> None:
    kernel.run(f"{SERVED}\nclient = await lab.connect('/echo')")
    again = "for _ in range({}):\n    lab.restart()\n    client = await lab.connect('/echo')\n"
    assert_no_more(kernel.run(again.format(2) + COUNTS), kernel.run(again.format(18) + COUNTS))


# -- interrupted -------------------------------------------------------------------------------


def test_interrupts_while_idle_change_nothing(kernel: Kernel) -> None:
    kernel.run(SERVED)
    for _ in range(5):
        kernel.manager.interrupt_kernel()
    assert_serves(kernel)


def test_an_interrupt_while_serving_begins_leaves_no_server(kernel: Kernel) -> None:
    slow = """
class Chat(App):
    def __init__(self):
        super().__init__()
        self.startup_handlers.append(self.prepare)

    async def prepare(self):
        print('begun', flush=True)
        await asyncio.sleep(60)

lab = serve(Chat, name='chat')
"""
    assert_interrupted(kernel.interrupted(slow, "begun"))
    servers = "[t.name for t in threading.enumerate() if t.name == 'playground-server']"
    assert kernel.run(servers).value == "[]"
    kernel.run(SERVED)
    assert_serves(kernel)


def test_an_interrupt_of_a_swap_leaves_the_old_code_serving(kernel: Kernel) -> None:
    kernel.run(SERVED)
    slow = """
    def __init__(self):
        super().__init__()
        print('begun')
        while True:
            time.sleep(0.05)
"""
    assert_interrupted(kernel.interrupted(LOUD + slow + SERVE, "begun"))
    kernel.run(LOUD)
    assert_serves(kernel)


def test_an_interrupt_of_stop_leaves_it_stopped(kernel: Kernel) -> None:
    stubborn = """
class Chat(App):
    async def ws_echo(self, ws):
        await ws.accept()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(60)

lab = serve(Chat, name='chat')
held = await lab.connect('/echo')
"""
    kernel.run(stubborn)
    port = port_of(kernel)
    # The signal comes when the end has begun, not a moment before.
    cell = kernel.run(INTERRUPTED_STOP, check=False)
    assert_interrupted(cell)
    assert cell.out == "ended True\n", "half an end is no state to be in"
    until_free(port)
    assert kernel.run("lab.stop(); lab.running").value == "False"
    kernel.run(SERVED)
    assert port_of(kernel) == port
    assert_serves(kernel)


def test_an_interrupt_while_a_client_waits_ends_the_wait_alone(kernel: Kernel) -> None:
    kernel.run(f"{SERVED}\nclient = await lab.connect('/echo')")
    waiting = "print('begun')\nawait client.receive(timeout=60)"
    began = time.monotonic()
    assert_interrupted(kernel.interrupted(waiting, "begun"))
    assert time.monotonic() - began < DEADLINE / 2, "it has not waited for a message"
    assert kernel.run("await client.send('ab'); await client.receive()").value == "'AB'"


def test_a_handler_that_never_lets_go_is_left_behind_and_the_port_is_free(kernel: Kernel) -> None:
    held = """
let_go = threading.Event()

class Chat(App):
    async def hold(self):
        let_go.wait(60)

lab = serve(Chat, name='chat')
asking = asyncio.create_task(lab.get('/hold', timeout=60))
while not len(lab.log) > 1: await asyncio.sleep(0.01)
"""
    kernel.run(held)
    port = port_of(kernel)
    kernel.run("lab.stop()")
    told = kernel.run("[entry.data for entry in lab.log if entry.kind == 'lab']").value
    assert "left behind on its thread: hold, In[" in told
    until_free(port)
    kernel.run(SERVED)
    assert port_of(kernel) == port
    assert kernel.run(ASKED).value == "'AB'"
    kernel.run("let_go.set()\nasking.cancel()")
    kernel.run(ONE_LEFT)
    assert_serves(kernel)


# -- ended -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["shutdown", "SIGTERM", "SIGKILL"])
def test_a_kernel_that_ends_in_any_way_frees_the_port(how: str) -> None:
    with Kernel() as kernel:
        kernel.run(PRELUDE + SERVED)
        port = port_of(kernel)
        assert listens(port)
        if how == "shutdown":
            kernel.manager.shutdown_kernel()
        else:
            kernel.manager.signal_kernel(getattr(signal, how))
        until_free(port)


# -- side by side ------------------------------------------------------------------------------


def test_two_kernels_cannot_have_one_port_and_the_second_is_told(kernel: Kernel) -> None:
    kernel.run(SERVED)
    port = port_of(kernel)
    with Kernel() as second:
        cell = second.run(
            f"{PRELUDE}{LOUD}\nlab = serve(Chat, name='chat', port={port})", check=False
        )
        assert cell.error is not None
        assert f"port {port} is taken; leave port out" in cell.error["evalue"]
        second.run("lab = serve(Chat, name='chat')")
        assert port_of(second) != port
        assert_serves(second)
    assert_serves(kernel)


def test_two_labs_in_one_notebook_leave_each_other_alone(kernel: Kernel) -> None:
    kernel.run(SERVED)
    other = "class Other(App):\n    async def index(self):\n        return {!r}\n"
    kernel.run(other.format("one") + "other = serve(Other)")
    kernel.run(other.format("two"))
    assert kernel.run("lab.revision, other.revision, (await other.get()).text").value == (
        "(1, 2, 'two')"
    )
    kernel.run("other.stop()")
    assert_serves(kernel)
    kernel.run(CHAT.format(answer="'new'"))
    assert kernel.run("lab.revision, other.running").value == "(2, False)"


WAITS = {
    "await lab.get('/slow', timeout=20)": "interrupted while it waited",
    "async for message in other: print(message)": "interrupted while it waited",
    "await lab.until('kind:close', timeout=20)": "interrupted while it waited",
    "class Slow(App):\n    def __init__(self):\n        while True: time.sleep(0.01)\n"
    "serve(Slow)": "interrupted while Slow was made; nothing is served",
}


def test_who_interrupts_is_told_in_a_sentence_with_the_line_of_the_cell_alone() -> None:
    with Kernel() as kernel:
        kernel.run(
            "import asyncio, time\nfrom micropie import App\nfrom playground import serve\n"
            "class Site(App):\n"
            "    async def slow(self): await asyncio.Event().wait()\n"
            "    async def ws_say(self, ws):\n"
            "        await ws.accept()\n        await ws.receive()\n"
            "lab = serve(Site)\nother = await lab.connect('/say')"
        )
        for code, says in WAITS.items():
            cell = kernel.interrupted(f"print('begun')\n{code}", "begun")
            assert_interrupted(cell)
            shown = "\n".join((cell.error or {})["traceback"])
            assert f"KeyboardInterrupt: {says}" in shown
            assert "Cell" in shown
            assert "playground" not in shown, "no frame of ours"
