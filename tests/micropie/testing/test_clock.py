"""A loop with virtual time: an hour is over at once, and what lies outside is refused."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from micropie.testing import Clock, OutOfReach, Restless, Stuck


def test_an_hour_is_over_at_once() -> None:
    async def main() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert Clock().run(main()) == 3600


async def endless() -> None:
    await asyncio.Event().wait()


def test_timeouts_go_by_the_clock() -> None:
    async def main() -> list[Any]:
        now, times = asyncio.get_running_loop().time, list[Any]()
        for work in (asyncio.wait_for(endless(), 5), asyncio.wait_for(asyncio.sleep(1), 5)):
            try:
                await work
            except TimeoutError:
                times.append(now())
        try:
            async with asyncio.timeout(7):
                await endless()
        except TimeoutError:
            times.append(now())
        asyncio.get_running_loop().call_later(2, times.append, "called")
        await asyncio.sleep(3)
        return times

    assert Clock().run(main()) == [5, 13, "called"]


def test_it_runs_inside_of_a_loop_that_goes_on_afterwards() -> None:
    async def inner() -> Any:
        await asyncio.sleep(60)
        return asyncio.current_task()

    async def outer() -> tuple[bool, bool]:
        here, task = asyncio.get_running_loop(), asyncio.current_task()
        there = Clock().run(inner())
        async with asyncio.timeout(5):
            await asyncio.sleep(0)
        return asyncio.get_running_loop() is here, asyncio.current_task() is task is not there

    assert asyncio.run(outer()) == (True, True)


def test_what_happens_next_is_chosen_by_name() -> None:
    asked: list[list[str]] = []

    def last(names: Sequence[str]) -> int:
        asked.append(list(names))
        return len(names) - 1

    clock = Clock(last)
    done: list[str] = []

    async def one(name: str) -> None:
        await clock.turn(name)
        done.append(name)

    async def main() -> None:
        await asyncio.gather(one("a"), one("b"), one("b"))

    clock.run(main())
    assert asked == [["a", "b", "b (2)"], ["a", "b"], ["a"]]
    assert done == ["b", "b", "a"]


def test_a_turn_that_nobody_waits_for_any_more_does_not_come_up() -> None:
    asked: list[list[str]] = []

    def first(names: Sequence[str]) -> int:
        asked.append(list(names))
        return 0

    clock = Clock(first)

    async def main() -> None:
        task = asyncio.create_task(clock.turn("a"))
        await asyncio.sleep(0)
        task.cancel()
        await clock.turn("b")

    clock.run(main())
    assert asked == [["b"]]


def test_nobody_can_go_on() -> None:
    with pytest.raises(Stuck, match="nobody can go on"):
        Clock().run(endless())


def test_what_never_waits_is_ended() -> None:
    async def main() -> None:
        while True:
            await asyncio.sleep(0)

    with pytest.raises(Restless):
        Clock().run(main())


@pytest.mark.parametrize(
    ("work", "what"),
    [
        (lambda: asyncio.open_connection("localhost", 1), "a connection"),
        (lambda: asyncio.create_subprocess_exec("true"), "another program"),
        (lambda: asyncio.get_running_loop().getaddrinfo("localhost", 1), "a connection"),
    ],
)
def test_what_lies_outside_is_refused_and_noted(work: Any, what: str) -> None:
    clock = Clock()

    async def main() -> None:
        await work()

    with pytest.raises(OutOfReach, match=what):
        clock.run(main())
    (said,) = clock.refused
    assert what in said
    assert "test_clock.py:" in said


@pytest.mark.parametrize(
    "call",
    [
        lambda: time.sleep(30),
        # It is refused as it begins, of which the quick tier is told all the same.
        pytest.param(lambda: subprocess.run(["true"], check=True), marks=pytest.mark.live),
    ],
)
def test_what_would_block_is_refused(call: Any) -> None:
    async def main() -> None:
        call()

    with pytest.raises(OutOfReach):
        Clock().run(main())


@pytest.mark.live
def test_elsewhere_one_sleeps_as_ever() -> None:
    async def nothing() -> None:
        pass

    Clock().run(nothing())
    time.sleep(0)
    assert subprocess.run(["true"], check=False).returncode == 0


def test_a_function_for_a_thread_is_called_in_place_and_noted() -> None:
    clock = Clock()

    async def main() -> Any:
        return await asyncio.to_thread(threading.get_ident)

    assert clock.run(main()) == threading.get_ident()
    assert "in place" in "".join(clock.said)


def test_a_thread_is_waited_for_where_nobody_else_can_go_on() -> None:
    clock = Clock()

    async def main() -> bool:
        event, loop = asyncio.Event(), asyncio.get_running_loop()
        threading.Thread(target=lambda: loop.call_soon_threadsafe(event.set)).start()
        async with asyncio.timeout(5):
            return await event.wait()

    assert clock.run(main())
    assert "thread" in "".join(clock.said)


def test_sets_have_tasks_in_the_order_they_were_begun() -> None:
    async def main() -> list[int]:
        tasks = [asyncio.create_task(asyncio.sleep(0, number)) for number in range(50)]
        done, _ = await asyncio.wait(set(tasks))
        return [task.result() for task in done]

    assert Clock().run(main()) == list(range(50))


def test_what_nobody_catches_is_kept() -> None:
    clock = Clock()

    async def failing(what: str) -> None:
        raise ValueError(what)

    async def main() -> None:
        kept = asyncio.create_task(failing("kept"))
        asyncio.create_task(failing("let go"))  # noqa: RUF006
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(1)
        gc.collect()
        assert kept.done()

    clock.run(main())
    assert sorted(map(str, clock.errors)) == ["division by zero", "kept", "let go"]


def test_every_task_is_ended_also_one_that_does_not_want_to() -> None:
    ended: list[str] = []

    async def tidy() -> None:
        try:
            await endless()
        finally:
            await asyncio.sleep(5)
            ended.append("tidy")

    async def main() -> None:
        asyncio.create_task(tidy())  # noqa: RUF006
        await asyncio.sleep(0)

    Clock().run(main())
    assert ended == ["tidy"]


def test_a_generator_that_was_begun_is_closed() -> None:
    ended: list[str] = []

    async def numbers() -> Any:
        try:
            yield 1
        finally:
            ended.append("closed")

    async def main() -> None:
        async for _ in numbers():
            break
        await asyncio.sleep(0)

    Clock().run(main())
    gc.collect()
    assert ended == ["closed"]


def test_a_clock_runs_once() -> None:
    async def nothing() -> None:
        pass

    clock = Clock()
    clock.run(nothing())
    with pytest.raises(RuntimeError, match="make another"):
        clock.run(nothing())
