"""A lab from its beginning to its end: no thread, file or port is left behind."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import threading
import weakref
from typing import Any

import httpx2
import pytest

from micropie import App
from playground import Lab, NotOnStage, serve
from tests.playground.lab_apps import Echo, Loud, on_both, serving, swapped

pytestmark = pytest.mark.live


@on_both
async def test_stop_says_what_it_cut_and_restart_keeps_port_and_revision(transport: str) -> None:
    lab = await serving(Echo, transport)
    await swapped(lab, Loud)
    port = lab.port
    alice = await lab.connect("/echo")
    lab.stop()
    async with asyncio.timeout(3):
        while alice.state == "open":
            await asyncio.sleep(0)
    assert alice.code == 1012
    assert lab.log[-1].data == "stopped: 1 socket closed with 1012" or any(
        entry.data == "stopped: 1 socket closed with 1012" for entry in lab.log
    )
    with pytest.raises(RuntimeError, match=r"lab\.restart\(\)"):
        await lab.connect("/echo")
    assert "stopped" in repr(lab)
    lab.restart()
    bob = await lab.connect("/echo", client="bob")
    await bob.send("hi")
    assert await bob.receive() == "HI"
    assert (lab.port, lab.revision) == (port, 2)


def test_fifty_servings_leave_threads_files_and_port_as_they_were() -> None:
    def served(number: int) -> Lab:
        text = f"class Fifty(App):\n    async def index(self): return '{number}'\n"
        space: dict[str, Any] = {"App": App, "__name__": "__main__"}
        exec(text, space)
        lab = serve(space["Fifty"])
        assert httpx2.get(lab.local_url).text == str(number)
        return lab

    lab = served(0)
    port, threads, files = lab.port, threading.active_count(), len(os.listdir("/proc/self/fd"))
    first = weakref.ref(lab.app)
    for number in range(1, 50):
        served(number)
    assert (lab.port, lab.revision, threading.active_count()) == (port, 50, threads)
    assert len(os.listdir("/proc/self/fd")) <= files + 2
    gc.collect()
    assert first() is None
    lab.stop()
    assert threading.active_count() < threads
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port or 0)) != 0


def test_a_constructor_that_raises_leaves_no_server_behind() -> None:
    class Bad(App):
        def __init__(self) -> None:
            raise ValueError("no")

    before = threading.active_count()
    with pytest.raises(NotOnStage, match="revision 1 did not start: ValueError: no"):
        serve(Bad)
    assert threading.active_count() == before


@pytest.mark.parametrize(
    "command",
    [
        lambda lab: lab.swap(Echo),
        lambda lab: lab.stop(),
        lambda lab: lab.restart(),
        lambda lab: serve(type(lab.app)),
        lambda lab: serve(type(lab.app), transport="memory"),
    ],
)
def test_a_call_from_inside_a_handler_is_refused_instead_of_waiting_for_itself(
    command: Any,
) -> None:
    made: list[int] = []

    class Selfish(App):
        def __init__(self) -> None:
            super().__init__()
            made.append(1)

        async def index(self) -> str:
            try:
                command(labs[0])
            except RuntimeError as error:
                return str(error)
            return "done"

    labs: list[Lab] = []
    labs.append(serve(Selfish))
    assert "call it from a cell" in httpx2.get(labs[0].local_url).text
    assert labs[0].running
    assert not any("stopped" in str(entry.data) for entry in labs[0].log)
    assert made == [1]


@on_both
async def test_a_client_says_that_the_lab_was_stopped_and_not_that_it_restarts(
    transport: str,
) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    lab.stop()
    with pytest.raises(ConnectionError, match=r"^alice is closed: 1012 \(the lab was stopped\)$"):
        await alice.receive()
    assert repr(alice) == "<Client alice /echo closed 1012 (the lab was stopped)>"
    lab.restart()
    bob = await lab.connect("/echo", client="bob")
    lab.restart()
    with pytest.raises(ConnectionError, match=r"^bob is closed: 1012 \(service restart\)$"):
        await bob.receive()
