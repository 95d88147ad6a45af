"""A swap keeps sockets open, loses no message and handles none twice."""

from __future__ import annotations

import asyncio
import random
from functools import partial
from typing import Any

import pytest

from playground.stage import Stage, StartupFailed, current_revision
from tests.playground.stage.apps import Line, echo, on_stage, opened, say, taken, websocket


async def test_an_open_socket_is_answered_by_the_new_code() -> None:
    stage, line = await on_stage(echo("old")), Line()
    async with opened(stage, line):
        assert await line.answer("hi") == "old hi"
        swapped = await stage.swap(echo("new"))
        assert await line.answer("hi") == "new hi"
    assert (swapped.revision, swapped.sockets, stage.revision) == (2, 1, 2)
    assert [event["type"] for event in line.sent].count("websocket.accept") == 1
    assert not line.closes


async def test_what_means_nothing_to_other_code_is_closed_and_the_rest_handed_over() -> None:
    stage = Stage(
        stays_with_its_code=lambda scope: "begin anew" if scope["path"] == "/bound" else ""
    )
    await stage.swap(echo("old"))
    free, bound = Line("/free"), Line("/bound")
    async with opened(stage, free, bound):
        swapped = await stage.swap(echo("new"))
        await bound.until(lambda: bool(bound.closes))
        assert await free.answer("hi") == "new hi"
    assert bound.closes == [(1012, "begin anew")]
    assert (swapped.sockets, dict(swapped.bound)) == (1, {"begin anew": 1})


def heard(line: Line, count: int) -> bool:
    return len(line.texts) >= count


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
            await line.until(partial(heard, line, sent[line]))
    for line in lines:
        assert [text.split()[1] for text in line.texts] == [str(n) for n in range(sent[line])]


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


async def test_a_swap_that_is_given_up_ends_the_start_up_and_changes_nothing() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    stage = await on_stage(echo("old"))
    swap = asyncio.create_task(stage.swap(slow))
    await asyncio.wait_for(began.wait(), 2)
    swap.cancel()
    await asyncio.wait_for(ended.wait(), 2)
    assert stage.revision == 1
    await asyncio.wait_for(stage.swap(echo("new")), 2)


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


async def test_two_swaps_during_one_message_lead_to_the_newest_code() -> None:
    may_go_on = asyncio.Event()

    async def slow(receive: Any, send: Any) -> None:
        while (event := await receive())["type"] != "websocket.disconnect":
            await may_go_on.wait()
            await say(send, f"1 {event['text']}")

    stage, line = await on_stage(websocket(slow), grace=60), Line()
    async with opened(stage, line):
        line.put("a")
        await taken(line)
        await stage.swap(echo("2"))
        await stage.swap(echo("3"))
        line.put("b")
        may_go_on.set()
        await line.until(lambda: len(line.texts) == 2)
    assert line.texts == ["1 a", "3 b"]
