"""A sign of life of the loop, a loop that is kept awake, and a thread that never lets go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from playground.transports.memory import MemoryTransport
from playground.transports.server import ServerTransport
from playground.transports.waking import Waking


async def nobody(scope: Any, receive: Any, send: Any) -> None:
    """An app that nobody asks."""


class Held:
    """Something that holds the loop it is spawned on until it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    async def __call__(self) -> None:
        self.begun.set()
        self.let_go.wait(20)


@pytest.fixture
def server() -> Iterator[ServerTransport]:
    transport = ServerTransport(nobody)
    transport.start()
    yield transport
    transport.stop()


@pytest.fixture
def held(server: ServerTransport) -> Iterator[Held]:
    held = Held()
    server.spawn(held())
    assert held.begun.wait(5)
    yield held
    held.let_go.set()


def test_a_loop_that_is_free_answers(server: ServerTransport) -> None:
    pulse = server.pulse(5)
    assert pulse.seconds is not None
    assert pulse.thread == "playground-server"
    assert pulse.loop in ("uvloop", "asyncio")
    assert pulse.at == ()


def test_of_a_loop_that_is_held_the_place_is_told(server: ServerTransport, held: Held) -> None:
    pulse = server.pulse(0.01)
    assert pulse.seconds is None
    assert (__file__, "__call__") in [(line.filename, line.function) for line in pulse.at]


def test_a_transport_that_is_stopped_has_no_pulse(server: ServerTransport) -> None:
    server.stop()
    with pytest.raises(RuntimeError, match="the lab is stopped"):
        server.pulse(1)


async def test_the_memory_transports_pulse_is_its_callers() -> None:
    transport = MemoryTransport(nobody)
    transport.start()
    assert transport.pulse(0) == transport.pulse(60)
    assert transport.pulse(0).loop == "asyncio"


def test_a_thread_that_is_held_is_left_behind_and_its_port_taken_up_again(
    server: ServerTransport, held: Held
) -> None:
    port, behind = server.port, server._thread
    with pytest.raises(RuntimeError, match="a handler blocks its loop; the port is free"):
        server.stop(0.01)
    assert not server.running
    server.start()
    assert server.port == port
    assert server.pulse(5).seconds is not None
    held.let_go.set()
    assert behind is not None
    assert behind.done.wait(5)
    assert server.pulse(5).seconds is not None, "the one left behind has taken nothing along"


@pytest.mark.live
def test_who_was_left_behind_does_not_shut_the_app_down() -> None:
    closed: list[str] = []

    async def closing() -> None:
        closed.append(threading.current_thread().name)

    server = ServerTransport(nobody, closing=closing)
    server.start()
    held, behind = Held(), server._thread
    server.spawn(held())
    assert held.begun.wait(5)
    with pytest.raises(RuntimeError):
        server.stop(0.01)
    held.let_go.set()
    assert behind is not None
    assert behind.done.wait(5)
    assert closed == []


async def test_a_loop_on_which_somebody_waits_wakes_again_and_again() -> None:
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    waking = Waking()
    again = waking.__class__._again
    seen: list[float] = []

    class Counting(Waking):
        __slots__ = ()

        def _again(self) -> None:
            seen.append(loop.time())
            if len(seen) == 3:
                woken.set()
            again(self)

    with Counting():
        await asyncio.wait_for(woken.wait(), 5)
    assert len(seen) == 3
