"""What arrives of a body: chunk by chunk, within its time, and once more from its start."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micropie import App
from micropie.exceptions import ClientDisconnected, RequestTimeout
from micropie.receiving import chunk_of, next_event, replay
from micropie.types import Event

EVENT: Event = {"type": "http.request", "body": b"x", "more_body": False}


@pytest.mark.parametrize(
    ("event", "chunk"),
    [
        (EVENT, b"x"),
        ({"type": "http.request"}, b""),
        ({"type": "http.request", "body": None}, b""),
    ],
)
def test_an_event_brings_a_chunk(event: Event, chunk: bytes) -> None:
    assert chunk_of(event) == chunk


@pytest.mark.parametrize("kind", ["http.disconnect", "something.else"])
def test_what_is_no_chunk_is_a_client_that_left(kind: str) -> None:
    with pytest.raises(ClientDisconnected):
        chunk_of({"type": kind})


async def test_an_event_that_is_there_needs_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def receive() -> Event:
        return EVENT

    monkeypatch.setattr(asyncio, "timeout", None)
    assert await next_event(receive, App(body_timeout=1.0)) is EVENT


def silence() -> asyncio.Future[Event]:
    """Return what no event ever comes of."""
    return asyncio.get_running_loop().create_future()


async def late(turns: int) -> Event:
    for _ in range(turns):
        await asyncio.sleep(0)
    return EVENT


@pytest.mark.parametrize("turns", [0, 1, 2, 5])
@pytest.mark.parametrize("timeout", [None, 60.0])
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(late, id="coroutine"),
        pytest.param(lambda turns: asyncio.ensure_future(late(turns)), id="task"),
    ],
)
async def test_an_event_that_comes_late_is_returned(
    kind: Any, timeout: float | None, turns: int
) -> None:
    assert await next_event(lambda: kind(turns), App(body_timeout=timeout)) is EVENT


@pytest.mark.parametrize("waits_for", ["future", "task", "nested"])
async def test_an_event_that_never_comes_is_a_408_and_its_wait_is_cancelled(waits_for: str) -> None:
    ended: list[str] = []

    async def never() -> Event:
        try:
            return await silence()
        finally:
            ended.append(waits_for)

    async def nested() -> Event:
        async with asyncio.timeout(60):
            return await never()

    kinds = {"future": never, "task": lambda: asyncio.ensure_future(never()), "nested": nested}
    with pytest.raises(RequestTimeout):
        await next_event(kinds[waits_for], App(body_timeout=0.001))
    await asyncio.sleep(0)
    assert ended == [waits_for]


async def test_what_the_server_raises_comes_through_at_once_or_late() -> None:
    async def fail(turns: int) -> Event:
        await late(turns)
        raise OSError("reset")

    for turns in (0, 3):
        with pytest.raises(OSError, match="reset"):
            await next_event(partial(fail, turns), App(body_timeout=60.0))


async def test_a_time_out_of_the_server_itself_is_a_408_only_within_ours() -> None:
    async def times_out() -> Event:
        await asyncio.sleep(0)
        raise TimeoutError

    with pytest.raises(RequestTimeout):
        await next_event(times_out, App(body_timeout=60.0))


async def test_a_cancelled_wait_cancels_receive_and_stays_cancelled() -> None:
    waiting = asyncio.Event()
    seen: list[type[BaseException]] = []

    async def receive() -> Event:
        waiting.set()
        try:
            return await silence()
        except BaseException as error:
            seen.append(type(error))
            raise

    task = asyncio.ensure_future(next_event(receive, App(body_timeout=60.0)))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == [asyncio.CancelledError]


async def gathered(receive: Any) -> tuple[list[bytes], list[bool]]:
    bodies: list[bytes] = []
    more: list[bool] = []
    while not more or more[-1]:
        event = await receive()
        assert event["type"] == "http.request"
        bodies.append(event["body"])
        more.append(event["more_body"])
    return bodies, more


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.binary(max_size=4), min_size=1), st.integers(0, 8))
async def test_a_body_is_given_once_more_wherever_its_reading_stopped(
    chunks: list[bytes], read: int
) -> None:
    read = min(read, len(chunks))
    rest = chunks[read:]

    async def receive() -> Event:
        return {"type": "http.request", "body": rest.pop(0), "more_body": bool(rest)}

    bodies, more = await gathered(replay(chunks[:read], not rest, receive))
    assert bodies == chunks
    assert more == [True] * (len(chunks) - 1) + [False]


async def test_after_the_body_comes_what_the_server_says() -> None:
    def receive() -> Awaitable[Event]:
        return asyncio.sleep(0, {"type": "http.disconnect"})

    again = replay([b"all"], True, receive)
    assert await again() == {"type": "http.request", "body": b"all", "more_body": False}
    assert (await again())["type"] == "http.disconnect"
