"""Waiting with a deadline of one timer: it raises in time, and wakes the loop meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from playground.transports.waking import Patience


async def wait(seconds: float | None, waiting: asyncio.Future[int]) -> int:
    with Patience(seconds) as patience:
        patience.waiting = waiting
        return await waiting


@pytest.mark.parametrize("seconds", [0.01, 0, -1])
async def test_a_wait_that_is_too_long_is_a_timeout(seconds: float) -> None:
    with pytest.raises(TimeoutError):
        await wait(seconds, asyncio.get_running_loop().create_future())


async def test_what_is_awaited_after_the_deadline_is_a_timeout_too() -> None:
    loop = asyncio.get_running_loop()
    first: asyncio.Future[int] = loop.create_future()
    with Patience(0) as patience:
        patience.waiting = first
        first.set_result(1)
        await first
        patience.waiting = second = loop.create_future()
        with pytest.raises(TimeoutError):
            await second


async def test_what_came_in_time_leaves_no_timer_behind() -> None:
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[int] = loop.create_future()
    loop.call_soon(waiting.set_result, 7)
    patience = Patience(None)
    with patience:
        patience.waiting = waiting
        assert await waiting == 7
    assert patience._handle is not None
    assert patience._handle.cancelled()
