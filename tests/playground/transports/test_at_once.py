"""Who waits for a queue goes on in the step in which something comes, in his own task."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest

from playground.stage import idle_tasks
from playground.transports.at_once import Inbox

whose: ContextVar[str] = ContextVar("whose", default="")


async def from_the_loop(call: Callable[..., Any], *given: Any) -> None:
    """Have something called by the loop itself, as it calls when data has come."""
    called = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.call_soon(call, *given)
    loop.call_soon(called.set)
    await called.wait()


@pytest.fixture
async def inbox() -> Inbox[Any]:
    return Inbox(asyncio.get_running_loop(), lambda item: None)


async def waiting(work: Any) -> asyncio.Task[Any]:
    task = asyncio.create_task(work)
    await asyncio.sleep(0)
    return task


async def test_who_waits_goes_on_before_the_call_returns_in_his_own_task_and_context(
    inbox: Inbox[str],
) -> None:
    seen: list[object] = []

    async def reads() -> None:
        whose.set("the reader's")
        while (item := await inbox.get()) != "end":
            seen.append((item, asyncio.current_task() is task, whose.get()))

    def comes() -> None:
        for item in "ab":
            inbox.put_at_once(item)
            seen.append("returned")

    task = await waiting(reads())
    await from_the_loop(comes)
    first, second = ("a", True, "the reader's"), ("b", True, "the reader's")
    assert seen == [first, "returned", second, "returned"]
    inbox.put_nowait("end")
    await task


async def test_while_another_task_is_at_work_he_goes_on_at_the_next_turn(inbox: Inbox[int]) -> None:
    task = await waiting(inbox.get())
    inbox.put_at_once(1)  # by this task
    assert not task.done()
    assert await task == 1


@pytest.mark.parametrize("way", ["put_nowait", "put_at_once"])
async def test_all_comes_out_once_and_in_order_to_whoever_has_waited_longest(
    way: str, inbox: Inbox[int]
) -> None:
    got: list[object] = []

    async def reads(name: str) -> None:
        got.append((name, await inbox.get()))

    readers = [await waiting(reads(name)) for name in "abc"]

    def come() -> None:
        for number in range(5):
            getattr(inbox, way)(number)

    await from_the_loop(come)
    await asyncio.gather(*readers)
    assert got == [("a", 0), ("b", 1), ("c", 2)]
    assert [await inbox.get(), await inbox.get(), inbox.empty()] == [3, 4, True]


async def test_nobody_overtakes_one_who_goes_on_at_the_next_turn(inbox: Inbox[int]) -> None:
    first, second = await waiting(inbox.get()), await waiting(inbox.get())

    def come() -> None:
        inbox.put_nowait(1)
        inbox.put_at_once(2)

    await from_the_loop(come)
    assert [await first, await second] == [1, 2]


async def test_what_came_for_one_who_gives_up_is_anothers(inbox: Inbox[int]) -> None:
    first, second = await waiting(inbox.get()), await waiting(inbox.get())
    inbox.put_nowait(1)
    first.cancel()
    assert await second == 1
    assert first.cancelled()
    third = await waiting(inbox.get())
    third.cancel()
    with pytest.raises(asyncio.CancelledError):
        await third
    await from_the_loop(inbox.put_at_once, 2)
    assert inbox.qsize() == 1


async def test_what_ends_a_program_leaves_the_loop_and_not_the_call(inbox: Inbox[int]) -> None:
    left: list[BaseException] = []

    async def reads() -> None:
        await inbox.get()
        raise SystemExit(3)

    def comes() -> None:
        try:
            inbox.put_at_once(1)
        except BaseException as error:
            left.append(error)

    def runs() -> None:
        loop = asyncio.new_event_loop()
        nonlocal inbox
        inbox = Inbox(loop, lambda item: None)
        task = loop.create_task(reads())
        loop.call_soon(comes)
        with pytest.raises(SystemExit):
            loop.run_until_complete(task)
        loop.close()
        assert isinstance(task.exception(), SystemExit)

    await asyncio.to_thread(runs)
    assert not left


async def test_where_his_context_is_in_use_he_goes_on_at_the_next_turn(inbox: Inbox[int]) -> None:
    from contextvars import copy_context

    context = copy_context()
    task = asyncio.create_task(inbox.get(), context=context)
    await asyncio.sleep(0)
    await from_the_loop(context.run, inbox.put_at_once, 1)
    assert await task == 1


async def test_a_task_that_waits_for_an_item_holds_none(inbox: Inbox[int]) -> None:
    task = await waiting(inbox.get())
    assert idle_tasks.is_waiting(task)
    inbox.put_nowait(1)
    assert not idle_tasks.is_waiting(task)
    await task
