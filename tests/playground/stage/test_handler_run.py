"""How handlers of different habits leave: at once if they hold no message, else when it is done."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.playground.stage.apps import Line, echo, on_stage, opened, say, taken, websocket

# A grace period that no test waits for: what depends on it never comes.
FOREVER = 60.0


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


async def test_a_handler_with_a_message_gets_no_other_one_before_it_leaves() -> None:
    may_go_on = asyncio.Event()

    async def reading_on(receive: Any, send: Any) -> None:
        while (event := await receive())["type"] != "websocket.disconnect":
            reply = asyncio.create_task(answer(send, event["text"]))
            await asyncio.sleep(0)
            del reply

    async def answer(send: Any, text: str) -> None:
        await may_go_on.wait()
        await say(send, f"old {text}")

    stage, line = await on_stage(websocket(reading_on), grace=FOREVER), Line()
    async with opened(stage, line):
        line.put("first")
        await taken(line)
        await stage.swap(echo("new"))
        line.put("second")
        await asyncio.sleep(0.03)
        assert not line.inbox.empty()
        may_go_on.set()
        await line.until(lambda: len(line.texts) == 2)
    assert line.texts == ["old first", "new second"]


async def test_what_lies_in_a_queue_between_two_tasks_is_answered_before_the_new_code() -> None:
    may_go_on = asyncio.Event()

    async def queueing(receive: Any, send: Any) -> None:
        queue: asyncio.Queue[str] = asyncio.Queue()

        async def work() -> None:
            while True:
                text = await queue.get()
                await may_go_on.wait()
                await asyncio.sleep(0.005)
                await say(send, f"old {text}")

        worker = asyncio.create_task(work())
        try:
            while (event := await receive())["type"] != "websocket.disconnect":
                queue.put_nowait(event["text"])
        finally:
            worker.cancel()

    stage, line = await on_stage(websocket(queueing), grace=FOREVER), Line()
    async with opened(stage, line):
        for number in range(4):
            line.put(str(number))
        await taken(line)
        await stage.swap(echo("new"))
        line.put("4")
        may_go_on.set()
        await line.until(lambda: len(line.texts) == 5)
    assert line.texts == ["old 0", "old 1", "old 2", "old 3", "new 4"]


async def test_a_task_that_sleeps_for_a_message_is_waited_for_whoever_took_it() -> None:
    async def spawning(receive: Any, send: Any) -> None:
        async def reply(text: str) -> None:
            await asyncio.sleep(0.03)
            await say(send, f"old {text}")

        replies = set()
        while (event := await asyncio.wait_for(receive(), 60))["type"] != "websocket.disconnect":
            replies.add(asyncio.create_task(reply(event["text"])))

    stage, line = await on_stage(websocket(spawning), grace=FOREVER), Line()
    async with opened(stage, line):
        for text in "ab":
            line.put(text)
        await taken(line)
        await stage.swap(echo("new"))
        line.put("c")
        await line.until(lambda: len(line.texts) == 3)
    assert line.texts == ["old a", "old b", "new c"]


async def ticking(receive: Any, send: Any) -> None:
    async def tick() -> None:
        while True:
            await asyncio.sleep(0.005)
            await say(send, "tick")

    timer = asyncio.create_task(tick())
    try:
        while (event := await receive())["type"] != "websocket.disconnect":
            await say(send, f"old {event['text']}")
    finally:
        timer.cancel()


async def grouped(receive: Any, send: Any) -> None:
    async def read() -> None:
        while (event := await receive())["type"] != "websocket.disconnect":
            await say(send, f"old {event['text']}")

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.005)
            await say(send, "tick")

    async with asyncio.TaskGroup() as group:
        group.create_task(tick())
        group.create_task(read())


async def timed(receive: Any, send: Any) -> None:
    while (event := await asyncio.wait_for(receive(), 50))["type"] != "websocket.disconnect":
        await say(send, f"old {event['text']}")


async def choosing(receive: Any, send: Any) -> None:
    message = asyncio.create_task(receive())
    while True:
        timer = asyncio.create_task(asyncio.sleep(0.005))
        await asyncio.wait({message, timer}, return_when=asyncio.FIRST_COMPLETED)
        if message.done():
            if message.result()["type"] == "websocket.disconnect":
                return
            await say(send, f"old {message.result()['text']}")
            message = asyncio.create_task(receive())


async def gathering(receive: Any, send: Any) -> None:
    async def read() -> None:
        while (event := await receive())["type"] != "websocket.disconnect":
            await say(send, f"old {event['text']}")

    await asyncio.gather(read(), asyncio.Queue[str]().get())


async def stubborn(receive: Any, send: Any) -> None:
    while True:
        try:
            if (event := await receive())["type"] == "websocket.disconnect":
                return
            await say(send, f"old {event['text']}")
        except asyncio.CancelledError:
            continue


@pytest.mark.parametrize(
    "handler", [ticking, grouped, timed, choosing, gathering, stubborn], ids=lambda f: f.__name__
)
async def test_a_handler_that_holds_no_message_leaves_at_once_whatever_its_tasks_do(
    handler: Any,
) -> None:
    stage, line = await on_stage(websocket(handler), grace=FOREVER), Line()

    async def answer(text: str, wanted: str) -> None:
        line.put(text)
        await line.until(lambda: wanted in line.texts)

    async with opened(stage, line):
        await answer("a", "old a")
        await stage.swap(echo("new"))
        await answer("b", "new b")


async def test_a_time_out_of_the_handlers_own_is_its_own_while_it_is_called_back() -> None:
    story: list[str] = []
    busy = asyncio.Event()

    async def impatient(receive: Any, send: Any) -> None:
        await receive()
        helper = asyncio.create_task(busy.wait())
        try:
            async with asyncio.timeout(0.01):
                await receive()
        except TimeoutError:
            story.append("timed out")
            busy.set()
        await helper
        story.append("went on")
        await receive()

    stage, line = await on_stage(websocket(impatient), grace=FOREVER), Line()
    async with opened(stage, line):
        line.put("first")
        await taken(line)
        await stage.swap(echo("new"))
        assert await line.answer("second") == "new second"
    assert story == ["timed out", "went on"]
