"""What becomes of a connection that new code does not want, that is closed, or that is kept."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.playground.stage.apps import Line, echo, on_stage, opened, say, taken, websocket


async def test_new_code_without_the_route_closes_with_1012() -> None:
    async def refusing(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "No such route"})

    stage, line = await on_stage(echo("old")), Line()
    async with opened(stage, line):
        await stage.swap(refusing)
        await line.until(lambda: bool(line.closes))
    assert line.closes == [(1012, "No such route")]


async def test_new_code_that_wants_another_subprotocol_closes_with_1012() -> None:
    async def silent(receive: Any, send: Any) -> None:
        await receive()

    stage, line = await on_stage(websocket(silent, "chat.v1")), Line()
    async with opened(stage, line):
        await stage.swap(websocket(silent, "chat.v2"))
        await line.until(lambda: bool(line.closes))
    code, reason = line.closes[0]
    assert code == 1012
    assert "chat.v2" in reason


async def test_a_handshake_that_was_not_answered_yet_is_answered_by_the_new_code() -> None:
    async def undecided(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await receive()
        await asyncio.Event().wait()

    stage, line = await on_stage(undecided), Line()
    task = asyncio.create_task(stage(line.scope, line.receive, line.send))
    while not line.inbox.empty():
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    await stage.swap(echo("new"))
    assert await line.answer("hi") == "new hi"
    line.leave()
    await asyncio.wait_for(task, 2)


async def test_close_hangs_up_with_1012_and_keep_leaves_the_old_code_at_work() -> None:
    stage, closed = await on_stage(echo("1")), Line()
    async with opened(stage, closed):
        await stage.swap(echo("2"), "close")
        await closed.until(lambda: bool(closed.closes))
    assert closed.closes[0][0] == 1012
    kept = Line()
    async with opened(stage, kept):
        await stage.swap(echo("3"), "keep")
        assert await kept.answer("hi") == "2 hi"
        fresh = Line()
        async with opened(stage, fresh):
            assert await fresh.answer("hi") == "3 hi"


async def test_close_lets_a_handler_finish_with_its_message_first() -> None:
    may_go_on = asyncio.Event()

    async def slow(receive: Any, send: Any) -> None:
        while (event := await receive())["type"] != "websocket.disconnect":
            await may_go_on.wait()
            await say(send, event["text"])

    stage, line = await on_stage(websocket(slow), grace=60), Line()
    async with opened(stage, line):
        line.put("a")
        await taken(line)
        await stage.swap(echo("new"), "close")
        assert not line.closes
        may_go_on.set()
        await line.until(lambda: bool(line.closes))
    assert line.texts == ["a"]
    assert line.closes == [(1012, "new code on stage")]


async def test_close_has_a_pending_handshake_answered_by_the_new_code() -> None:
    async def undecided(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await receive()
        await asyncio.Event().wait()

    stage, line = await on_stage(undecided), Line()
    task = asyncio.create_task(stage(line.scope, line.receive, line.send))
    await taken(line)
    await stage.swap(echo("new"), "close")
    assert await line.answer("hi") == "new hi"
    line.leave()
    await asyncio.wait_for(task, 2)
    assert not line.closes


async def test_what_is_kept_stays_through_later_swaps_and_its_app_ends_with_it() -> None:
    ended = asyncio.Event()

    async def old(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await echo("old")(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        ended.set()
        await send({"type": "lifespan.shutdown.complete"})

    stage, line = await on_stage(old), Line()
    async with opened(stage, line):
        await stage.swap(echo("2"), "keep")
        await stage.swap(echo("3"))
        assert await line.answer("hi") == "old hi"
        assert not ended.is_set()
    await asyncio.wait_for(ended.wait(), 2)


async def test_new_code_sees_the_cookies_that_the_handshake_gave() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        seen.append([value for name, value in scope["headers"] if name == b"cookie"])
        await receive()
        cookies = [(b"set-cookie", b"id=2; HttpOnly"), (b"Set-Cookie", b"theme=dark")]
        await send({"type": "websocket.accept", "headers": cookies})
        await receive()

    stage, line = await on_stage(app), Line()
    line.scope["headers"] = [(b"host", b"here"), (b"cookie", b"id=1; lang=en")]
    async with opened(stage, line):
        await stage.swap(app)
        async with asyncio.timeout(2):
            while len(seen) < 2:
                await asyncio.sleep(0)
    assert seen == [[b"id=1; lang=en"], [b"id=2; lang=en; theme=dark"]]
