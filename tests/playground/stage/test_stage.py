"""A swap keeps sockets open, loses no message and handles none twice."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from apps import Line, echo, say, websocket

from playground.stage import Stage, StartupFailed, current_revision


@contextlib.asynccontextmanager
async def opened(stage: Stage, *lines: Line) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Connect lines to a stage; at the end clients leave and every task must end."""
    tasks = [asyncio.create_task(stage(line.scope, line.receive, line.send)) for line in lines]
    for line in lines:
        await line.until(lambda line=line: bool(line.sent))
    try:
        yield tasks
    finally:
        for line in lines:
            line.leave()
        done, late = await asyncio.wait(tasks, timeout=3)
        for task in late:
            task.cancel()
        assert not late
        for task in done:
            task.result()


async def on_stage(app: Any, **options: Any) -> Stage:
    stage = Stage(**options)
    await stage.swap(app)
    return stage


async def test_an_open_socket_is_answered_by_the_new_code() -> None:
    stage, line = await on_stage(echo("old")), Line()
    async with opened(stage, line):
        assert await line.answer("hi") == "old hi"
        swapped = await stage.swap(echo("new"))
        assert await line.answer("hi") == "new hi"
    assert (swapped.revision, swapped.sockets, stage.revision) == (2, 1, 2)
    assert [event["type"] for event in line.sent].count("websocket.accept") == 1
    assert not line.closes


async def test_messages_in_random_order_with_swaps_are_each_answered_once_in_order() -> None:
    stage = await on_stage(echo("0"))
    lines = [Line() for _ in range(5)]
    chance = random.Random(7)
    sent = dict.fromkeys(lines, 0)
    async with opened(stage, *lines):
        for step in range(600):
            line = chance.choice(lines)
            line.put(str(sent[line]))
            sent[line] += 1
            if chance.random() < 0.08:
                await stage.swap(echo(str(step)))
            elif chance.random() < 0.3:
                await asyncio.sleep(0)
        for line in lines:
            await line.until(lambda line=line: len(line.texts) >= sent[line])
    for line in lines:
        assert [text.split()[1] for text in line.texts] == [str(n) for n in range(sent[line])]


async def test_a_handler_that_has_taken_a_message_finishes_with_it() -> None:
    may_go_on = asyncio.Event()

    async def slow(receive: Any, send: Any) -> None:
        while (event := await receive())["type"] != "websocket.disconnect":
            await may_go_on.wait()
            await say(send, f"slow {event['text']}")

    stage, line = await on_stage(websocket(slow)), Line()
    async with opened(stage, line):
        line.put("first")
        while not line.inbox.empty():
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        line.put("second")
        await stage.swap(echo("new"))
        may_go_on.set()
        await line.until(lambda: len(line.texts) == 2)
    assert line.texts == ["slow first", "new second"]


async def test_after_the_grace_period_a_handler_is_cancelled_wherever_it_is() -> None:
    ended = asyncio.Event()

    async def stuck(receive: Any, send: Any) -> None:
        await receive()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    stage, line = await on_stage(websocket(stuck), grace=0.05), Line()
    async with opened(stage, line):
        line.put("swallowed")
        while not line.inbox.empty():
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        await stage.swap(echo("new"))
        assert await line.answer("hi") == "new hi"
        assert ended.is_set()


async def test_a_handler_that_only_pushes_is_replaced_at_once() -> None:
    async def push(receive: Any, send: Any) -> None:
        await say(send, "tick")
        await asyncio.Event().wait()

    stage, line = await on_stage(websocket(push)), Line()
    async with opened(stage, line):
        await line.until(lambda: line.texts == ["tick"])
        await stage.swap(echo("new"))
        assert await line.answer("hi") == "new hi"


async def test_a_handler_that_swallows_its_cancellation_is_cut_off() -> None:
    async def stubborn(receive: Any, send: Any) -> None:
        while True:
            try:
                event = await receive()
                if event["type"] == "websocket.disconnect":
                    return
            except asyncio.CancelledError:
                await say(send, "no")

    stage, line = await on_stage(websocket(stubborn), grace=0.1), Line()
    async with opened(stage, line):
        line.put("hi")
        await stage.swap(echo("new"))
        line.put("there")
        await line.until(lambda: "new there" in line.texts or "new hi" in line.texts)


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


async def test_a_child_task_that_waits_in_receive_takes_no_message_of_the_new_code() -> None:
    async def with_reader(receive: Any, send: Any) -> None:
        async def read() -> None:
            while (event := await receive())["type"] != "websocket.disconnect":
                await say(send, f"old {event['text']}")

        await asyncio.create_task(read())

    stage, line = await on_stage(websocket(with_reader)), Line()
    async with opened(stage, line):
        assert await line.answer("a") == "old a"
        await stage.swap(echo("new"))
        assert await line.answer("b") == "new b"


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


async def test_start_up_runs_before_and_shutdown_after_the_old_app_has_left() -> None:
    story: list[str] = []
    release = asyncio.Event()

    def app(name: str) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan":
                for step in ("startup", "shutdown"):
                    await receive()
                    story.append(f"{name} {step}")
                    await send({"type": f"lifespan.{step}.complete"})
                return
            story.append(f"{name} request")
            await release.wait()
            story.append(f"{name} done")

        return app

    stage = await on_stage(app("a"))
    request = asyncio.create_task(stage({"type": "http", "headers": []}, None, None))
    while "a request" not in story:
        await asyncio.sleep(0)
    await stage.swap(app("b"))
    release.set()
    await request
    await stage.clear()
    assert story == ["a startup", "a request", "b startup", "a done", "a shutdown", "b shutdown"]


async def test_an_app_that_cannot_start_leaves_the_old_one_on_stage() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        error = KeyError("DATABASE")
        scope["micropie.error_hook"](error)
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    stage, line = await on_stage(echo("old")), Line()
    async with opened(stage, line):
        with pytest.raises(StartupFailed, match="no database") as failure:
            await stage.swap(broken)
        assert isinstance(failure.value.__cause__, KeyError)
        assert await line.answer("hi") == "old hi"
    assert stage.revision == 1


async def test_a_start_up_that_does_not_end_fails_after_its_deadline() -> None:
    async def never(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    with pytest.raises(StartupFailed, match=r"did not finish within 0\.05 s"):
        await on_stage(never, deadline=0.05)


async def test_an_escaping_exception_closes_with_1011_and_is_reported() -> None:
    async def failing(receive: Any, send: Any) -> None:
        await receive()
        raise ValueError("boom")

    stage, line = await on_stage(websocket(failing)), Line()
    seen: list[BaseException] = []
    line.scope["micropie.error_hook"] = lambda error, request: seen.append(error)
    async with opened(stage, line):
        line.put("hi")
        await line.until(lambda: bool(line.closes))
    assert line.closes == [(1011, "internal error")]
    assert [str(error) for error in seen] == ["boom"]


async def test_handlers_know_their_revision() -> None:
    async def telling(receive: Any, send: Any) -> None:
        while (await receive())["type"] != "websocket.disconnect":
            await say(send, str(current_revision()))

    stage, line = await on_stage(websocket(telling)), Line()
    async with opened(stage, line):
        assert await line.answer("?") == "1"
        await stage.swap(websocket(telling))
        assert await line.answer("?") == "2"


async def test_an_empty_stage_says_so() -> None:
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    await Stage()({"type": "http", "headers": []}, None, send)
    assert sent[0]["status"] == 503
