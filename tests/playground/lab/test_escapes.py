"""Nothing that leaves an app's code takes the lab along: every way out, from every place."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from micropie import App
from playground import Lab, NotOnStage, serve
from playground.checks import Play, check, exercise
from playground.lab import parts_of
from playground.transports import ClientClosed, ResponseBroken
from tests.playground.lab_apps import on_both, serving, swapped, until

HERE = Path(__file__).name


class Own(BaseException):
    """One of the learner's."""


def interrupt() -> None:
    raise KeyboardInterrupt


def end_generator() -> None:
    raise GeneratorExit


def own() -> None:
    raise Own


def stop_loop() -> None:
    asyncio.get_running_loop().stop()


WAYS: dict[str, Callable[[], Any]] = {
    "SystemExit": sys.exit,
    "KeyboardInterrupt": interrupt,
    "GeneratorExit": end_generator,
    "Own": own,
    "RuntimeError": stop_loop,
}


def go(way: str) -> None:
    """Leave, on a line that is looked for in the log."""
    WAYS[way]()


async def die(way: str) -> None:
    """Leave from a task."""
    go(way)


class Wrong(App):
    """Leaves from wherever a client asks it to."""

    async def index(self) -> str:
        return "here"

    async def page(self, way: str) -> None:
        go(way)

    def sync(self, way: str) -> None:
        go(way)

    async def poured(self, way: str) -> AsyncIterator[str]:
        yield "half"
        go(way)

    def dripped(self, way: str) -> Iterator[str]:
        yield "half"
        go(way)

    async def awaited(self, way: str) -> None:
        await asyncio.create_task(die(way))

    async def grouped(self, way: str) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(die(way))

    async def forgotten(self, way: str) -> str:
        task = asyncio.create_task(die(way))
        await asyncio.wait({task})
        return "after"

    async def called_back(self, way: str) -> str:
        done = asyncio.Event()
        asyncio.get_running_loop().call_soon(go, way)
        asyncio.get_running_loop().call_later(0, done.set)
        await done.wait()
        return "after"

    async def threaded(self, way: str) -> None:
        await asyncio.to_thread(go, way)

    async def ws_at_once(self, ws: Any) -> None:
        go(ws.query_params["way"][0])

    async def ws_later(self, ws: Any) -> None:
        await ws.accept()
        async for way in ws:
            if way == "all":
                for task in asyncio.all_tasks():
                    task.cancel()
            elif way != "hello":
                go(way)
            await ws.send_text(way)


class Place(NamedTuple):
    """What a client sees of an exchange that is left there."""

    path: str
    seen: str


PLACES = [
    Place("/page", "500"),
    Place("/sync", "500"),
    Place("/poured", "broken"),
    Place("/dripped", "broken"),
    Place("/awaited", "500"),
    Place("/grouped", "500"),
    Place("/forgotten", "after"),
    Place("/called_back", "after"),
    Place("/threaded", "500"),
]


# No loop runs in a thread. What closes a coroutine closes whoever awaits it, before it is heard of.
UNTOLD = [
    ("/threaded", "RuntimeError"),
    ("/threaded", "GeneratorExit"),
    ("/awaited", "GeneratorExit"),
]


async def seen_at(lab: Lab, path: str, way: str) -> str:
    """Return what a client sees of a page."""
    try:
        answer = await lab.get(f"{path}?way={way}")
    except ResponseBroken:
        return "broken"
    return str(answer.status) if answer.status != 200 else answer.text


async def told(lab: Lab, kind: str, count: int = 1) -> list[Any]:
    """Return the exceptions of a kind that the log has, once there are so many."""
    wanted = f"kind:exception {kind}"
    await until(lambda: len(list(lab.log.filter(wanted))) >= count)
    return list(lab.log.filter(wanted))


@on_both
@pytest.mark.parametrize("way", WAYS)
async def test_the_one_exchange_fails_and_everybody_else_goes_on(transport: str, way: str) -> None:
    lab = await serving(Wrong, transport)
    other = await lab.connect("/later", client="other")
    seen = {}
    for path, _ in PLACES:
        if (path, way) in UNTOLD:
            continue
        seen[path] = await seen_at(lab, path, way)
        entries = await told(lab, way)
        assert [str(entry.where).partition(":")[0] for entry in entries] == [HERE], path
        assert "in go" in str(entries[0].note), path
        lab.log.clear()
    assert seen == {path: expected for path, expected in PLACES if path in seen}
    await other.send("hello")
    assert await other.receive() == "hello"
    assert lab.running


@on_both
@pytest.mark.parametrize("way", WAYS)
async def test_a_socket_is_closed_with_1011_and_the_others_stay(transport: str, way: str) -> None:
    lab = await serving(Wrong, transport)
    other = await lab.connect("/later", client="other")
    leaves = await lab.connect("/later")
    await leaves.send(way)
    with pytest.raises(ClientClosed, match="1011"):
        await leaves.receive()
    with pytest.raises(ConnectionError, match="refused with 500"):
        await lab.connect(f"/at_once?way={way}")
    await other.send("hello")
    assert await other.receive() == "hello"
    assert len(await told(lab, way, 2)) == 2


@on_both
async def test_cancelling_every_task_is_refused_at_that_line(transport: str) -> None:
    lab = await serving(Wrong, transport)
    other = await lab.connect("/later", client="other")
    culprit = await lab.connect("/later")
    await culprit.send("all")
    with pytest.raises(ClientClosed) as end:
        await culprit.receive()
    assert end.value.code in (1011, 1012)
    (entry,) = await told(lab, "RuntimeError")
    assert "expected a task of the app's own to cancel" in str(entry.data)
    assert entry.where is not None
    assert lab.running
    assert (await lab.get("/")).text == "here"
    # The sockets whose handlers were cancelled first have a row that says so; the others are open.
    if other.state == "closed":
        assert other.code == 1012


class Ending(App):
    """Leaves as it starts, or as it stops."""

    way = "SystemExit"

    async def index(self) -> str:
        return "new"


class Starting(Ending):
    def __init__(self) -> None:
        super().__init__()
        self.startup_handlers.append(self.leave)

    async def leave(self) -> None:
        go(self.way)


class Stopping(Starting):
    def __init__(self) -> None:
        super().__init__()
        self.startup_handlers.clear()
        self.shutdown_handlers.append(self.leave)


class Constructed(Ending):
    def __init__(self) -> None:
        super().__init__()
        go(self.way)


@on_both
@pytest.mark.parametrize("way", ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "Own"])
@pytest.mark.parametrize("wrong", [Starting, Constructed])
async def test_code_that_leaves_as_it_starts_does_not_get_on_stage(
    transport: str, way: str, wrong: type[Ending], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ending, "way", way)
    lab = await serving(Wrong, transport)
    other = await lab.connect("/later")
    with pytest.raises(NotOnStage, match=f"revision 1 still serves: {way}"):
        await swapped(lab, wrong)
    assert ((await lab.get("/")).text, lab.revision) == ("here", 1)
    await other.send("hello")
    assert await other.receive() == "hello"


@on_both
@pytest.mark.parametrize("way", WAYS)
async def test_code_that_leaves_as_it_stops_is_followed_all_the_same(
    transport: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ending, "way", way)
    lab = await serving(Stopping, transport)
    await swapped(lab, Wrong)
    await until(lambda: list(lab.log.filter("kind:lab shutdown")))
    assert (await lab.get("/")).text == "here"


@on_both
async def test_a_check_that_leaves_has_broken(transport: str) -> None:
    @exercise("leaving", "Leave.")
    async def leaving(play: Play) -> None:
        go("SystemExit")

    lab = await serving(Wrong, transport)
    result = (await check("leaving", lab))["leaving"]
    assert (result.state, lab.running) == ("failed", True)
    assert "SystemExit" in result.fault


async def leave_all(scope: Any, receive: Any, send: Any) -> None:
    """Be an ASGI app of no framework that leaves from wherever it is."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
    if scope["type"] != "lifespan" or scope["state"].get("no"):
        go("SystemExit")


@on_both
async def test_an_app_of_no_framework_leaves_alone_too(transport: str) -> None:
    lab = serve(leave_all, name="raw", transport=transport)  # type: ignore[arg-type]
    assert (await lab.get("/")).status == 500
    client = await lab.connect("/")
    with pytest.raises(ClientClosed, match="1011"):
        await client.receive()
    assert len(await told(lab, "SystemExit", 2)) == 2


@on_both
async def test_a_task_of_the_apps_own_can_be_cancelled_from_any_handler(transport: str) -> None:
    class Ticking(App):
        def __init__(self) -> None:
            super().__init__()
            self.startup_handlers.append(self.begin)
            self.ticker: Any = None

        async def begin(self) -> None:
            self.ticker = asyncio.create_task(asyncio.Event().wait())

        async def index(self) -> str:
            return "up"

        async def end(self) -> str:
            self.ticker.cancel()
            await asyncio.wait({self.ticker})
            return str(self.ticker.cancelled())

        async def late(self) -> str:
            try:
                async with asyncio.timeout(0.01):
                    await asyncio.Event().wait()
            except TimeoutError:
                return "late"
            return "never"

    lab = await serving(Ticking, transport)
    assert (await lab.get("/late")).text == "late"
    assert (await lab.get("/end")).text == "True"
    assert not list(lab.log.filter("kind:exception"))


class Broken(OSError):
    """What a loop may end with all the same."""


@on_both
async def test_a_loop_that_ends_all_the_same_says_why_and_starts_again(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = await serving(Wrong, transport)
    client = await lab.connect("/later")
    thread = parts_of(lab).transport._thread  # type: ignore[attr-defined]

    def broken(*given: Any) -> None:
        monkeypatch.undo()
        raise Broken("no more files")

    # What asyncio does not expect of its own parts: it comes out of `run_forever`.
    monkeypatch.setattr("playground.transports.held_loop.HeldLoop._run_on", broken)
    as_it_was: Any = type(thread.loop).__mro__[1]
    stop = as_it_was.stop  # what guards the loop does not know of it
    thread.loop.call_soon_threadsafe(stop, thread.loop)
    await until(lambda: not lab.running)
    sentence = "the server has ended by itself: Broken"
    await told_by_the_lab(lab, sentence)
    with pytest.raises(ConnectionError, match=sentence):
        await lab.get("/")
    with pytest.raises(ConnectionError):
        await client.send("hello")
    again = serve(Wrong, transport=transport)  # type: ignore[arg-type]
    assert again is lab
    assert (await lab.get("/")).text == "here"


async def told_by_the_lab(lab: Lab, sentence: str) -> None:
    """Wait until the lab has said something in its log."""
    await until(lambda: [e for e in lab.log if e.kind == "lab" and sentence in str(e.data)])


class Handing(App):
    async def soon(self) -> None:
        asyncio.get_running_loop().call_soon(sys.exit)


class Stopped(App):
    async def soon(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0, loop.stop)


@on_both
@pytest.mark.parametrize(("app", "kind"), [(Handing, "SystemExit"), (Stopped, "RuntimeError")])
async def test_a_callback_of_no_code_of_the_apps_is_known_by_the_line_that_hands_it_over(
    transport: str, app: type[Any], kind: str
) -> None:
    lab = serve(app, transport=transport)  # type: ignore[arg-type]
    await lab.get("/soon")
    (entry,) = await told(lab, kind)
    last = max(line for *_, line in app.soon.__code__.co_lines() if line is not None)
    assert entry.where == f"{HERE}:{last}"
    assert "call_" in str(entry.note)


class Stubborn(App):
    async def page(self) -> None:
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(100)


async def test_a_handler_that_nothing_ends_is_named_when_the_lab_stops() -> None:
    lab = await serving(Stubborn, "memory")
    asking = asyncio.create_task(lab.get("/page"))
    await until(lambda: any(each.waits_for == "sleep" for each in lab.handlers()))
    lab.stop()
    with pytest.raises(RuntimeError, match="the lab was stopped"):
        await asking
    (said,) = [str(each.data) for each in lab.log if "cancelled;" in str(each.data)]
    assert re.search(rf"^page, {HERE} line \d+, goes on .*CancelledError, raise it again$", said)


class Cancels(App):
    async def page(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(100), 0.001)
        task.cancel()
        await asyncio.sleep(100)


@on_both
async def test_a_handler_that_cancels_itself_is_told_with_its_line(transport: str) -> None:
    lab = await serving(Cancels, transport)
    answer = await lab.get("/page")
    assert answer.status == 500
    assert re.fullmatch(
        rf"{HERE} line \d+: RuntimeError: the app has cancelled this handler", answer.why
    )
    lab.stop()
