"""A view is heard beside the cells, and no cell's end is lost over it, in a real kernel."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from playground.widgets.control_thread import hear_on_control_thread
from tests.playground.kernels import DEADLINE, Kernel

VIEW = """
import asyncio, threading
from playground.widgets.face import Face

class View(Face):
    heard, threads = threading.Event(), set()
    def heard_hello(self, message, buffers):
        self.threads.add(threading.current_thread())
        self.tell({"kind": "state"})
        self.heard.set()

view = View()
view.model_id
"""
CELLS = 150


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as running:
        yield running


@pytest.fixture
def view(kernel: Kernel) -> str:
    """A face in the kernel; its comm's name."""
    return kernel.run(VIEW).value.strip("'")


def say_hello(kernel: Kernel, view: str, subshell: str | None = None) -> None:
    """Say what a page says when a view is rendered."""
    data = {"method": "custom", "content": {"kind": "hello", "view": "v"}}
    message = kernel.client.session.msg("comm_msg", {"comm_id": view, "data": data})
    message["header"] |= {"subshell_id": subshell} if subshell else {}
    kernel.client.shell_channel.send(message)


def ask(kernel: Kernel, kind: str, content: dict[str, str] | None = None) -> dict[str, str]:
    """Ask the kernel something on its control channel."""
    request = kernel.client.session.msg(kind, content)
    kernel.client.control_channel.send(request)
    while True:
        reply = kernel.client.get_control_msg(timeout=DEADLINE)
        if reply["parent_header"].get("msg_id") == request["header"]["msg_id"]:
            answer: dict[str, str] = reply["content"]
            return answer


def test_a_view_is_heard_while_a_cell_is_busy(kernel: Kernel, view: str) -> None:
    cell = kernel.start(f"print('busy'); view.heard.wait({DEADLINE})")
    kernel.until(lambda: "busy" in kernel.cells[cell].out)
    say_hello(kernel, view)
    assert kernel.cells[kernel.finish(cell)].value == "True"
    assert kernel.run("threading.main_thread() in view.threads").value == "False"


def test_every_cell_comes_to_its_end_and_keeps_its_outputs(kernel: Kernel, view: str) -> None:
    code = "await asyncio.sleep(0.00{0}); print('out', {1}); {1}"
    cells = {}
    for number in range(CELLS):
        cells[number] = kernel.start(code.format(number % 4, number))
        for _ in range(number % 3):
            say_hello(kernel, view)
    kernel.until(lambda: all(kernel.cells[each].idle for each in cells.values()))
    for number, each in cells.items():
        assert kernel.cells[each].out == f"out {number}\n"
        assert kernel.cells[each].value == str(number)


def test_a_view_is_heard_after_the_subshell_it_used_is_gone(kernel: Kernel, view: str) -> None:
    gone = ask(kernel, "create_subshell_request")["subshell_id"]
    say_hello(kernel, view, gone)
    assert kernel.run(f"view.heard.wait({DEADLINE})").value == "True"
    ask(kernel, "delete_subshell_request", {"subshell_id": gone})
    kernel.run("view.heard.clear()")
    say_hello(kernel, view)
    assert kernel.run(f"view.heard.wait({DEADLINE})").value == "True"


def test_a_shell_of_ours_that_somebody_deletes_is_made_again(kernel: Kernel, view: str) -> None:
    say_hello(kernel, view)
    kernel.run(f"view.heard.wait({DEADLINE}); view.heard.clear()")
    ours = kernel.run("next(iter(view.threads)).name").value.strip("'").removeprefix("subshell-")
    ask(kernel, "delete_subshell_request", {"subshell_id": ours})
    say_hello(kernel, view)
    assert kernel.run(f"view.heard.wait({DEADLINE})").value == "True"


def test_a_kernel_with_other_insides_goes_by_the_pages_choice() -> None:
    comm = SimpleNamespace(_reply_subshell_for=None, kernel=object())
    hear_on_control_thread(comm)
    assert comm._reply_subshell_for({}, "chosen") == "chosen"


@pytest.mark.parametrize("comm", [None, SimpleNamespace()])
def test_a_comm_that_is_not_asked_is_left_as_it_is(comm: object) -> None:
    hear_on_control_thread(comm)
    assert not hasattr(comm, "_reply_subshell_for")
