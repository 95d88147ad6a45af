"""Calls to another loop: those of one turn go together, in order, and what is lost is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from playground.transports.crossing import crossing_to, send_all


class Elsewhere:
    """A loop on another thread, which counts how often it was woken."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.woken = 0
        wake = self.loop.call_soon_threadsafe

        def counted(*args: object, **options: object) -> object:
            self.woken += 1
            return wake(*args, **options)  # type: ignore[arg-type]

        self.loop.call_soon_threadsafe = counted  # type: ignore[assignment, method-assign]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def end(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(5)
            self.loop.close()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    other = Elsewhere()
    yield other
    other.end()


async def test_the_calls_of_one_turn_come_in_order_and_wake_the_other_loop_once(
    elsewhere: Elsewhere,
) -> None:
    came: list[int] = []
    done = threading.Event()
    for number in range(100):
        crossing_to(elsewhere.loop).call(lambda number=number: came.append(number))  # type: ignore[misc]
    crossing_to(elsewhere.loop).call(done.set)
    assert not done.is_set()
    await asyncio.to_thread(done.wait, 5)
    assert came == list(range(100))
    assert elsewhere.woken == 1


async def test_what_waits_can_be_sent_before_the_turn_is_over(elsewhere: Elsewhere) -> None:
    done = threading.Event()
    crossing_to(elsewhere.loop).call(done.set)
    send_all()
    assert done.wait(5)


async def test_a_call_to_a_loop_that_has_closed_is_lost_and_says_so(elsewhere: Elsewhere) -> None:
    crossing = crossing_to(elsewhere.loop)
    elsewhere.end()
    lost: list[str] = []
    crossing.call(lambda: lost.append("called"), lambda: lost.append("lost"))
    await asyncio.sleep(0)
    assert lost == ["lost"]


async def test_an_answer_is_sent_before_what_the_calls_set_going_runs(elsewhere: Elsewhere) -> None:
    here = asyncio.get_running_loop()
    answered: asyncio.Future[str] = here.create_future()
    free = threading.Event()

    def asked() -> None:
        elsewhere.loop.call_soon(free.wait, 30)
        crossing_to(here).call(lambda: answered.set_result("before"))

    crossing_to(elsewhere.loop).call(asked)
    async with asyncio.timeout(5):
        assert await answered == "before"
    free.set()
