"""Waiting for another loop: the deadline is on this side, and the end is told in words."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from playground.transports import LoopBlocked
from playground.transports.waiting import answer, answer_here, submit, wait_here


def who(seconds: float) -> str:
    return "ws_echo, In[5] line 8, has not awaited"


@pytest.fixture
def elsewhere() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop on another thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


async def outer(work: object) -> object:
    return await work  # type: ignore[misc]


async def echo(value: str) -> str:
    await asyncio.sleep(0)
    return value


async def test_an_answer_comes_back(elsewhere: asyncio.AbstractEventLoop) -> None:
    assert await answer(submit(echo("hi"), elsewhere), 5, who) == "hi"
    assert await answer(submit(echo("hi"), elsewhere), None, who) == "hi"


async def test_what_is_late_is_given_up_and_never_begun(
    elsewhere: asyncio.AbstractEventLoop,
) -> None:
    free = threading.Event()
    elsewhere.call_soon_threadsafe(free.wait, 30)
    late = submit(outer(echo("late")), elsewhere)
    with pytest.raises(LoopBlocked, match=r"In\[5\] line 8"):
        await answer(late, 0.0, who)
    free.set()
    assert await answer(submit(echo("next"), elsewhere), 5, who) == "next"
    assert late.cancelled()


async def test_who_is_interrupted_hears_what_held_it_up() -> None:
    future: Future[None] = Future()
    task = asyncio.create_task(answer(future, None, who))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError, match=r"interrupted while it waited: ws_echo"):
        await task


async def test_a_timeout_of_the_learners_is_a_timeout() -> None:
    future: Future[None] = Future()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await answer(future, None, who)


async def test_work_that_is_cancelled_is_told_in_words() -> None:
    future: Future[None] = Future()
    asyncio.get_running_loop().call_soon(future.cancel)
    with pytest.raises(RuntimeError, match="the lab was stopped"):
        await answer(future, 5, who)


def test_a_thread_that_waits_is_told_too(elsewhere: asyncio.AbstractEventLoop) -> None:
    assert answer_here(submit(echo("hi"), elsewhere), 5, who) == "hi"
    with pytest.raises(LoopBlocked, match="has not awaited"):
        answer_here(Future(), 0.0, who)


async def test_an_interrupt_ends_a_wait_that_blocks_its_loop() -> None:
    """ipykernel leaves an interrupt to the loop, which does not turn."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGINT)).start()
    try:
        with pytest.raises(KeyboardInterrupt, match="interrupted while it waited: ws_echo"):
            wait_here(Future(), 30, who)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
async def test_what_would_end_a_program_ends_no_task_that_waits(
    elsewhere: asyncio.AbstractEventLoop, kind: type[BaseException]
) -> None:
    async def leave() -> None:
        raise kind

    with pytest.raises(RuntimeError, match=f"{kind.__name__} was raised where the app lives"):
        await answer(submit(leave(), elsewhere), 5, who)


async def test_a_broken_loop_is_told_at_once(elsewhere: asyncio.AbstractEventLoop) -> None:
    vars(elsewhere)["call_soon_threadsafe"] = None
    with pytest.raises(ConnectionError, match="broken from within"):
        submit(work := echo("hi"), elsewhere)
    work.close()
    del vars(elsewhere)["call_soon_threadsafe"]
    vars(elsewhere)["create_task"] = None
    with pytest.raises(ConnectionError, match=r"lab\.restart\(\) starts another"):
        await answer(submit(echo("hi"), elsewhere), 5, who)
