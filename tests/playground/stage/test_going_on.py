"""A handler that goes on with a client that has left is ended, and holds up nobody meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Any

import pytest

from playground.stage.going_on import BURST, MOST
from tests.playground.stage.apps import Line, echo, on_stage, opened, say, websocket


@pytest.fixture(autouse=True)
def reported(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    errors: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: errors.append(str(error)))
    return errors


async def test_who_asks_on_after_the_end_is_ended(reported: list[str]) -> None:
    async def asks_on(receive: Any, send: Any) -> None:
        while True:
            event = await receive()
            if event["type"] == "websocket.receive":
                await say(send, event["text"])

    stage, line = await on_stage(websocket(asks_on)), Line()
    async with opened(stage, line):
        assert await line.answer("hi") == "hi"
    assert stage.sockets == 0
    (said,) = reported
    assert said.startswith(f"{MOST} calls on a WebSocket were in vain: the connection has ended; ")


async def test_who_catches_every_exception_lets_others_run(reported: list[str]) -> None:
    tries = 0
    enough = asyncio.Event()

    async def never_leaves(receive: Any, send: Any) -> None:
        nonlocal tries
        await say(send, "in")
        while not enough.is_set():
            try:
                await receive()
            except BaseException:
                tries += 1

    stage, line, other = await on_stage(websocket(never_leaves)), Line(), Line()
    async with opened(stage, line):
        line.leave()
        async with asyncio.timeout(5):
            while tries < 2:
                await asyncio.sleep(0)
        enough.set()
    await stage.swap(echo("new"))
    async with opened(stage, other):
        assert await other.answer("hi") == "new hi"


class Gone(Line):
    """A client that leaves without a word, as it is to who never receives."""

    async def send(self, event: Any) -> None:
        if event["type"] == "websocket.send":
            raise OSError("gone")
        await super().send(event)


async def test_who_sends_on_to_nobody_is_ended(reported: list[str]) -> None:
    async def sends_on(receive: Any, send: Any) -> None:
        while True:
            with contextlib.suppress(Exception):
                await say(send, "tick")

    stage, line = await on_stage(websocket(sends_on)), Gone()
    async with opened(stage, line):
        pass
    assert len(reported) == 1


async def test_who_tries_now_and_then_goes_on(reported: list[str]) -> None:
    tries = 0

    async def ticks(receive: Any, send: Any) -> None:
        nonlocal tries
        while tries < 2 * MOST:
            try:
                await say(send, "tick")
            except OSError:
                tries += 1
            for _ in range(3):
                await asyncio.sleep(0)

    stage, line = await on_stage(websocket(ticks)), Gone()
    async with opened(stage, line):
        async with asyncio.timeout(10):
            while tries < 2 * MOST:
                await asyncio.sleep(0)
    assert reported == []


async def test_a_broadcast_to_who_has_left_counts_for_nobody(reported: list[str]) -> None:
    members: list[Any] = []

    async def room(receive: Any, send: Any) -> None:
        members.append(send)
        while (event := await receive())["type"] != "websocket.disconnect":
            for each in members:
                with contextlib.suppress(OSError):
                    await say(each, event["text"])

    stage, gone, line = await on_stage(websocket(room)), Gone(), Line()
    async with opened(stage, gone, line):
        for number in range(MOST + 1):
            line.put(str(number))
        await line.until(lambda: len(line.texts) == MOST + 1)
    assert reported == []


async def test_who_sends_without_an_end_lets_others_run() -> None:
    class Buffer(Line):
        async def send(self, event: Any) -> None:
            self.sent.append(event)  # never waits, as a server whose buffers are not full

    async def ticks(receive: Any, send: Any) -> None:
        while True:
            await say(send, "tick")

    stage, line = await on_stage(websocket(ticks)), Buffer()
    serving = asyncio.create_task(stage(line.scope, line.receive, line.send))
    for _ in range(20):
        await asyncio.sleep(0)
    assert BURST < len(line.texts) < 20 * BURST
    serving.cancel()
    await asyncio.wait({serving})
