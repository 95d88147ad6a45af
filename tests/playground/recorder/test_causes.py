"""Who set off what: a table of the ways in which a handler comes to send, on both transports.

In a script, ``>`` is said by the client, and ``<`` is waited for until the server has sent it.
"""

from __future__ import annotations

import asyncio
import inspect
import random
from typing import Any, NamedTuple

import pytest

from micropie import App
from playground.recorder.websocket import GREETING
from playground.traffic.model import Entry
from tests.playground.grounds import TRANSPORTS, Ground, is_from_server

NEVER = 3600.0


class World:
    """What the handlers of one case share."""

    def __init__(self) -> None:
        self.tasks: set[Any] = set()
        self.go = asyncio.Event()
        self.room: list[Any] = []

    def begin(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self.tasks.add(task)
        return task


async def replies(ws: Any, world: World) -> None:
    async for message in ws:
        await ws.send_text(f"re {message}")


async def welcomes(ws: Any, world: World) -> None:
    await ws.send_text("welcome")
    await asyncio.gather(ws.send_text("to"), ws.send_text("you"))
    await ws.receive_text()


async def keeps_a_clock(ws: Any, world: World) -> None:
    await ws.send_text("welcome")
    # A greeting ends after so many turns of the loop, which a busy machine may take long for.
    for _ in range(GREETING + 2):
        await asyncio.sleep(0)
    for number in range(3):
        await asyncio.sleep(0.02)
        await ws.send_text(f"tick {number}")
    world.begin(ws.send_text("begun"))
    async for message in ws:
        await ws.send_text(f"re {message}")


async def gathers(ws: Any, world: World) -> None:
    async for message in ws:
        await asyncio.gather(ws.send_text(f"a {message}"), ws.send_text(f"b {message}"))


async def works_in_a_task_group(ws: Any, world: World) -> None:
    async for message in ws:
        async with asyncio.TaskGroup() as group:
            group.create_task(ws.send_text(f"a {message}"))
            group.create_task(ws.send_text(f"b {message}"))


async def answers_in_tasks_of_their_own(ws: Any, world: World) -> None:
    async def late(message: str) -> None:
        await world.go.wait()
        await ws.send_text(f"late {message}")

    async for message in ws:
        if message == "go":
            world.go.set()
        else:
            world.begin(late(message))


async def waits_with_wait_for(ws: Any, world: World) -> None:
    while True:
        message = await asyncio.wait_for(ws.receive_text(), NEVER)
        await ws.send_text(f"re {message}")


async def waits_for_a_helper_with_wait_for(ws: Any, world: World) -> None:
    async def next_message() -> str:
        return str(await ws.receive_text()).upper()

    while True:
        message = await asyncio.wait_for(next_message(), NEVER)
        await ws.send_text(f"re {message}")


async def gathers_after_wait_for(ws: Any, world: World) -> None:
    while True:
        message = await asyncio.wait_for(ws.receive_text(), NEVER)
        await asyncio.gather(ws.send_text(f"a {message}"), ws.send_text(f"b {message}"))


async def asks_whether_somebody_is_there(ws: Any, world: World) -> None:
    while True:
        try:
            message = await asyncio.wait_for(ws.receive_text(), 0.01)
        except TimeoutError:
            await ws.send_text("still there?")
            message = await ws.receive_text()
        await ws.send_text(f"re {message}")


async def asks_within_a_timeout(ws: Any, world: World) -> None:
    while True:
        try:
            async with asyncio.timeout(0.01):
                message = await ws.receive_text()
        except TimeoutError:
            await asyncio.gather(ws.send_text("still there?"))
            message = await ws.receive_text()
        await ws.send_text(f"re {message}")


async def listens_and_ticks_at_once(ws: Any, world: World) -> None:
    hearing = world.begin(ws.receive_text())
    while True:
        await asyncio.wait({hearing}, timeout=0.01)
        if hearing.done():
            message = hearing.result()
            await ws.send_text(f"re {message}")
            hearing = world.begin(ws.receive_text())
        else:
            await ws.send_text("tick")
            await asyncio.wait({hearing})


async def awaits_a_task_that_listens(ws: Any, world: World) -> None:
    while True:
        message = await asyncio.create_task(ws.receive_text())
        await asyncio.gather(ws.send_text(f"a {message}"))
        await ws.send_text(f"b {message}")


async def sends_from_a_thread(ws: Any, world: World) -> None:
    loop = asyncio.get_running_loop()

    def work(message: str) -> None:
        sending = ws.send_text(f"re {message}")
        asyncio.run_coroutine_threadsafe(sending, loop).result(5)

    async for message in ws:
        await asyncio.to_thread(work, message)


async def sends_from_callbacks(ws: Any, world: World) -> None:
    loop = asyncio.get_running_loop()
    async for message in ws:
        loop.call_soon(lambda said: world.begin(ws.send_text(f"soon {said}")), message)
        loop.call_later(0.01, lambda said: world.begin(ws.send_text(f"later {said}")), message)


async def ticks_from_the_beginning(ws: Any, world: World) -> None:
    async def tick() -> None:
        for number in range(3):
            await world.go.wait()
            await ws.send_text(f"tick {number}")

    world.begin(tick())
    async for message in ws:
        await ws.send_text(f"re {message}")
        world.go.set()


async def reads_in_one_task_and_ticks_in_another(ws: Any, world: World) -> None:
    async def tick() -> None:
        await world.go.wait()
        await ws.send_text("tick")

    async def read() -> None:
        async for message in ws:
            await ws.send_text(f"re {message}")
            world.go.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        group.create_task(tick())


async def sends_to_a_timer_begun_at_start_up(ws: Any, world: World) -> None:
    world.room.append(ws)
    async for message in ws:
        await ws.send_text(f"re {message}")


class Case(NamedTuple):
    """A handler, what is said to it and waited for, and what each of its texts is due to."""

    handler: Any
    script: str
    causes: dict[str, str | None]


TABLE = [
    Case(replies, ">one <re one >two <re two", {"re one": "one", "re two": "two"}),
    Case(welcomes, "<you", {"welcome": "open", "to": "open", "you": "open"}),
    Case(
        keeps_a_clock,
        "<begun >one <re one",
        {"welcome": "open", "tick 0": None, "tick 2": None, "begun": None, "re one": "one"},
    ),
    Case(gathers, ">one <b one >two <b two", {"a one": "one", "b two": "two"}),
    Case(works_in_a_task_group, ">one <b one >two <b two", {"a one": "one", "b two": "two"}),
    Case(
        answers_in_tasks_of_their_own,
        ">one >two >go <late two",
        {"late one": "one", "late two": "two"},
    ),
    Case(waits_with_wait_for, ">one <re one >two <re two", {"re one": "one", "re two": "two"}),
    Case(waits_for_a_helper_with_wait_for, ">one <re ONE", {"re ONE": "one"}),
    Case(
        gathers_after_wait_for,
        ">one <b one >two <b two",
        {"a one": "one", "a two": "two", "b two": "two"},
    ),
    Case(
        asks_whether_somebody_is_there,
        "<still there? >one <re one",
        {"still there?": None, "re one": "one"},
    ),
    Case(
        asks_within_a_timeout,
        ">one <re one <still there? >two <re two",
        {"re one": "one", "still there?": None, "re two": "two"},
    ),
    Case(
        listens_and_ticks_at_once,
        ">one <re one <tick >two <re two",
        {"re one": "one", "tick": None, "re two": "two"},
    ),
    Case(awaits_a_task_that_listens, ">one <b one >two <b two", {"a one": "one", "b two": "two"}),
    Case(sends_from_a_thread, ">one <re one >two <re two", {"re one": "one", "re two": "two"}),
    Case(
        sends_from_callbacks,
        ">one >two <later two",
        {"soon one": "one", "later one": "one", "soon two": "two", "later two": "two"},
    ),
    Case(
        ticks_from_the_beginning,
        ">one <tick 2",
        {"re one": "one", "tick 0": None, "tick 1": None, "tick 2": None},
    ),
    Case(
        reads_in_one_task_and_ticks_in_another,
        ">one <tick >two <re two",
        {"re one": "one", "tick": None, "re two": "two"},
    ),
    Case(sends_to_a_timer_begun_at_start_up, "<tock >one <re one", {"tock": None, "re one": "one"}),
]


class Cases(App):
    """Plays the handler of a case; something ticks from its start-up on."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case
        self.startup_handlers.append(self.tick)

    async def tick(self) -> None:
        self.world = World()
        self.world.begin(self.tocking())

    async def tocking(self) -> None:
        while not self.world.room:
            await asyncio.sleep(0.001)
        await self.world.room[0].send_text("tock")

    async def ws_index(self, ws: Any) -> None:
        await ws.accept()
        await self.case.handler(ws, self.world)


async def act(ground: Ground, script: str) -> None:
    wire = await ground.connect()
    for step in script.replace(" <", "\n<").replace(" >", "\n>").splitlines():
        if step[0] == ">":
            await ground.say(wire, step[1:])
        else:
            await ground.until_sent(step[1:])


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.handler.__name__)
async def test_what_is_sent_points_at_what_set_it_off(transport: str, case: Case) -> None:
    async with Ground(transport, Cases(case), __file__) as ground:
        await act(ground, case.script)
        found = {text: ground.cause_of(text) for text in case.causes}
        places = [each.where for each in ground.log if each.kind == "text" and each.where]
    assert found == case.causes
    lines, first = inspect.getsourcelines(case.handler)
    inside = {f"here:{number}" for number in range(first, first + len(lines))}
    inside |= {f"here:{inspect.getsourcelines(Cases.tocking)[1] + 3}"}
    assert set(places) <= inside


class Chat(App):
    """Says everything to everybody, in its own time."""

    def __init__(self) -> None:
        super().__init__()
        self.room: list[Any] = []
        self.hurry = random.Random(4)

    async def ws_index(self, ws: Any) -> None:
        await ws.accept()
        self.room.append(ws)
        try:
            async for message in ws:
                await asyncio.sleep(self.hurry.random() / 100)
                await asyncio.gather(*(each.send_text(f"all: {message}") for each in self.room))
        finally:
            self.room.remove(ws)
            for each in self.room:
                await each.send_text("somebody left")

    async def shout(self, what: str) -> str:
        for each in self.room:
            await each.send_text(what)
        return "done"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_fifty_clients_that_chat_at_once_are_not_mixed_up(transport: str) -> None:
    names = [f"client {number}" for number in range(50)]
    async with Ground(transport, Chat(), __file__) as ground:
        wires = [await ground.connect(name=name) for name in names]
        said = [ground.say(wire, name) for wire, name in zip(wires, names, strict=True)]
        await asyncio.gather(*said)
        sent = len(names) ** 2
        entries = await ground.until(lambda rows: sum(map(is_copy, rows)) == sent)
    spoken = {each.seq: str(each.data) for each in entries if each.sender == "client"}
    copies = [each for each in entries if is_copy(each)]
    assert all(each.data == f"all: {spoken[each.cause or 0]}" for each in copies)
    for name in names:
        to_whom = {each.exchange for each in copies if each.data == f"all: {name}"}
        assert len(to_whom) == len(names)


def is_copy(entry: Entry) -> bool:
    return entry.sender == "server" and entry.kind == "text"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_what_is_said_when_somebody_leaves_is_due_to_that(transport: str) -> None:
    async with Ground(transport, Chat(), __file__) as ground:
        alice, _bob = await ground.connect(name="alice"), await ground.connect(name="bob")
        await ground.say(alice, "hi")
        await ground.until_sent("all: hi", 2)
        await ground.close(alice)
        await ground.until_sent("somebody left")
        assert ground.cause_of("somebody left") == "close"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_request_can_set_off_messages(transport: str) -> None:
    async with Ground(transport, Chat(), __file__) as ground:
        await ground.connect()
        await ground.request("GET", "/shout/hello")
        entries = await ground.until(lambda rows: any(row.kind == "response" for row in rows))
        assert ground.cause_of("hello") == "request"
        request = next(each for each in entries if each.kind == "request")
        assert {each.cause for each in entries if is_from_server(each, "done")} == {request.seq}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_after_a_swap_the_new_handler_s_texts_point_at_its_messages(transport: str) -> None:
    waiting = Case(waits_with_wait_for, "", {})
    async with Ground(transport, Cases(Case(replies, "", {})), __file__) as ground:
        wire = await ground.connect()
        await ground.say(wire, "one")
        await ground.until_sent("re one")
        await ground.transport.run(ground.stage.swap(Cases(waiting)))
        await ground.say(wire, "two")
        entries = await ground.until_sent("re two")
        assert ground.cause_of("re two") == "two"
    assert [each.revision for each in entries if is_copy(each)] == [1, 2]
