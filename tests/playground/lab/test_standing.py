"""Where the handlers of a lab stand: at which line, for what they wait, with which variables."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator
from typing import Any

import pytest

from micropie import App
from playground import Lab
from playground.lab import parts_of
from playground.sight import Standing, Standings
from tests.playground.lab_apps import TRANSPORTS, serving, swapped, until


class Thing:
    pass


class Chat(App):
    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, list[Any]] = {"lobby": []}
        self.lock = asyncio.Lock()
        self.queue: asyncio.Queue[int] = asyncio.Queue()
        self.free = threading.Event()
        self.event = asyncio.Event()

    async def index(self) -> str:
        return "hello"

    async def slow(self) -> str:
        await asyncio.sleep(60)
        return ""

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        self.rooms["lobby"].append(ws)
        async for message in ws:
            await self.does(ws, message)

    async def does(self, ws: Any, message: str) -> None:
        match message:
            case "sleep":
                await asyncio.sleep(60)
            case "lock":
                async with self.lock, self.lock:
                    pass
            case "queue":
                await asyncio.wait_for(self.queue.get(), 60)
            case "event":
                await self.event.wait()
            case "task":
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.does(ws, "sleep"), name="naps")
            case "generator":
                async for _ in self.numbers():
                    pass
            case "blocks":
                self.free.wait(30)
            case "thing":
                thing = Thing()
                self.kept = weakref.ref(thing)
                await self.event.wait()
                del thing
                await asyncio.sleep(60)

    async def numbers(self) -> AsyncIterator[int]:
        await asyncio.sleep(60)
        yield 1


@pytest.fixture(params=TRANSPORTS)
async def lab(request: pytest.FixtureRequest) -> Lab:
    return await serving(Chat, request.param)


async def standing(lab: Lab, sent: str = "") -> Standing:
    """Return where a handler stands that was sent a message."""
    client = await lab.connect("/echo", client="alice")
    wanted = "open" if not sent else f"client:alice {sent}"
    if sent:
        await client.send(sent)
    await lab.until(wanted)
    at = "ws_echo" if not sent else "numbers" if sent == "generator" else "does"
    found: list[Standing] = []

    def there() -> bool:
        found[:] = [
            each for each in lab.handlers() if each.frames and each.frames[-1].function.endswith(at)
        ]
        return bool(found) and found[0].waits_for != "running"

    await until(there)
    return found[0]


@pytest.mark.parametrize(
    ("sent", "waits_for", "source"),
    [
        ("", "receive", "async for message in ws:"),
        ("sleep", "sleep", "await asyncio.sleep(60)"),
        ("lock", "lock", "async with self.lock, self.lock:"),
        ("queue", "queue", "await asyncio.wait_for(self.queue.get(), 60)"),
        ("event", "something else", "await self.event.wait()"),
        ("task", "task", "async with asyncio.TaskGroup() as group:"),
        ("generator", "sleep", "await asyncio.sleep(60)"),
    ],
)
async def test_a_handler_stands_where_it_waits(
    lab: Lab, sent: str, waits_for: str, source: str
) -> None:
    found = await standing(lab, sent)
    assert (found.client, found.route, found.revision) == ("alice", "/echo", 1)
    assert found.waits_for == waits_for
    assert found.frames[-1].source == source
    assert found.where == found.frames[-1].where
    assert found.where is not None
    assert found.where.startswith("test_standing.py:")
    assert found.frames[0].function == "Chat.ws_echo"


async def test_its_variables_are_texts_with_sockets_called_after_their_clients(lab: Lab) -> None:
    outer, inner = (await standing(lab, "sleep")).frames
    assert inner.variables["message"] == "'sleep'"
    assert outer.variables["ws"] == "<WebSocket alice>"
    assert outer.variables["self"].startswith("Chat(rooms={'lobby': [<WebSocket alice>]}, lock=")


async def test_the_tasks_that_a_handler_has_begun_stand_under_it(lab: Lab) -> None:
    found = await standing(lab, "task")
    assert [(task.task, task.waits_for) for task in found.tasks] == [("naps", "sleep")]
    assert found.tasks[0].frames[-1].variables["message"] == "'sleep'"


async def test_a_request_that_is_not_answered_yet_stands_there_too(lab: Lab) -> None:
    asked = asyncio.create_task(lab.get("/slow"))
    await lab.until("/slow")
    await until(lambda: any(each.frames for each in lab.handlers()))
    [found] = lab.handlers()
    assert (found.route, found.waits_for) == ("/slow", "sleep")
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)


async def test_a_handler_that_blocks_the_loop_is_seen_from_outside(lab: Lab) -> None:
    other = await lab.connect("/echo", client="other")
    client = await lab.connect("/echo", client="blocks")
    await client.send("blocks")
    app = lab.app
    try:
        found: dict[str, Standing] = {}

        def there() -> bool:
            found.update((each.client, each) for each in lab.handlers())
            return found["blocks"].waits_for == "running"

        await until(there)
        assert found["blocks"].frames[-1].source == "self.free.wait(30)"
        assert found["blocks"].frames[-1].variables == {}
        assert found["other"].waits_for == "receive"
    finally:
        app.free.set()
    await other.close()


async def test_old_code_that_still_has_sockets_says_which_it_is(lab: Lab) -> None:
    await standing(lab)
    await swapped(lab, type("Chat", (Chat,), {}), on_swap="keep")
    await lab.connect("/echo", client="bob")
    assert [each.revision for each in lab.handlers()] == [1, 2]


async def test_looking_keeps_nothing_alive(lab: Lab) -> None:
    found = await standing(lab, "thing")
    assert found.frames[-1].variables["thing"] == "<Thing>"
    app = lab.app
    parts_of(lab).transport.spawn(_set(app.event))

    def gone() -> bool:
        gc.collect()
        return app.kept() is None

    await until(gone)


async def _set(event: asyncio.Event) -> None:
    event.set()


async def test_where_nothing_is_served_nobody_stands(lab: Lab) -> None:
    lab.stop()
    assert lab.handlers() == Standings()


async def test_a_handler_may_look_itself(lab: Lab) -> None:
    seen: list[Standings] = []

    class Looks(App):
        async def index(self) -> str:
            seen.append(lab.handlers())
            return ""

    await swapped(lab, Looks)
    await lab.get("/")
    assert [each.waits_for for each in seen[0]] == ["running"]
