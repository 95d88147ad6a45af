"""Every wait has a deadline, and no cancelled wait loses an item."""

from __future__ import annotations

import asyncio
from math import inf
from typing import Any

import pytest

from micropie.testing import Client
from micropie.testing.waiting import ENDLESS, HIGH_WATER, Deadline, Pipe
from micropie.types import Receive, Scope, Send
from tests.micropie.testing_apps import ACCEPT, stuck


async def test_every_wait_has_a_deadline_that_says_what_it_was_for() -> None:
    client = Client(stuck, timeout=0.01)
    with pytest.raises(TimeoutError, match=r"waited 0.01 s for the app's start-up"):
        await client.start()
    with pytest.raises(TimeoutError, match=r"the response to GET /slow"):
        await client.get("/slow")
    with pytest.raises(TimeoutError, match=r"the app to accept or refuse '/slow'"):
        await client.connect("/slow")
    await client.stop()


async def deaf(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept, then neither read nor write."""
    await send(ACCEPT)
    await asyncio.Event().wait()


async def test_waiting_for_a_message_or_for_room_has_a_deadline() -> None:
    client = Client(deaf, timeout=0.01)
    session = await client.connect("/deaf")
    with pytest.raises(TimeoutError, match="a message from the app on '/deaf'"):
        await session.receive()
    with pytest.raises(TimeoutError, match="the app's handler of '/deaf' to end"):
        await session.ended()
    await session.send("x" * HIGH_WATER)
    with pytest.raises(TimeoutError, match="the app to read what came to '/deaf'"):
        await session.send("one too many")
    await client.stop()


async def test_a_shutdown_that_never_ends_is_cut_off() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await asyncio.Event().wait()

    client = Client(app, timeout=0.01)
    await client.start()
    with pytest.raises(TimeoutError, match="the app's shutdown"):
        await client.stop()


async def test_a_time_out_of_the_caller_is_not_renamed() -> None:
    with pytest.raises(TimeoutError, match=r"^mine$"):
        async with Deadline(5, "something"):
            raise TimeoutError("mine")


@pytest.mark.parametrize(("seconds", "timers"), [(ENDLESS - 1, 1), (ENDLESS, 0), (inf, 0)])
async def test_a_wait_without_end_sets_no_timer(seconds: float, timers: int) -> None:
    loop: Any = asyncio.get_running_loop()
    before = len(loop._scheduled)
    async with Deadline(seconds, "something"):
        assert len(loop._scheduled) == before + timers


async def test_a_pipe_gives_each_item_once_whoever_waits() -> None:
    pipe: Pipe[int] = Pipe()
    readers = [asyncio.create_task(pipe.get()) for _ in range(3)]
    await asyncio.sleep(0)
    for number in (1, 2, 3):
        pipe.put(number)
    assert sorted(await asyncio.gather(*readers)) == [1, 2, 3]


async def test_a_woken_reader_that_is_cancelled_leaves_the_item() -> None:
    pipe: Pipe[int] = Pipe()
    reader = asyncio.create_task(pipe.get())
    await asyncio.sleep(0)
    pipe.put(1)
    reader.cancel()
    await asyncio.wait({reader})
    assert await pipe.get() == 1


async def test_the_first_end_wins_and_is_repeated() -> None:
    pipe: Pipe[str] = Pipe()
    pipe.put("a")
    pipe.end("end")
    pipe.end("other")
    pipe.put("late")
    assert [await pipe.get() for _ in range(3)] == ["a", "end", "end"]
