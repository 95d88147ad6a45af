"""Scripts that call `asyncio.run` in a cell of a real kernel: refused, allowed, refused again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kernels import Kernel

from playground import allow_nested_run

SCRIPT = """
import asyncio
import websockets

async def main():
    async with websockets.connect(lab.local_url.replace("http", "ws") + "/echo") as ws:
        await ws.send("Ada")
        return await ws.recv()

print(asyncio.run(main()))
"""
SERVE = """
import asyncio
from micropie import App
import playground
from playground import serve, allow_nested_run, forbid_nested_run
class Chat(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())
lab = serve(Chat)
TASK, LOOP = asyncio.Task, dict(vars(type(asyncio.get_running_loop())))
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(SERVE)
        yield kernel
        kernel.run("playground.stop_all()")


def refused(kernel: Kernel) -> bool:
    cell = kernel.run(SCRIPT, check=False)
    return cell.error is not None and cell.out == ""


@pytest.mark.parametrize(
    "code",
    [
        "asyncio.run(asyncio.sleep(0))",
        "asyncio.get_running_loop().run_until_complete(asyncio.sleep(0))",
        "asyncio.new_event_loop().run_until_complete(asyncio.sleep(0))",
        "with asyncio.Runner() as runner: runner.run(asyncio.sleep(0))",
    ],
)
def test_who_nests_loops_is_told_what_to_do(kernel: Kernel, code: str) -> None:
    cell = kernel.run(code, check=False)
    assert cell.error is not None
    assert "await main()" in cell.err
    assert "playground.allow_nested_run()" in cell.err


def test_other_errors_are_not_commented(kernel: Kernel) -> None:
    assert "await main()" not in kernel.run("raise RuntimeError('no')", check=False).err


def test_a_script_runs_unchanged_while_it_is_allowed(kernel: Kernel) -> None:
    assert refused(kernel)
    assert "two to three times" in kernel.run("allow_nested_run()").value
    for _ in range(2):
        assert kernel.run(SCRIPT).out == "ADA\n"
    # What cells could do before they still can, and so can the lab.
    kernel.run("client = await lab.connect('/echo'); await client.send('x')")
    assert kernel.run("await client.receive()").value == "'X'"
    kernel.run("class Chat(App):\n    async def ws_echo(self, ws):\n        await ws.accept()")
    assert kernel.run("lab.revision").value == "2"
    kernel.run("forbid_nested_run(); forbid_nested_run()")
    assert refused(kernel)


def test_it_is_undone_to_the_last_name(kernel: Kernel) -> None:
    kernel.run("before = {m: dict(vars(m)) for m in (asyncio, asyncio.tasks, asyncio.futures)}")
    kernel.run("with allow_nested_run():\n    asyncio.run(asyncio.sleep(0))")
    assert kernel.run("[m for m in before if dict(vars(m)) != before[m]]").value == "[]"
    assert kernel.run("dict(vars(type(asyncio.get_running_loop()))) == LOOP").value == "True"
    assert kernel.run("asyncio.Task is TASK").value == "True"
    assert refused(kernel)


def test_it_is_not_undone_within_a_nested_run(kernel: Kernel) -> None:
    kernel.run("allow_nested_run()\nasync def undo(): forbid_nested_run()")
    cell = kernel.run("asyncio.run(undo())", check=False)
    assert cell.error is not None
    assert "from within one" in cell.error["evalue"]
    kernel.run("forbid_nested_run()")
    assert "is refused" in kernel.run("playground.nested._nested").value


def test_where_no_loop_runs_there_is_nothing_to_allow() -> None:
    nested = allow_nested_run()
    assert not nested.active
    assert repr(nested) == "No event loop runs here, so asyncio.run() works as it is."


def test_allowing_it_twice_is_allowing_it_once(kernel: Kernel) -> None:
    assert kernel.run("allow_nested_run() is allow_nested_run()").value == "True"
    kernel.run("forbid_nested_run()")
    assert refused(kernel)
