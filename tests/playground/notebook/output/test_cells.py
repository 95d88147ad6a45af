"""Output in a real kernel, the newest ipykernel and the oldest we say we support."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.playground.kernels import Cell, Kernel

SERVE = """
from micropie import App
from playground import serve
import asyncio, contextlib, io, logging, warnings
from IPython.display import HTML, display
logging.basicConfig(level="WARNING", format="%(message)s")
class Chat(App):
    async def index(self):
        print("printed")
        logging.warning("logged")
        warnings.warn("warned")
        display(HTML("<b>shown</b>"))
        await asyncio.to_thread(print, "in a thread")
        await asyncio.create_task(self.later())
        return "done"
    async def later(self):
        print("in a task")
    async def ws_many(self, ws, name):
        await ws.accept()
        async for message in ws:
            print(name, message)
            await asyncio.to_thread(print, name, message, "thread")
            await ws.send_text(message)
    async def fails(self):
        raise KeyError("room")
lab = serve(Chat)
"""
KINDS = "[(e.data, e.note) for e in lab.log if e.kind == 'print']"


@pytest.fixture(scope="module", params=["newest", "oldest"])
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    path = request.getfixturevalue("oldest_ipykernel") if request.param == "oldest" else ""
    with Kernel(path) as kernel:
        yield kernel


@pytest.fixture
def serving(kernel: Kernel) -> Iterator[Cell]:
    """Serve anew; yield the cell that defines the app."""
    yield kernel.cells[kernel.finish(kernel.start(SERVE))]
    kernel.run("lab.stop(); import playground; playground.serving.labs.clear()")


def is_complete(cell: Cell) -> bool:
    return "in a task" in cell.out and "warned" in cell.err and bool(cell.displays)


def test_everything_lands_under_the_cell_that_defines_the_handler(
    kernel: Kernel, serving: Cell
) -> None:
    other = kernel.run("r = await lab.get('/')")
    kernel.until(lambda: is_complete(serving))
    assert serving.out == "printed\nin a thread\nin a task\n"
    assert serving.err.startswith("logged\n")
    assert "UserWarning: warned" in serving.err
    assert [shown["text/html"] for shown in serving.displays] == ["<b>shown</b>"]
    assert (other.out, other.err, other.displays) == ("", "", [])
    found = kernel.run(KINDS).value
    for text in ("'printed'", "'logged'", "UserWarning", "HTML object", "'in a task'"):
        assert text in found


def test_capture_takes_nothing_of_a_handler(kernel: Kernel, serving: Cell) -> None:
    cell = kernel.run("%%capture captured\nimport httpx2\nprint('mine')\nhttpx2.get(lab.local_url)")
    kernel.until(lambda: is_complete(serving))
    assert kernel.run("captured.stdout, captured.stderr").value == "('mine\\n', '')"
    assert (cell.out, cell.err, cell.displays) == ("", "", [])


def test_fifty_connections_keep_their_lines_apart_and_in_order(
    kernel: Kernel, serving: Cell
) -> None:
    other = kernel.run(
        "clients = [await lab.connect(f'/many/c{n}', client=f'c{n}') for n in range(50)]\n"
        "async def talk(client):\n"
        "    for n in range(4):\n"
        "        await client.send(str(n))\n"
        "    return [await client.receive() for n in range(4)]\n"
        "await asyncio.gather(*map(talk, clients))\n"
        "for client in clients: await client.close()"
    )
    kernel.until(lambda: serving.out.count("\n") >= 400)
    lines = serving.out.splitlines()
    for n in range(50):
        mine = [line for line in lines if line.split()[0] == f"c{n}"]
        said = [f"c{n} {i}{end}" for i in range(4) for end in ("", " thread")]
        assert mine == said
    assert other.out == ""
    names = kernel.run(
        "all(e.data.split()[0] == lab.log.exchange(e.exchange).client "
        "for e in lab.log if e.kind == 'print')"
    )
    assert names.value == "True"


def test_an_exception_is_under_its_own_cell_once_and_in_no_other(
    kernel: Kernel, serving: Cell
) -> None:
    other = kernel.run("[(await lab.get('/fails')).status for n in range(3)]")
    kernel.until(lambda: "lab.log" in serving.err)
    assert other.value == "[500, 500, 500]"
    assert other.err == ""
    assert serving.err.count("KeyError: 'room'") == 1
    assert 'raise KeyError("room")' in serving.err
    assert "micropie" not in serving.err
    found = kernel.run("[(e.data, e.where) for e in lab.log if e.kind == 'exception']").value
    assert "KeyError: 'room'" in found
    assert "In[" in found
