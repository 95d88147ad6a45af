"""Telling of a change: whoever waits is woken, on the loop that it waits on."""

from __future__ import annotations

import asyncio
import threading

from playground.transports.news import News


async def test_all_who_wait_on_this_loop_are_woken() -> None:
    news = News()
    changes = [news.expect() for _ in range(3)]
    news.tell()
    assert all(change.done() for change in changes)


async def test_who_waits_no_more_is_left_alone() -> None:
    news = News()
    gone, waits = news.expect(), news.expect()
    gone.cancel()
    news.tell()
    assert waits.done()


async def test_a_change_on_another_thread_is_heard_here() -> None:
    news = News()
    change = news.expect()
    threading.Thread(target=news.tell).start()
    async with asyncio.timeout(5):
        await change


async def test_a_change_on_another_loop_is_heard_here() -> None:
    news = News()
    change = news.expect()

    async def told() -> None:
        news.tell()
        await asyncio.sleep(0)

    await asyncio.to_thread(asyncio.run, told())
    async with asyncio.timeout(5):
        await change


async def test_a_loop_that_has_closed_does_not_keep_it_from_the_others() -> None:
    news = News()

    async def expected() -> None:
        news.expect()

    await asyncio.to_thread(asyncio.run, expected())
    change = news.expect()
    news.tell()
    assert change.done()
    await asyncio.sleep(0)
