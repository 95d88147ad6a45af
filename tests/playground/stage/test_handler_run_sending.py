"""What a handler may still send once new code has the connection, and what not."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from tests.playground.stage.apps import Line, echo, on_stage, opened, say, taken, websocket

# A grace period that no test waits for: what depends on it never comes.
FOREVER = 60.0


async def test_what_a_cancelled_handler_closes_stays_open() -> None:
    async def tidy(receive: Any, send: Any) -> None:
        try:
            await receive()
        finally:
            await send({"type": "websocket.close", "code": 1000})

    stage, line = await on_stage(websocket(tidy)), Line()
    async with opened(stage, line):
        await stage.swap(echo("new"))
        assert await line.answer("hi") == "new hi"
    assert not line.closes


async def test_a_handler_that_outlives_its_grace_can_send_nothing_any_more() -> None:
    story: list[str] = []
    may_go_on = asyncio.Event()

    async def zombie(receive: Any, send: Any) -> None:
        await receive()
        while not may_go_on.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await may_go_on.wait()
        for _ in range(2):
            try:
                await say(send, "from the dead")
            except OSError as error:
                story.append(str(error))
        story.append((await receive())["type"])

    stage, line = await on_stage(websocket(zombie), grace=0.02), Line()
    async with opened(stage, line):
        line.put("first")
        await taken(line)
        await stage.swap(echo("new"))
        assert await line.answer("second") == "new second"
        may_go_on.set()
        await taken(line)
    assert line.texts == ["new second"]
    assert ["not with this code" in said for said in story] == [True, True, False]
    assert story[2] == "websocket.disconnect"


async def test_a_broadcast_of_the_old_code_reaches_a_socket_that_has_moved() -> None:
    may_go_on = asyncio.Event()
    members: list[Any] = []

    async def chat(receive: Any, send: Any) -> None:
        members.append(send)
        while (event := await receive())["type"] != "websocket.disconnect":
            await may_go_on.wait()
            for member in members:
                await say(member, event["text"])

    stage = await on_stage(websocket(chat), grace=FOREVER)
    alice, bob = Line(), Line()
    async with opened(stage, alice, bob):
        alice.put("hello")
        await taken(alice)
        await stage.swap(echo("new"))
        assert await bob.answer("hi") == "new hi"
        may_go_on.set()
        await bob.until(lambda: bob.texts == ["new hi", "hello"])
        await alice.until(lambda: alice.texts == ["hello"])


async def test_what_a_handler_says_while_it_tidies_up_reaches_the_client() -> None:
    async def polite(receive: Any, send: Any) -> None:
        try:
            await receive()
        finally:
            await asyncio.sleep(0)
            await say(send, "good night")

    stage, line = await on_stage(websocket(polite), grace=FOREVER), Line()
    async with opened(stage, line):
        await stage.swap(echo("new"))
        await line.until(lambda: line.texts == ["good night"])
        assert await line.answer("hi") == "new hi"
