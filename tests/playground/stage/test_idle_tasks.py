"""What a handler's tasks are at: whether a swap would cost one of them a message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from playground.stage import idle_tasks


async def in_queue() -> None:
    await asyncio.Queue[int]().get()


async def in_full_queue() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    queue.put_nowait(1)
    await queue.put(2)


async def in_event() -> None:
    await asyncio.Event().wait()


async def in_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(in_event())


async def in_task() -> None:
    await asyncio.create_task(in_event())


async def in_gather() -> None:
    await asyncio.gather(in_event(), in_event())


async def in_wait() -> None:
    await asyncio.wait({asyncio.create_task(in_event())})


async def in_wait_for() -> None:
    await asyncio.wait_for(asyncio.create_task(in_event()), 60)


async def in_wait_for_future() -> None:
    await asyncio.wait_for(asyncio.get_running_loop().create_future(), 60)


async def in_thread_pool() -> None:
    await asyncio.get_running_loop().create_future()


async def in_sleep() -> None:
    while True:
        await asyncio.sleep(60)


async def in_sleep_after_a_queue() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()
    queue.put_nowait(1)
    while True:
        await queue.get()
        await asyncio.sleep(60)


async def seen(make: Callable[[], Coroutine[Any, Any, None]], look: Callable[[Any], bool]) -> bool:
    """Begin a task, let it come to where it waits, and look at it."""
    task = asyncio.create_task(make())
    for _ in range(3):
        await asyncio.sleep(0)
    try:
        return look(task)
    finally:
        task.cancel()
        for other in asyncio.all_tasks() - {asyncio.current_task()}:
            other.cancel()
        await asyncio.wait({task})


@pytest.mark.parametrize("make", [in_queue, in_group, in_task, in_gather, in_wait, in_wait_for])
async def test_a_task_that_waits_for_a_queue_or_for_tasks_is_idle(make: Any) -> None:
    assert await seen(make, idle_tasks.is_waiting)


@pytest.mark.parametrize(
    "make", [in_full_queue, in_event, in_sleep, in_wait_for_future, in_thread_pool]
)
async def test_a_task_that_waits_for_anything_else_may_be_busy(make: Any) -> None:
    assert not await seen(make, idle_tasks.is_waiting)


async def test_a_task_that_was_just_given_an_item_may_be_busy() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()
    task = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    assert idle_tasks.is_waiting(task)
    queue.put_nowait(1)
    assert not idle_tasks.is_waiting(task)
    await task
    assert idle_tasks.is_waiting(task)


async def test_a_sleep_alone_is_idle_and_what_goes_on_after_it_is_not() -> None:
    assert await seen(lambda: asyncio.sleep(60), idle_tasks.is_waiting)
    assert not await seen(in_sleep, idle_tasks.is_waiting)


async def test_a_timer_sleeps_and_takes_nothing_from_anybody() -> None:
    assert await seen(in_sleep, idle_tasks.is_timer)
    assert not await seen(in_sleep_after_a_queue, idle_tasks.is_timer)
    assert not await seen(in_event, idle_tasks.is_timer)


async def test_what_was_begun_for_a_message_is_no_timer() -> None:
    idle_tasks.handling.set(True)
    assert not await seen(in_sleep, idle_tasks.is_timer)


async def test_timers_do_not_count_as_busy_but_beside_a_task_that_serves_a_queue() -> None:
    timer, worker = asyncio.create_task(in_sleep()), asyncio.create_task(in_queue())
    await asyncio.sleep(0)
    assert idle_tasks.is_idle([])
    assert idle_tasks.is_idle([timer])
    assert idle_tasks.is_idle([worker])
    assert not idle_tasks.is_idle([timer, worker])
    timer.cancel()
    worker.cancel()


async def test_tasks_are_found_by_whose_handler_began_them() -> None:
    handler_run = object()

    async def handler() -> None:
        idle_tasks.owner.set(handler_run)
        await asyncio.gather(in_event(), in_event())

    task = asyncio.create_task(handler())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    found = idle_tasks.tasks_by_owner()
    task.cancel()
    assert task in found[handler_run]
    assert len(found[handler_run]) == 3
    assert asyncio.current_task() not in found[handler_run]
