"""A forked child holds nothing of a lab: what the parent closes is closed."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import socket
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from playground import Lab, serve
from playground.lab import TransportName
from tests.playground.lab_apps import TRANSPORTS, Echo, serving

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
]


@pytest.fixture
def forked() -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Run a function in a child, and return what it says; the child stays until the test ends."""
    ends: list[tuple[Any, Any]] = []

    def run(work: Callable[[], Any]) -> Any:
        here, there = multiprocessing.Pipe()

        def child() -> None:
            there.send(work())
            there.recv()

        with warnings.catch_warnings():  # 3.12: a process that has threads is forked
            warnings.simplefilter("ignore", DeprecationWarning)
            process = multiprocessing.get_context("fork").Process(target=child, daemon=True)
            process.start()
        ends.append((process, here))
        assert here.poll(20), "the child says nothing"
        return here.recv()

    yield run
    for process, here in ends:
        here.send(None)
        process.join(10)


async def test_a_forked_child_keeps_neither_the_port_nor_a_connection(forked: Any) -> None:
    lab = serve(Echo)
    with socket.create_connection(("127.0.0.1", lab.port or 0)) as raw:
        raw.settimeout(10)
        alice = await lab.connect("/echo")
        await alice.send("hi")
        await alice.receive()
        forked(os.getpid)
        await alice.send("still")
        assert await alice.receive() == "Echo: still"
        lab.stop()
        assert raw.recv(1) == b""
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", lab.port or 0)) != 0
    lab.restart()
    assert (await lab.get("/")).text == "hello"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_child_that_a_handler_forks_ends_when_it_gives_way_and_takes_no_signs_away(
    transport: TransportName,
) -> None:
    class Forks(Echo):
        async def fork(self) -> str:
            with warnings.catch_warnings():  # 3.12: a process that has threads is forked
                warnings.simplefilter("ignore", DeprecationWarning)
                return str(os.fork())

    lab = await serving(Forks, transport)
    child = int((await lab.get("/fork")).text)
    for _ in range(20):
        assert (await lab.get("/", timeout=5)).text == "hello"
    _, status = await asyncio.to_thread(os.waitpid, child, 0)
    # What uvloop finds closed in the child has it abort, which ends it too.
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGABRT)


def test_in_a_forked_child_the_lab_is_stopped_and_the_parents_goes_on(forked: Any) -> None:
    lab = serve(Echo)

    def in_child() -> tuple[bool, str]:
        lab.stop()
        try:
            serve(Echo)
        except OSError as error:
            return lab.running, str(error)
        return lab.running, "served"

    running, said = forked(in_child)
    assert (running, "is taken" in said) == (False, True)
    assert _get(lab).startswith(b"HTTP/1.1 200")


def test_a_forked_child_writes_nothing_into_the_file_of_the_lab(
    forked: Any, tmp_path: Path
) -> None:
    lab = serve(Echo, spill=tmp_path / "all.jsonl")
    assert forked(lambda: lab.spill(None)) is None
    _get(lab)
    lab.stop()
    lines = (tmp_path / "all.jsonl").read_text().splitlines()
    seqs = [seq for line in lines if (seq := json.loads(line).get("seq"))]
    assert seqs == sorted(set(seqs))
    assert seqs[-1] == lab.log.last


def _get(lab: Lab) -> bytes:
    with socket.create_connection(("127.0.0.1", lab.port or 0), timeout=10) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return raw.recv(100)
