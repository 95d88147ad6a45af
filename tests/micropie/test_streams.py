"""A body in chunks: stepped, sent, and closed whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micropie.exceptions import ClientDisconnected
from micropie.streams import (
    EndlessStream,
    Stepper,
    as_chunks,
    chunk_bytes,
    close_chunks,
    send_chunks,
    send_stream,
    until_left,
)
from micropie.types import Event
from tests.micropie.drive import Answer

START: Event = {"type": "http.response.start", "status": 200, "headers": []}


async def stays() -> None:
    """A client that does not leave."""
    await asyncio.Event().wait()


async def leaves() -> None:
    """A client that leaves at once."""


class Chunks:
    """An asynchronous iterator that notes how often it was closed."""

    def __init__(self, *chunks: Any, after: BaseException | None = None) -> None:
        self.chunks = list(chunks)
        self.after = after
        self.closed = 0

    def __aiter__(self) -> Chunks:
        return self

    async def __anext__(self) -> Any:
        if self.chunks:
            return self.chunks.pop(0)
        raise self.after or StopAsyncIteration

    async def aclose(self) -> None:
        self.closed += 1


def sender(answer: Answer, failure: BaseException | None = None, after: int = 0) -> Any:
    """Return a `send` that fails after so many events, if there is something to fail with."""
    left = after

    async def send(event: Event) -> None:
        nonlocal left
        if failure is not None and not left:
            raise failure
        left -= 1
        answer.take(event)

    return send


async def noted(closed: list[str]) -> AsyncIterator[str]:
    try:
        yield "a"
        await asyncio.Event().wait()
    finally:
        closed.append("closed")


def stepped(closed: list[str], started: threading.Event | None = None) -> Iterator[str]:
    try:
        yield "a"
        if started is not None:
            started.set()
        yield "b"
    finally:
        closed.append("closed")


# What a chunk is.


@pytest.mark.parametrize(
    ("chunk", "data"),
    [
        ("ä", "ä".encode()),
        ("", b""),
        (b"x", b"x"),
        (bytearray(b"x"), b"x"),
        (memoryview(b"xyz")[1:], b"yz"),
    ],
)
def test_text_and_bytes_are_chunks(chunk: Any, data: bytes) -> None:
    assert chunk_bytes(chunk) == data
    assert type(chunk_bytes(chunk)) is bytes


@pytest.mark.parametrize("chunk", [None, 1, ["x"], {"a": 1}])
def test_anything_else_is_no_chunk(chunk: Any) -> None:
    with pytest.raises(TypeError, match="expected chunks of str or bytes, got"):
        chunk_bytes(chunk)


# Stepping.


@pytest.mark.parametrize("make", [iter, list, tuple, lambda items: (item for item in items)])
async def test_any_iterable_is_stepped(make: Any) -> None:
    assert [chunk async for chunk in as_chunks(make(["a", "b"]))] == ["a", "b"]


async def test_an_asynchronous_iterable_is_used_as_it_is() -> None:
    chunks = Chunks("a", "b")
    assert as_chunks(chunks) is chunks
    assert [chunk async for chunk in as_chunks(chunks)] == ["a", "b"]


async def test_a_step_runs_beside_the_loop() -> None:
    threads = []

    def work() -> Iterator[str]:
        threads.append(threading.current_thread())
        yield "a"

    assert [chunk async for chunk in Stepper(work())] == ["a"]
    assert threads != [threading.current_thread()]


async def test_a_step_that_raises_raises_here() -> None:
    def fail() -> Iterator[str]:
        yield "a"
        raise KeyError("step")

    chunks = Stepper(fail())
    assert await anext(chunks) == "a"
    with pytest.raises(KeyError, match="step"):
        await anext(chunks)
    await chunks.aclose()


async def test_a_generator_that_is_left_is_closed_once() -> None:
    closed: list[str] = []
    chunks = Stepper(stepped(closed))
    await anext(chunks)
    await chunks.aclose()
    await chunks.aclose()
    assert closed == ["closed"]


async def test_what_has_ended_or_cannot_be_closed_is_left_alone() -> None:
    class Once:
        def __init__(self) -> None:
            self.closed = False

        def __iter__(self) -> Once:
            return self

        def __next__(self) -> str:
            raise StopIteration

        def close(self) -> None:
            self.closed = True

    once = Once()
    chunks = Stepper(once)
    assert [chunk async for chunk in chunks] == []
    await chunks.aclose()
    assert not once.closed
    await Stepper(["a"]).aclose()
    await close_chunks(iter(["a"]))  # type: ignore[arg-type]


async def test_closing_waits_for_the_step_that_runs() -> None:
    go, running, closed = threading.Event(), threading.Event(), list[str]()

    def slow() -> Iterator[str]:
        try:
            running.set()
            assert go.wait(5)
            yield "a"
        finally:
            closed.append("closed")

    chunks = Stepper(slow())
    step = asyncio.ensure_future(anext(chunks))
    await asyncio.to_thread(running.wait, 5)
    step.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await step
    closing = asyncio.ensure_future(chunks.aclose())
    await asyncio.sleep(0)
    assert (closing.done(), closed) == (False, [])
    go.set()
    await closing
    assert closed == ["closed"]


# Sending.


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.text(max_size=3), st.binary(max_size=3)), max_size=5))
async def test_every_byte_arrives_in_order_and_the_end_is_said(chunks: list[Any]) -> None:
    answer, source = Answer(), Chunks(*chunks)
    await send_stream(START, source, sender(answer), stays, bodiless=False)
    assert answer.body == b"".join(map(chunk_bytes, chunks))
    assert (answer.complete, source.closed) == (True, 1)
    # An empty chunk would be no chunk on the wire, so none is sent; the last one is the end.
    assert all(answer.chunks[:-1])
    assert answer.chunks[-1] == b""


async def test_a_response_without_a_body_closes_its_stream_unread() -> None:
    answer, source = Answer(), Chunks("never")
    await send_stream(START, source, sender(answer), stays, bodiless=True)
    assert (answer.body, answer.complete, source.closed, source.chunks) == (b"", True, 1, ["never"])


@pytest.mark.parametrize("bodiless", [True, False])
@pytest.mark.parametrize("after", [0, 1, 2])
async def test_a_send_that_fails_is_a_client_that_left(after: int, bodiless: bool) -> None:
    source = Chunks("a", "b")
    send = sender(Answer(), OSError("reset"), after)
    ends_before = bodiless and after == 2
    expected: Any = contextlib.nullcontext() if ends_before else pytest.raises(ClientDisconnected)
    with expected:
        await send_stream(START, source, send, stays, bodiless=bodiless)
    assert source.closed == 1


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_any_other_failure_of_send_comes_through(after: int) -> None:
    source = Chunks("a", "b")
    with pytest.raises(RuntimeError, match="order"):
        await send_stream(
            START, source, sender(Answer(), RuntimeError("order"), after), stays, bodiless=False
        )
    assert source.closed == 1


@pytest.mark.parametrize("failure", [KeyError("x"), OSError("disk"), ClientDisconnected()])
async def test_a_stream_that_raises_never_looks_complete(failure: Exception) -> None:
    answer, source = Answer(), Chunks("a", after=failure)
    with pytest.raises(type(failure)):
        await send_stream(START, source, sender(answer), stays, bodiless=False)
    assert (answer.body, answer.complete, source.closed) == (b"a", False, 1)


async def test_a_chunk_of_the_wrong_type_never_looks_complete() -> None:
    answer, source = Answer(), Chunks("a", 5)
    with pytest.raises(TypeError):
        await send_stream(START, source, sender(answer), stays, bodiless=False)
    assert (answer.complete, source.closed) == (False, 1)


@pytest.mark.parametrize("make", [noted, stepped])
async def test_a_client_that_leaves_closes_the_stream(make: Callable[[list[str]], Any]) -> None:
    closed: list[str] = []
    answer, first = Answer(), asyncio.Event()

    async def send(event: Event) -> None:
        answer.take(event)
        first.set()
        if make is stepped:
            await asyncio.Event().wait()

    async def left() -> None:
        await first.wait()

    with pytest.raises(ClientDisconnected):
        await send_chunks(as_chunks(make(closed)), _after_start(answer, send), left)
    assert (closed, answer.complete) == (["closed"], False)


def _after_start(answer: Answer, send: Any) -> Any:
    answer.take(START)
    return send


async def test_a_stream_that_has_ended_wins_over_a_client_that_leaves_then() -> None:
    answer, source = Answer(), Chunks()
    answer.take(START)
    await send_chunks(source, sender(answer), leaves)
    assert (answer.complete, source.closed) == (True, 1)


async def test_a_cancelled_response_closes_its_stream_and_stays_cancelled() -> None:
    closed: list[str] = []
    answer, first = Answer(), asyncio.Event()

    async def send(event: Event) -> None:
        answer.take(event)
        if answer.body:
            first.set()

    before = asyncio.all_tasks()
    task = asyncio.ensure_future(send_stream(START, noted(closed), send, stays, bodiless=False))
    await first.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (closed, answer.complete) == (["closed"], False)
    assert asyncio.all_tasks() == before


async def test_cancelled_at_the_start_it_closes_too() -> None:
    source = Chunks("a")

    async def blocked(event: Event) -> None:
        await asyncio.Event().wait()

    task = asyncio.ensure_future(send_stream(START, source, blocked, stays, bodiless=False))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed == 1


async def test_a_stream_that_never_waits_gives_way() -> None:
    async def endless() -> AsyncIterator[str]:
        for _ in range(1000):
            yield "x"

    answer, gone = Answer(), asyncio.Event()
    asyncio.get_running_loop().call_later(0, gone.set)

    async def left() -> None:
        await gone.wait()

    answer.take(START)
    with pytest.raises(ClientDisconnected):
        await send_chunks(endless(), sender(answer), left)
    assert len(answer.chunks) < 1000


async def test_a_cancellation_that_is_the_streams_own_is_its_failure() -> None:
    answer, source = Answer(), Chunks("a", after=asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await send_stream(START, source, sender(answer), stays, bodiless=False)
    assert (answer.complete, source.closed) == (False, 1)


# The end of the client, which `receive` tells.

REQUEST: Event = {"type": "http.request", "body": b"", "more_body": False}
GONE: Event = {"type": "http.disconnect"}


def stubborn(answer: Any) -> Any:
    """Return a `receive` that has its answer at once, or raises it, each time."""

    async def receive() -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return receive


@pytest.mark.parametrize(
    "answer",
    [
        REQUEST,
        {"type": "http.request"},
        {"type": "http.request", "body": b"x", "more_body": False},
        {"type": "http.request", "body": b"", "more_body": True},
        {"type": "http.request", "body": b"x", "more_body": True},
        {"type": "websocket.connect"},
        {},
        None,
        5,
        IndexError("no more events"),
        StopAsyncIteration(),
        OSError("reset"),
        SystemExit(),
        asyncio.CancelledError(),
    ],
    ids=repr,
)
async def test_a_stream_ends_and_lets_others_run_whatever_receive_does(answer: Any) -> None:
    sent, turns = Answer(), 0

    async def others() -> None:
        nonlocal turns
        while not sent.complete:
            turns += 1
            await asyncio.sleep(0)

    async def chunks() -> AsyncIterator[str]:
        for number in range(50):
            yield str(number % 10)

    receive = stubborn(answer)
    beside = asyncio.ensure_future(others())
    async with asyncio.timeout(5):
        await send_stream(
            START, chunks(), sender(sent), lambda: until_left(receive), bodiless=False
        )
        await beside
    assert (sent.text, sent.complete) == ("0123456789" * 5, True)
    assert turns >= 50


async def test_who_has_nothing_to_tell_is_not_asked_for_ever() -> None:
    asked = 0

    async def receive() -> Event:
        nonlocal asked
        asked += 1
        return REQUEST

    watch = asyncio.ensure_future(until_left(receive))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not watch.done()
    assert asked == 10
    watch.cancel()


async def test_a_body_that_nobody_reads_is_passed_over_till_the_client_leaves() -> None:
    part: Event = {"type": "http.request", "body": b"x", "more_body": True}
    events = [part] * 40 + [REQUEST, GONE]

    async def receive() -> Event:
        return events.pop(0)

    async with asyncio.timeout(5):
        await until_left(receive)
    assert events == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_generator_that_goes_on_when_its_client_has_left_is_ended() -> None:
    sent, tries, waits = Answer(), 0, asyncio.Event()

    async def goes_on() -> AsyncIterator[str]:
        nonlocal tries
        while tries < 3:  # the last is Python's own, when it is let go of
            try:
                yield "tick"
                if len(sent.chunks) == 3:
                    waits.set()
                    await asyncio.Event().wait()
            except:  # noqa: E722
                tries += 1

    async def leaves_then() -> None:
        await waits.wait()

    with pytest.raises(EndlessStream, match="got one that goes on") as raised:
        await send_stream(START, goes_on(), sender(sent), leaves_then, bodiless=False)
    code, line = raised.value.__handler__  # type: ignore[attr-defined]
    assert (code.co_name, line - code.co_firstlineno) == ("goes_on", 4)
    assert tries == 2
    del raised
    gc.collect()  # what Python says then is this test's


async def test_a_generator_may_say_a_last_word_to_nobody() -> None:
    sent, closed = Answer(), False

    async def says_bye() -> AsyncIterator[str]:
        nonlocal closed
        try:
            while True:
                yield "tick"
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            yield "bye"
        finally:
            closed = True

    async def soon() -> None:
        while len(sent.chunks) < 3:
            await asyncio.sleep(0)

    with pytest.raises(ClientDisconnected):
        await send_stream(START, says_bye(), sender(sent), soon, bodiless=False)
    assert closed
    assert "bye" not in sent.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_generator_with_threads_that_goes_on_is_ended() -> None:
    tries = 0

    def goes_on() -> Iterator[str]:
        nonlocal tries
        while tries < 2:
            try:
                yield "tick"
            except:  # noqa: E722
                tries += 1

    with pytest.raises(EndlessStream):
        await send_stream(START, as_chunks(goes_on()), sender(Answer()), leaves, bodiless=False)
    gc.collect()
