"""A lab in a real kernel: redefinition is noticed, output stays where it belongs, nothing hangs."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from tests.playground.kernels import Kernel

pytestmark = pytest.mark.live

CHAT = """
class Chat(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            print("heard", message)
            await ws.send_text({answer})
"""
PRELUDE = "from micropie import App\nfrom playground import serve"
V1, V2 = CHAT.format(answer="message.upper()"), CHAT.format(answer="message[::-1]")


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(PRELUDE)
        yield kernel


@pytest.fixture
def kernel(shared: Kernel) -> Iterator[Kernel]:
    yield shared
    shared.run("import playground; playground.stop_all(); playground.serving.labs.clear()")


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_class_that_is_defined_again_takes_over_the_open_socket(kernel: Kernel) -> None:
    kernel.run(V1 + "lab = serve(Chat)")
    kernel.run("alice = await lab.connect('/echo')")
    assert kernel.run("await alice.send('ab'); await alice.receive()").value == "'AB'"
    kernel.run(V2)
    assert kernel.run("await alice.send('ab'); await alice.receive()").value == "'ba'"
    assert kernel.run("lab.revision, lab.log[-2].where").value.startswith("(2, ")


def test_the_same_cell_again_is_no_new_revision(kernel: Kernel) -> None:
    for _ in range(3):
        kernel.run(V1 + "lab = serve(Chat)")
    assert (
        kernel.run("lab.revision, len([e for e in lab.log if e.kind == 'swap'])").value == "(1, 1)"
    )


def test_new_code_answers_within_the_cell_that_defines_it(kernel: Kernel) -> None:
    kernel.run(V1 + "lab = serve(Chat)\nalice = await lab.connect('/echo')")
    cell = kernel.run(V2 + "\nawait alice.send('ab')\nawait alice.receive()")
    assert cell.value == "'ba'"


def test_places_are_cells_and_revisions_have_sources(kernel: Kernel) -> None:
    kernel.run(V1 + "lab = serve(Chat)")
    kernel.run("alice = await lab.connect('/echo'); await alice.send('x'); await alice.receive()")
    where = kernel.run("next(e.where for e in lab.log if e.sender == 'server' and e.data == 'X')")
    assert where.value.startswith("'In[")
    assert where.value.endswith(":6'")
    assert "class Chat(App)" in kernel.run("print(lab.source())").out


def test_a_class_that_does_not_start_leaves_the_old_one_and_the_cell_says_why(
    kernel: Kernel,
) -> None:
    kernel.run(V1 + "lab = serve(Chat)")
    cell = kernel.run(
        "class Chat(App):\n    def __init__(self):\n        raise ValueError('no database')"
    )
    assert "revision 1 still serves" in cell.err
    assert "ValueError: no database" in cell.err
    assert "line 3, in Chat.__init__" in re.sub(r"\x1b\[[0-9;]*m", "", cell.err)
    assert "site-packages" not in cell.err
    assert kernel.run("lab.revision").value == "1"
    assert kernel.run("1 + 1").err == ""


def test_a_class_body_that_raises_leaves_the_old_one(kernel: Kernel) -> None:
    kernel.run(V1 + "lab = serve(Chat)")
    broken = kernel.run("class Chat(App):\n    1 / 0", check=False)
    assert broken.error is not None
    assert kernel.run("lab.revision").value == "1"


def test_what_handlers_print_stays_under_the_cell_that_defined_them(kernel: Kernel) -> None:
    first = kernel.cells[kernel.finish(kernel.start(V1 + "lab = serve(Chat)"))]
    kernel.run("alice = await lab.connect('/echo')")
    asking = kernel.run("await alice.send('one'); await alice.receive()")
    kernel.until(lambda: "heard one" in first.out)
    second = kernel.run(V2)
    asking_again = kernel.run("await alice.send('two'); await alice.receive()")
    kernel.until(lambda: "heard two" in second.out)
    assert asking.out == asking_again.out == ""
    assert "two" not in first.out
    assert kernel.run("[e.data for e in lab.log if e.kind == 'print']").value == (
        "['heard one', 'heard two']"
    )


def test_an_interrupt_stops_the_cell_and_not_the_server(kernel: Kernel) -> None:
    kernel.run(V1 + "lab = serve(Chat)\nalice = await lab.connect('/echo')")
    assert (kernel.interrupted().error or {}).get("ename") == "KeyboardInterrupt"
    assert kernel.run("await alice.send('ab'); await alice.receive()").value == "'AB'"


def test_a_restart_frees_the_port_and_the_cells_work_again() -> None:
    with Kernel() as kernel:
        kernel.run(f"{PRELUDE}\n{V1}\nlab = serve(Chat)")
        port = int(kernel.run("lab.port").value)
        assert not port_is_free(port)
        kernel.restart()
        assert port_is_free(port)
        cell = kernel.run(f"{PRELUDE}\n{V1}\nlab = serve(Chat, port={port})\nlab.revision")
        assert cell.value == "1"
    assert port_is_free(port)
