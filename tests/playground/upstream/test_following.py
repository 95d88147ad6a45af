"""In a real kernel: an upstream is served and followed as other instances are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.playground.kernels import Kernel

pytestmark = pytest.mark.live

FAR = """
from playground import Upstream, serve
from websockets.asyncio.server import serve as far_side

came = []
async def talk(ws):
    came.append(ws.request.path)
    async for message in ws:
        await ws.send(message)

far = await far_side(talk, "127.0.0.1", 0)
port = far.sockets[0].getsockname()[1]
"""
LOUD = """
class Loud(Upstream):
    async def from_server(self, message, client):
        return {said}
"""
SAY = "await alice.send('hi'); print(await alice.receive(), end='')"


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(FAR)
        yield kernel


def test_an_upstream_defined_again_is_made_with_the_same_arguments(kernel: Kernel) -> None:
    kernel.run(LOUD.format(said="message.upper()"))
    cell = kernel.run("lab = serve(Loud(f'ws://127.0.0.1:{port}', headers={'x': '1'}))")
    assert (cell.err, cell.error) == ("", None)
    kernel.run("alice = await lab.connect('/a', client='alice')")
    assert kernel.run(SAY).out == "HI"
    kernel.run(LOUD.format(said="message + '!'"))
    assert kernel.run(SAY).out == "hi!"
    assert kernel.run("print(lab.name, lab.revision, came, end='')").out == "Loud 2 ['/a']"
    kernel.run(LOUD.format(said="message + '?'"))
    assert kernel.run(SAY).out == "hi?"


def test_an_error_in_a_hook_stands_with_its_line_under_the_cell_that_defined_it(
    kernel: Kernel,
) -> None:
    kernel.run(LOUD.format(said="message + 1"))
    kernel.run("lab = serve(Loud(f'ws://127.0.0.1:{port}'))")
    kernel.run("bob = await lab.connect('/b', client='bob')")
    kernel.run("await bob.send('hi')\ntry: await bob.receive()\nexcept Exception as e: print(e)")
    row = kernel.run("print(lab.log.filter('kind:exception')[-1].where, end='')").out
    assert row.startswith("In[")
    assert row.endswith(":3")


def test_a_variable_that_is_bound_to_another_upstream_takes_the_stage(kernel: Kernel) -> None:
    kernel.run("far_away = Upstream(f'ws://127.0.0.1:{port}')\nlab = serve(far_away)")
    kernel.run("alice = await lab.connect('/c', client='alice')")
    kernel.run(LOUD.format(said="message * 2"))
    kernel.run("far_away = Loud(f'ws://127.0.0.1:{port}')")
    assert kernel.run(SAY).out == "hihi"
    assert kernel.run("print(lab.name, end='')").out == "far_away"


def test_of_one_that_no_cell_can_change_nothing_is_said(kernel: Kernel) -> None:
    cell = kernel.run("lab = serve(Upstream(f'ws://127.0.0.1:{port}'))")
    assert (cell.out, cell.err) == ("", "")
    assert kernel.run("print(len(lab.log.filter('kind:lab /not followed/')), end='')").out == "0"
