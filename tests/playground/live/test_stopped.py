"""In a real kernel: a class that was defined while its lab was stopped is what starts again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.playground.kernels import Kernel
from tests.playground.lab_apps import TRANSPORTS

pytestmark = pytest.mark.live

BEGIN = """
import asyncio, playground
from micropie import App
from playground import serve
from playground.lab import parts_of

async def start_in_panel():
    said = []
    async def pressed():
        parts_of(lab).views.controls.restart(lambda error, _: said.append(error))
        await lab.get("/")  # the thread that hears the panel goes on meanwhile
    await asyncio.to_thread(asyncio.run, pressed())
    return said[0]
"""
SITE = "class Site(App):\n    async def index(self): return {!r}\n"
BROKEN = "class Site(App):\n    def __init__(self): raise KeyError('seats')\n"


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(BEGIN)
        yield kernel


@pytest.fixture(params=TRANSPORTS)
def kernel(shared: Kernel, request: pytest.FixtureRequest) -> Iterator[Kernel]:
    shared.run(SITE.format("one"))
    shared.run(f"lab = serve(Site, transport={request.param!r})\nawait lab.get('/')")
    yield shared
    shared.run("playground.stop_all(); playground.serving.labs.clear()")


def answered(kernel: Kernel) -> str:
    return kernel.run("print(lab.revision, (await lab.get('/')).text)").out.strip()


def answered_after_restart(kernel: Kernel) -> str:
    kernel.run("lab.restart()\nawait lab.get('/')")
    return answered(kernel)


def test_restart_serves_what_was_defined_since_the_stop(kernel: Kernel) -> None:
    kernel.run("lab.stop()")
    kernel.run(SITE.format("two"))
    kernel.run(SITE.format("three"))
    assert answered_after_restart(kernel) == "2 three"
    assert "three" in kernel.run("print(lab.source())").out


def test_restart_serves_what_the_cell_of_the_stop_defined(kernel: Kernel) -> None:
    kernel.run(SITE.format("two") + "lab.stop()")
    assert answered_after_restart(kernel) == "2 two"
    assert answered_after_restart(kernel) == "2 two"


def test_start_in_the_panel_serves_it_too(kernel: Kernel) -> None:
    kernel.run("lab.stop()")
    kernel.run(SITE.format("two"))
    assert kernel.run("print(await start_in_panel())").out == "None\n"
    assert answered(kernel) == "2 two"


def test_what_is_run_again_unchanged_or_changed_in_place_is_what_starts(kernel: Kernel) -> None:
    kernel.run("lab.stop()")
    kernel.run(SITE.format("one"))
    assert answered_after_restart(kernel) == "1 one"
    kernel.run("lab.stop()")
    kernel.run("async def index(self): return 'patched'\nSite.index = index")
    assert answered_after_restart(kernel) == "2 patched"


def test_what_was_gone_back_to_starts_again(kernel: Kernel) -> None:
    kernel.run(SITE.format("two"))
    kernel.run("done = lab.swap(revision=1)\nif not isinstance(done, int): await done")
    kernel.run("lab.stop()")
    assert answered_after_restart(kernel) == "1 one"


def test_a_refused_swap_of_a_stopped_lab_is_made_up_for(kernel: Kernel) -> None:
    kernel.run("lab.stop()")
    refused = kernel.run(SITE.format("two") + "lab.swap(Site)", check=False)
    assert refused.error is not None
    assert "lab.restart() starts it again" in refused.error["evalue"]
    assert answered_after_restart(kernel) == "2 two"


def test_new_code_that_fails_is_not_hidden_by_old_code(kernel: Kernel) -> None:
    kernel.run("lab.stop()")
    kernel.run(BROKEN)
    for _ in range(2):
        failed = kernel.run("lab.restart()", check=False)
        assert failed.error is not None
        assert "revision 2 did not start: KeyError: 'seats'" in failed.error["evalue"]
        assert kernel.run("print(lab.running)").out == "False\n"
    kernel.run(SITE.format("two"))
    assert answered_after_restart(kernel) == "2 two"
