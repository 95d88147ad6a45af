"""Scripts that call `asyncio.run` in a cell of a real kernel: refused, allowed, refused again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground import allow_nested_run
from tests.playground.kernels import Kernel

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
# What changes asyncio, and what does where that is missing.
FIRST, SECOND = (
    ("nest_asyncio", "nest_asyncio2")
    if sys.version_info < (3, 12)
    else ("nest_asyncio2", "nest_asyncio")
)


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


APP = """
import uvicorn
from micropie import App
class Site(App):
    async def index(self): return "x"
site = Site()
"""
MAIN = 'if __name__ == "__main__":\n    uvicorn.run(site, port=0)\n'


@pytest.mark.parametrize("allowed", [False, True])
def test_who_runs_a_server_is_told_to_serve(kernel: Kernel, allowed: bool, tmp_path: Path) -> None:
    kernel.run(APP + ("allow_nested_run()" if allowed else ""))
    script = tmp_path / "a_script.py"
    script.write_text(APP + MAIN)
    for code in ("uvicorn.run(site, port=0)", MAIN, f"%run {script}"):
        said = kernel.run(code, check=False).err
        assert "and write serve(site)." in said
        assert "allow_nested_run" not in said
        assert ("__main__" in said) == (code != "uvicorn.run(site, port=0)")
    assert "write serve('chat:app')" in kernel.run("uvicorn.run('chat:app')", check=False).err
    kernel.run("forbid_nested_run()")


def test_what_is_not_allowed_either_way_is_not_advised(kernel: Kernel) -> None:
    kernel.run("allow_nested_run()")
    code = "with asyncio.Runner() as runner: runner.run(asyncio.sleep(0))"
    cell = kernel.run(code, check=False)
    kernel.run("forbid_nested_run()")
    if cell.error is not None:
        assert "await main()" in cell.err
        assert "allow_nested_run" not in cell.err


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


def test_asyncio_is_changed_by_the_package_for_this_python(kernel: Kernel) -> None:
    assert kernel.run("allow_nested_run().by").value == repr(FIRST)
    kernel.run("forbid_nested_run()")
    assert kernel.run("playground.notebook.nested._nested.by").value == "''"


def test_where_that_package_is_missing_the_other_does_it(kernel: Kernel) -> None:
    kernel.run(f"import sys; kept = sys.modules.pop({FIRST!r}); sys.modules[{FIRST!r}] = None")
    assert kernel.run("allow_nested_run().by").value == repr(SECOND)
    assert kernel.run("asyncio.run(asyncio.sleep(0, 'done'))").value == "'done'"
    kernel.run(f"forbid_nested_run(); sys.modules[{FIRST!r}] = kept")
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
    assert "is refused" in kernel.run("playground.notebook.nested._nested").value


def test_where_no_loop_runs_there_is_nothing_to_allow() -> None:
    nested = allow_nested_run()
    assert not nested.active
    assert repr(nested) == "No event loop runs here, so asyncio.run() works as it is."


def test_allowing_it_twice_is_allowing_it_once(kernel: Kernel) -> None:
    assert kernel.run("allow_nested_run() is allow_nested_run()").value == "True"
    kernel.run("forbid_nested_run()")
    assert refused(kernel)
