"""In a real kernel: a file that is saved while no cell runs, and what the notebook has from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.playground.kernels import Kernel
from tests.playground.watching.folders import chat

pytestmark = pytest.mark.live

# What a cell awaits until a condition holds.
UNTIL = """
import asyncio
from micropie import App
from playground import serve

async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as running:
        running.run(UNTIL)
        yield running


def test_the_reason_stands_under_the_cell_that_had_the_file_watched(
    kernel: Kernel, tmp_path: Path
) -> None:
    (tmp_path / "chatk.py").write_text(chat("one"))
    kernel.run(f"%cd -q {tmp_path}")
    cell = kernel.start("lab = serve('chatk:Chat', watch=True)\nbob = await lab.connect('/echo')")
    kernel.finish(cell)
    kernel.run("1 + 1")
    (tmp_path / "chatk.py").write_text("class Chat(\n")
    kernel.until(lambda: "still serves" in kernel.cells[cell].err)
    said = kernel.cells[cell].err.strip()
    assert said.startswith("chatk.py, line 1: SyntaxError")
    assert said.endswith("revision 1 still serves")
    (tmp_path / "chatk.py").write_text(chat("two"))
    talk = "await until(lambda: lab.revision == 2); await bob.send('x'); await bob.receive()"
    assert kernel.run(talk).value == "'two: x'"
    assert kernel.run("lab.stop(); lab.running").value == "False"


def test_what_the_notebook_has_from_a_file_is_the_new_code(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "helperk.py").write_text("def word(): return 'one'")
    kernel.run(f"%cd -q {tmp_path}")
    kernel.run(
        "import helperk\nfrom helperk import word as say\n"
        "class Chat(App):\n    async def index(self): return say() + helperk.word()\n"
        "lab = serve(Chat, name='mine')\nwatch = lab.watch('helperk.py')"
    )
    assert kernel.run("(await lab.get('/')).text").value == "'oneone'"
    (tmp_path / "helperk.py").write_text("def word(): return 'two'")
    kernel.run("await until(lambda: helperk.word() == 'two' == say())")
    assert kernel.run("(await lab.get('/')).text, lab.revision").value == "('twotwo', 1)"
    assert (
        "helperk.py changed; in use at once"
        in kernel.run("[str(each.data) for each in lab.log if each.kind == 'lab']").value
    )
    kernel.run("lab.stop()")


def test_a_cell_that_defines_the_class_again_takes_over_from_a_file(
    kernel: Kernel, tmp_path: Path
) -> None:
    (tmp_path / "chatl.py").write_text(chat("file"))
    kernel.run(f"%cd -q {tmp_path}\nfrom chatl import Chat")
    kernel.run("lab = serve(Chat, watch=True, name='other')")
    (tmp_path / "chatl.py").write_text(chat("saved"))
    kernel.run("await until(lambda: lab.revision == 2 and Chat is type(lab.app))")
    assert kernel.run("Chat is type(lab.app)").value == "True"
    kernel.run("class Chat(App):\n    async def index(self): return 'cell'")
    assert kernel.run("(await lab.get('/')).text, lab.revision").value == "('cell', 3)"
    (tmp_path / "chatl.py").write_text(chat("again"))
    kernel.run("await until(lambda: lab.revision == 4)")
    assert kernel.run("(await lab.get('/')).text").value == "'again'"
