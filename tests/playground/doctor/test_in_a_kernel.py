"""The doctor in a real kernel: it knows cells, and who took what a lab stands on."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.playground.kernels import Kernel

SERVED = """
from micropie import App
from playground import serve

class Chat(App):
    async def index(self):
        print("from the handler")

lab = serve(Chat)
"""
# What changes asyncio on this Python.
PATCH = "nest_asyncio" if sys.version_info < (3, 12) else "nest_asyncio2"
SAID = "report = lab.doctor()\n[each.part for each in report.findings if each.state == 'wrong']"


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as kernel:
        yield kernel


def test_a_lab_in_a_kernel_is_well_and_the_report_is_a_table(kernel: Kernel) -> None:
    cell = kernel.run(f"{SERVED}\nlab.doctor()")
    assert cell.result is not None
    assert cell.value.startswith("Lab Chat: all is well")
    assert "<caption>Lab Chat: all is well</caption>" in cell.result["text/html"]
    assert "a Jupyter kernel (ipykernel " in cell.value
    assert "Chat is followed: run a cell that defines it again" in cell.value
    assert "appears under the cell of its code" in cell.value
    assert cell.out == cell.err == ""


def test_a_callback_that_was_taken_is_noticed_and_a_restart_sets_it(kernel: Kernel) -> None:
    kernel.run(SERVED)
    kernel.run("get_ipython().events.callbacks['post_run_cell'].clear()")
    assert kernel.run(SAID).value == "['redefinition']"
    assert kernel.run(f"lab.restart()\n{SAID}").value == "[]"


def test_a_name_that_is_gone_is_noticed(kernel: Kernel) -> None:
    kernel.run(SERVED)
    assert kernel.run(f"del Chat\n{SAID}").value == "['redefinition']"
    assert "no name Chat any more" in kernel.run("report['redefinition'].said").value


def test_what_is_no_class_is_followed_by_its_name_if_it_has_one(kernel: Kernel) -> None:
    kernel.run(f"{SERVED}\nlab.stop()\nlab = serve((lambda: Chat())(), name='instance')")
    assert kernel.run(SAID).value == "[]"
    assert "is no class but Chat" in kernel.run("report['redefinition'].said").value
    kernel.run("lab.stop(); app = Chat(); lab = serve(app)")
    assert kernel.run(SAID).value == "[]"
    assert "app is followed" in kernel.run("report['redefinition'].said").value


def test_a_stream_that_a_cell_redirects_is_still_routed(kernel: Kernel) -> None:
    kernel.run(SERVED)
    redirected = (
        f"import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()):\n    {SAID}"
    )
    kernel.run(redirected.replace("\n[", "\n    wrong = ["))
    assert kernel.run("wrong").value == "[]"


def test_nested_runs_that_are_allowed_are_told_of(kernel: Kernel) -> None:
    kernel.run(f"{SERVED}\nimport playground\nplayground.allow_nested_run()")
    told = kernel.run("lab.doctor()['nested runs']").value
    assert "forbid_nested_run() takes it back" in told
    assert f"allowed by {PATCH}, so" in told
    kernel.run("playground.forbid_nested_run()")
    assert "as by default" in kernel.run("lab.doctor()['nested runs']").value
