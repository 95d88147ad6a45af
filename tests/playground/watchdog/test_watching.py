"""The watchdog sees a loop that does not turn, says whose line holds it, and costs no time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from playground.transports.loop_thread import new_loop
from playground.watchdog import Named, Watchdog


class Runner:
    """A loop on a thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.thread = threading.Thread(target=self._run_on, daemon=True)
        self.thread.start()

    def _run_on(self) -> None:
        self.loop.run_forever()

    def call(self, work: Callable[[], object]) -> None:
        self.loop.call_soon_threadsafe(work)


@pytest.fixture(params=[asyncio.new_event_loop, new_loop], ids=["asyncio", "installed"])
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    runner = Runner(request.param())
    yield runner
    runner.call(runner.loop.stop)
    runner.thread.join(5)
    runner.loop.close()


NAMED = Named(lambda filename: "In[5]" if filename == "<cell>" else None, lambda scope: "")

CELL = """
def work():
    inner()

def inner():
    free.wait(30)
"""


def test_a_blocked_loop_is_noticed_with_the_line_that_holds_it(runner: Runner) -> None:
    free, noticed = threading.Event(), Future[str]()

    cell: dict[str, Any] = {"free": free}
    exec(compile(CELL, "<cell>", "exec"), cell)
    watchdog = Watchdog(lambda: runner, NAMED, noticed.set_result)
    watchdog.start()
    runner.call(cell["work"])
    said = noticed.result(10)
    free.set()
    assert said.startswith("work, In[5] line 6 in inner, has not awaited for ")
    assert watchdog.turns(10)
    deadline = time.monotonic() + 10
    while watchdog.blocked:
        assert time.monotonic() < deadline
    assert watchdog.blocker() == ""
    watchdog.stop()


def test_a_loop_that_turns_is_never_said_to_be_blocked(runner: Runner) -> None:
    said: list[str] = []
    watchdog = Watchdog(lambda: runner, NAMED, said.append)
    for second in range(100):
        watchdog._look(float(second))
        assert watchdog.turns(10)
    assert said == []
    assert watchdog.blocker(0.0) == ""


def test_its_thread_costs_less_than_a_thousandth_of_a_core(runner: Runner) -> None:
    """Five looks a second; each may cost 200 microseconds."""
    watchdog = Watchdog(lambda: runner, NAMED)
    runner.call(lambda: None)
    began = time.thread_time()
    for second in range(1000):
        watchdog._look(float(second))
    assert (time.thread_time() - began) / 1000 < 200e-6


def test_who_stands_still_with_the_loop_does_not_blame_it(runner: Runner) -> None:
    watchdog = Watchdog(lambda: None, NAMED)
    watchdog.start()
    assert watchdog.thread is None, "there is nothing to look at"
    assert watchdog.turns(0.0)
    assert watchdog.blocker(5.0) == ""
