"""A streamed response is read as it comes, over either transport."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import pytest

from micropie import App
from playground import Lab
from playground.clients import streaming
from playground.traffic.server_sent import ServerSentEvent
from playground.transports import ResponseBroken
from tests.playground.lab_apps import on_both, serving, until

EVENTS: Final = [("Content-Type", "text/event-stream")]


class Streams(App):
    """Says what a test puts into `next`, and sees when its client leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.said: asyncio.Queue[str | bytes] = asyncio.Queue()
        self.left = 0
        self.gate = threading.Event()
        self.at_gate = threading.Event()

    async def index(self) -> str:
        return "hello"

    async def say(self, text: str) -> str:
        self.said.put_nowait(text)
        return "said"

    async def _parts(self) -> AsyncIterator[str | bytes]:
        try:
            while part := await self.said.get():
                yield part
        finally:
            self.left += 1

    async def parts(self) -> Any:
        return 200, self._parts()

    async def events(self) -> Any:
        return 200, self._parts(), EVENTS

    async def blocked(self) -> Any:
        self.loop = asyncio.get_running_loop()

        async def parts() -> AsyncIterator[str]:
            try:
                yield "one\n"
                await self.said.get()
                self.at_gate.set()
                self.gate.wait(20)
                yield "two\n"
            finally:
                self.left += 1

        return 200, parts()

    async def broken(self) -> Any:
        async def parts() -> AsyncIterator[str]:
            yield "half"
            raise KeyError("on purpose")

        return 200, parts()

    async def twice(self, text: str) -> Any:
        async def parts() -> AsyncIterator[str]:
            yield text
            yield text

        return 201, parts(), [("X-Method", self.request.method)]


async def streams(transport: str, *said: str) -> Lab:
    lab = await serving(Streams, transport)
    for each in said:
        await say(lab, each)
    return lab


async def say(lab: Lab, text: str) -> None:
    await lab.post("/say", form={"text": text})


@on_both
async def test_parts_come_one_by_one_and_leaving_is_a_disconnect(transport: str) -> None:
    lab = await streams(transport)
    async with lab.stream("/parts", client="ann") as answer:
        assert (answer.status, answer.header("CONTENT-TYPE")) == (200, "text/html; charset=utf-8")
        for each in ("one", "two"):
            await say(lab, each)
            assert await anext(answer.chunks()) == each.encode()
        assert lab.app.left == 0
        assert repr(answer) == "<ResponseStream GET /parts 200 open>"
    await until(lambda: lab.app.left == 1)
    broken = await lab.until("client:ann kind:close")
    assert broken.data == "the client left before the end of the response"
    assert repr(answer) == "<ResponseStream GET /parts 200 closed>"
    with pytest.raises(RuntimeError, match="the block of its stream was left"):
        await anext(answer.chunks())


@on_both
async def test_a_stream_that_ends_ends_the_loop(transport: str) -> None:
    lab = await streams(transport)
    async with lab.stream("/twice", method="POST", form={"text": "ho"}) as answer:
        got = b"".join([chunk async for chunk in answer])
        assert [chunk async for chunk in answer] == []
    assert (answer.status, answer.header("x-method"), got) == (201, "POST", b"hoho")


@on_both
async def test_lines_are_whole_wherever_their_parts_are_cut(transport: str) -> None:
    lab = await streams(transport, "a\r", "\nü", "1\nb", "\n\nrest")
    async with lab.stream("/parts") as answer:
        lines = answer.lines(timeout=5)
        assert [await anext(lines) for _ in range(4)] == ["a", "ü1", "b", ""]
        lab.app.said.put_nowait("")
        assert [line async for line in lines] == ["rest"]


async def test_a_long_line_in_many_parts_is_not_copied_with_each() -> None:
    lab = await streams("memory")
    async with lab.stream("/") as answer:
        # A terabyte of copying, if each part were added to what had come of the line.
        answer._parts += [b"x" * 1000] * 50_000
        answer._parts += [b"\n", b"next\n"]
        lines = answer.lines()
        assert len(await anext(lines)) == 50_000_000
        assert await anext(lines) == "next"


@on_both
async def test_events_are_what_a_browser_would_make_of_them(transport: str) -> None:
    said = [": hi\n\nevent: ti", "ck\ndata: 1\n", "\ndata: a\ndata: b\nid: 7\n\ndata: never"]
    lab = await streams(transport, *said)
    async with lab.stream("/events", client="ann") as answer:
        events = answer.events()
        assert await anext(events) == ServerSentEvent("tick", "1")
        assert await anext(events) == ServerSentEvent("message", "a\nb", "7")
        lab.app.said.put_nowait("")
        assert [event async for event in events] == []


@on_both
async def test_each_wait_has_its_time_and_a_late_item_is_there_afterwards(transport: str) -> None:
    lab = await streams(transport)
    async with lab.stream("/events", timeout=0.05) as answer:
        events = answer.events()
        with pytest.raises(TimeoutError, match=r"GET /events: no event came within 0\.05 s; pass"):
            await anext(events)
        lab.app.said.put_nowait("data: on its way\n")
        with pytest.raises(TimeoutError, match=r"only 17 bytes: an event ends with a blank line"):
            await anext(answer.events(timeout=0.2))
        lab.app.said.put_nowait("\n")
        assert (await anext(answer.events(timeout=None))).data == "on its way"
        with pytest.raises(TimeoutError, match="nothing came"):
            await anext(aiter(answer))


@on_both
async def test_a_wait_that_is_cancelled_loses_nothing(transport: str) -> None:
    lab = await streams(transport)
    async with lab.stream("/parts") as answer:
        waiting = asyncio.ensure_future(anext(answer.chunks()))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await say(lab, "still here")
        assert await anext(answer.chunks()) == b"still here"


@on_both
async def test_two_readers_share_what_comes(transport: str) -> None:
    lab = await streams(transport)
    async with lab.stream("/parts") as answer:
        both = [asyncio.ensure_future(anext(answer.chunks())) for _ in range(2)]
        await say(lab, "one")
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        await say(lab, "two")
        assert sorted(await asyncio.gather(*both)) == [b"one", b"two"]


@on_both
async def test_what_is_no_stream_of_events_says_what_it_is(transport: str) -> None:
    lab = await streams(transport)
    async with lab.stream("/") as answer:
        with pytest.raises(ValueError, match=r"expected status 200 and content-type text/event-"):
            answer.events()
    async with lab.stream("/nowhere") as answer:
        with pytest.raises(ValueError, match=r"got 404 and"):
            answer.events()


@on_both
async def test_what_breaks_off_says_so(transport: str) -> None:
    lab = await streams(transport)
    async with lab.stream("/broken") as answer:
        chunks = answer.chunks()
        assert await anext(chunks) == b"half"
        for _ in range(2):
            with pytest.raises(ResponseBroken, match="the response to GET /broken broke off"):
                await anext(chunks)


@on_both
async def test_a_lab_that_stops_ends_its_streams(transport: str) -> None:
    lab = await streams(transport, "one")
    async with lab.stream("/parts") as answer:
        assert await anext(answer.chunks()) == b"one"
        waiting = asyncio.ensure_future(anext(answer.chunks()))
        await asyncio.to_thread(lab.stop)
        with pytest.raises(ResponseBroken):
            await waiting
    assert "1 request cancelled" in str([entry.data for entry in lab.log])


@on_both
async def test_a_time_out_does_not_wait_for_a_loop_that_is_blocked(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_CLOSING", "_CLOSING_AFTER_ERROR"):
        monkeypatch.setattr(streaming, name, 3600.0)
    lab = await streams(transport, "go")

    async def read() -> None:
        async with lab.stream("/blocked", timeout=0.1) as answer:
            async for _ in answer.lines():
                pass

    with pytest.raises(TimeoutError, match=r"no whole line came within 0\.1 s; .*has not awaited"):
        await read()
    assert lab.app.left == 0
    lab.app.gate.set()
    await until(lambda: lab.app.left == 1)


@on_both
async def test_an_error_in_the_block_does_not_wait_for_a_loop_that_is_blocked(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_CLOSING", 3600.0)
    lab = await streams(transport)

    async def read() -> None:
        async with lab.stream("/blocked") as answer:
            assert await anext(answer.lines()) == "one"
            lab.app.loop.call_soon_threadsafe(lab.app.said.put_nowait, "go")
            await asyncio.to_thread(lab.app.at_gate.wait)
            raise KeyError("on purpose")

    with pytest.raises(KeyError, match="on purpose"):
        await read()
    assert lab.app.left == 0
    lab.app.gate.set()
    await until(lambda: lab.app.left == 1)


@on_both
async def test_what_a_restart_cuts_off_did_not_end_well(
    transport: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab = await streams(transport)
    async with lab.stream("/parts") as first, lab.stream("/parts") as second:
        lines = first.lines()
        for _ in range(2):
            await say(lab, "one\n")
        assert await anext(first.chunks())
        assert await anext(second.chunks())
        waiting = asyncio.ensure_future(anext(lines))
        await asyncio.sleep(0)
        with caplog.at_level(logging.INFO):
            lab.restart()
        for reading in (waiting, anext(lines), anext(second.chunks()), anext(second.lines())):
            with pytest.raises(ResponseBroken, match="GET /parts broke off before it was complete"):
                await reading
    assert [each.getMessage() for each in caplog.records] == []


@on_both
async def test_what_a_stop_cuts_off_says_so(transport: str) -> None:
    lab = await streams(transport, "one")
    async with lab.stream("/parts") as answer:
        assert await anext(answer.chunks()) == b"one"
        lab.stop()
        with pytest.raises(ResponseBroken, match=r"complete: the lab was stopped or restarted$"):
            await anext(answer.chunks())


@on_both
async def test_a_get_that_never_ends_says_what_to_use(transport: str) -> None:
    lab = await streams(transport, "one")
    wanted = (
        r"GET /parts was answered with 200, and the response did not end within 0\.2 s; pass "
        r"timeout= to wait longer, or read it as it comes: async with lab\.stream\('/parts'\)"
    )
    with pytest.raises(TimeoutError, match=wanted):
        await lab.get("/parts", timeout=0.2)
    await until(lambda: lab.app.left == 1)


@on_both
@pytest.mark.parametrize(
    "use",
    [
        lambda answer: list(answer),
        lambda answer: list(answer.events()),
        lambda answer: answer.lines()[0],
    ],
)
async def test_read_at_once_it_says_how_it_is_read(
    transport: str, use: Callable[[Any], Any]
) -> None:
    lab = await streams(transport)
    async with lab.stream("/events") as answer:
        with pytest.raises(TypeError, match=r"write async for"):
            use(answer)


@on_both
async def test_a_hundred_and_twenty_streams_leave_room_for_a_request(transport: str) -> None:
    lab = await streams(transport)
    opened = [lab.stream("/parts") for _ in range(120)]
    await asyncio.gather(*(each.__aenter__() for each in opened))
    assert (await lab.get("/")).text == "hello"
    await asyncio.gather(*(each.__aexit__(None, None, None) for each in opened))
