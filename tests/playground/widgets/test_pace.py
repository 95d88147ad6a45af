"""A pace goes on until it is stopped, on a thread of its own or on the loop there is."""

from __future__ import annotations

import asyncio
import sys
import threading

import pytest

from playground.traffic.log import Log
from playground.widgets.follower import Follower
from playground.widgets.pace import LoopPace, ThreadPace, new_pace

SOON = 20


class Counted:
    """Counts how often it is looked, and where."""

    def __init__(self, enough: int) -> None:
        self.times, self.enough = 0, enough
        self.there, self.threads = threading.Event(), set[str]()

    def __call__(self) -> None:
        self.times += 1
        self.threads.add(threading.current_thread().name)
        if self.times >= self.enough:
            self.there.set()


def test_a_thread_of_its_own_looks_until_it_is_stopped() -> None:
    looked, pace = Counted(3), ThreadPace("the-pace")
    assert not pace.going
    pace.start(0.001, looked)
    assert looked.there.wait(SOON)
    assert pace.going
    pace.stop()
    assert not pace.going
    assert pace.ended(SOON)
    times = looked.times
    assert looked.threads == {"the-pace"}
    assert looked.times == times


def test_a_thread_can_wait_for_its_own_end() -> None:
    told: list[bool] = []
    done, pace = threading.Event(), ThreadPace("the-pace")

    def last() -> None:
        pace.stop()
        told.append(pace.ended(SOON))
        done.set()

    pace.start(0.001, last)
    assert done.wait(SOON)
    assert pace.ended(SOON)
    assert told == [True]


async def test_the_loop_looks_until_it_is_stopped() -> None:
    before, looked, pace = threading.active_count(), Counted(3), LoopPace()
    assert not pace.going
    pace.start(0, looked)
    async with asyncio.timeout(SOON):
        while not looked.there.is_set():
            await asyncio.sleep(0)
    assert pace.going
    assert threading.active_count() == before
    pace.stop()
    pace.stop()
    times = looked.times
    for _ in range(5):
        await asyncio.sleep(0)
    assert looked.times == times
    assert pace.ended(0)


async def test_the_loop_can_be_told_to_stop_while_it_looks() -> None:
    pace, times = LoopPace(), list[int]()

    def last() -> None:
        times.append(1)
        pace.stop()

    pace.start(0, last)
    for _ in range(5):
        await asyncio.sleep(0.001)
    assert times == [1]


def test_a_browser_has_no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(new_pace("here"), ThreadPace)
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert isinstance(new_pace("there"), LoopPace)


async def test_a_follower_without_a_thread_keeps_its_faces_up() -> None:
    class Listening:
        def __init__(self) -> None:
            self.moved = asyncio.Event()

        def keep_up(self, moved: bool) -> None:
            if moved:
                self.moved.set()

        def tell(self, message: object) -> None: ...

        def trouble(self, error: BaseException, doing: str) -> None: ...

    log, face = Log(), Listening()
    follower = Follower(log, face, pace=lambda name: LoopPace())
    assert follower.running
    log.append(1.0, 0, "lab", "lab", "serving")
    await asyncio.wait_for(face.moved.wait(), SOON)
    follower.detach(face)
    assert not follower.running
