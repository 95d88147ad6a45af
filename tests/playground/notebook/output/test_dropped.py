"""A forgotten `await` in a handler, and a generator that goes on, are said with their line."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest

from micropie import App, WebSocket
from playground import Lab
from tests.playground.lab_apps import on_both, serving, until

pytestmark = pytest.mark.live


class Forgetful(App):
    async def index(self) -> str:
        self.work()  # type: ignore[unused-coroutine]
        return "hello"

    async def work(self) -> None:
        raise AssertionError

    async def ws_say(self, ws: WebSocket) -> None:
        await ws.accept()
        async for message in ws:
            ws.send_text("forgotten")  # type: ignore[unused-coroutine]
            await ws.send_text(str(message))

    async def ws_threaded(self, ws: WebSocket) -> None:
        await ws.accept()
        async for message in ws:
            await asyncio.to_thread(ws.send_text, "forgotten")  # type: ignore[unused-coroutine]
            await ws.send_text(str(message))

    async def ticks(self) -> AsyncIterator[str]:
        tries = 0
        while tries < 2:  # the last is Python's own, when it is let go of
            try:
                yield "tick"
            except:  # noqa: E722
                tries += 1


def rows(lab: Lab, kind: str) -> list[Any]:
    return [entry for entry in lab.log if entry.kind == kind]


@on_both
async def test_a_forgotten_await_says_what_to_write(
    transport: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = await serving(Forgetful, transport)
    alice = await lab.connect("/say")
    await alice.send("hi")
    assert await alice.receive() == "hi"
    (work, forgotten) = rows(lab, "print")
    said = "self.work() was not awaited, so it has not run; write await self.work()"
    also = ", or asyncio.create_task(self.work()) to go on meanwhile"
    assert str(work.data) == f"{work.where.replace(':', ', line ')}: {said}{also}"
    said = 'ws.send_text("forgotten") was not awaited, so it has not run; write await ws.send_text('
    assert said in str(forgotten.data)
    assert forgotten.cause == next(e.seq for e in lab.log if e.data == "hi" and e.cause is None)
    lab.stop()


@on_both
async def test_a_line_is_told_under_its_cell_once_and_in_the_log_for_each_whose_it_was(
    transport: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = await serving(Forgetful, transport)
    everybody = [await lab.connect("/say") for _ in range(4)]
    for each in everybody * 2:
        await each.send("hi")
        assert await each.receive() == "hi"
    whose = {entry.exchange for entry in rows(lab, "print") if "ws.send_text" in str(entry.data)}
    assert len(whose) == len(everybody)
    assert capsys.readouterr().err.count("write await ws.send_text") == 1
    lab.stop()


@on_both
async def test_an_async_function_that_was_given_to_a_thread_is_told_with_its_line(
    transport: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = await serving(Forgetful, transport)
    alice = await lab.connect("/threaded")
    await alice.send("hi")
    assert await alice.receive() == "hi"
    await until(lambda: len(rows(lab, "print")) == 2)
    said = "send_text() was not awaited, so it has not run: it is async, and needs no thread; "
    assert f": {said}write await send_text(…)" in str(rows(lab, "print")[-1].data)
    assert "test_dropped.py, line " in capsys.readouterr().err
    lab.stop()


async def test_what_no_handler_has_forgotten_is_told_as_ever() -> None:
    lab = await serving(Forgetful, "server")
    with pytest.warns(RuntimeWarning, match="was never awaited"):
        Forgetful().work()  # type: ignore[unused-coroutine]
    before = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]
    lab.stop()
    assert warnings._warn_unawaited_coroutine is not before  # type: ignore[attr-defined]


@on_both
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_stream_that_goes_on_is_ended_with_its_line(
    transport: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = await serving(Forgetful, transport)
    async with lab.stream("/ticks") as answer:
        assert await anext(answer.chunks()) == b"tick"
    await until(lambda: rows(lab, "exception"))
    (entry,) = rows(lab, "exception")
    assert str(entry.data).startswith("EndlessStream: expected the stream to end when its client")
    assert entry.where.startswith("test_dropped.py:")
    assert (await lab.get("/")).text == "hello"
    lab.stop()
    gc.collect()
