"""A handler that does not await: every deadline holds, and the others are answered again."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from micropie import App, WebSocket
from playground import Client, Lab, serve
from playground.lab import parts_of
from playground.traffic.model import Entry
from playground.transports.waiting import HOW
from tests.playground.lab_apps import Loud, on_both, serving, swapped, until

pytestmark = pytest.mark.live

free = threading.Event()


class Blocking(App):
    async def index(self) -> str:
        return "hello"

    async def ws_echo(self, ws: WebSocket) -> None:
        await ws.accept()
        async for message in ws:
            if message == "spin":
                while not free.is_set():
                    pass
            if message == "wait":
                free.wait(30)
            await ws.send_text(str(message))


@pytest.fixture(autouse=True)
def not_free() -> Iterator[None]:
    free.clear()
    yield
    free.set()


async def blocked(transport: str, how: str) -> tuple[Lab, Client, Client]:
    """Return a lab whose loop the first of two clients has just blocked."""
    lab = await serving(Blocking, transport)
    alice, bob = await lab.connect("/echo"), await lab.connect("/echo")
    await alice.send(how)
    while parts_of(lab).watchdog.turns(0.05):
        pass
    return lab, alice, bob


def exceptions(lab: Lab) -> list[Entry]:
    return [entry for entry in lab.log if entry.kind == "exception"]


NAMED = r"ws_echo, test_unblocking\.py line \d+, has not awaited for .*\(client alice\)"


@on_both
async def test_every_deadline_holds_and_names_the_line(transport: str) -> None:
    lab, _, bob = await blocked(transport, "spin")
    for waiting in (
        lambda: bob.receive(timeout=0.01),
        lambda: bob.send("hi", timeout=0.01),
        lambda: lab.get("/", timeout=0.01),
        lambda: lab.connect("/echo", timeout=0.01),
    ):
        with pytest.raises(TimeoutError, match=NAMED + "; " + re.escape(HOW) + "$"):
            await waiting()


@on_both
async def test_breaking_out_ends_that_handler_alone(transport: str) -> None:
    lab, alice, bob = await blocked(transport, "spin")
    assert lab.break_out().startswith("broken out: ws_echo")
    await bob.send("hi")
    assert await bob.receive() == "hi"
    with pytest.raises(ConnectionError, match="1011"):
        await alice.receive()
    (entry,) = exceptions(lab)
    assert str(entry.data).startswith("Blocked: ws_echo, test_unblocking.py line ")
    assert entry.where is not None
    assert entry.where.startswith("test_unblocking.py:")
    cause = next(each for each in lab.log if each.seq == entry.cause)
    assert cause.data == "spin"


@on_both
async def test_what_waits_in_c_is_left_behind(transport: str) -> None:
    lab, alice, bob = await blocked(transport, "wait")
    port = lab.port
    assert lab.break_out().startswith("left behind on its thread: ws_echo")
    assert (await lab.get("/")).text == "hello"
    assert (bob.state, bob.code, lab.port, lab.sockets) == ("closed", 1006, port, 0)
    carol = await lab.connect("/echo")
    free.set()
    await carol.send("hi")
    assert await carol.receive() == "hi"
    assert alice.state == "closed"


@on_both
@pytest.mark.parametrize("how", ["spin", "wait"])
async def test_new_code_takes_the_stage_by_itself(transport: str, how: str) -> None:
    lab, _, bob = await blocked(transport, how)
    await swapped(lab, Loud)
    if bob.state != "open":
        bob = await lab.connect("/echo")
    await bob.send("hi")
    assert await bob.receive() == "HI"
    assert lab.revision == 2
    assert parts_of(lab).staging.note == ""


async def test_a_blocked_lab_stops_and_starts_again_at_once() -> None:
    lab, _, _ = await blocked("server", "wait")
    lab.restart()
    assert (await lab.get("/")).text == "hello"
    lab.stop()
    assert not lab.running


async def test_nothing_is_done_where_nothing_blocks() -> None:
    lab = await serving(Blocking, "server")
    assert lab.break_out() == "nothing blocks the event loop"


async def test_it_is_refused_inside_a_handler() -> None:
    class Inside(App):
        async def index(self) -> str:
            return lab.break_out()

    lab = serve(Inside)
    assert (await lab.get("/")).status == 500
    assert "one from inside a handler" in str(exceptions(lab)[0].data)


async def test_a_blocked_loop_is_in_the_log_and_in_the_panels_status() -> None:
    lab, _, _ = await blocked("server", "spin")
    entry = await lab.until("kind:lab blocked")
    assert re.search(NAMED, str(entry.data))
    views = parts_of(lab).views
    assert re.search(NAMED, views.controls.status().blocked)
    ended: Future[str] = Future()
    views.controls.break_out(lambda error, said: ended.set_result(error or said))
    assert ended.result(10).startswith("broken out")
    assert views.controls.status().blocked == ""


async def test_a_command_of_the_panel_is_answered_while_the_loop_is_blocked() -> None:
    lab, _, _ = await blocked("server", "spin")
    await lab.until("kind:lab blocked")
    said: Future[str] = Future()
    parts_of(lab).views.controls.send("bob", "hi", lambda error, _: said.set_result(error or ""))
    assert re.search(NAMED, said.result(1))


def in_panel(lab: Lab, command: str) -> Future[str]:
    """Press a button of the panel, from a thread as it has one; return what comes of it."""
    ended: Future[str] = Future()
    press = getattr(parts_of(lab).views.controls, command)

    async def work() -> None:
        done: Future[str] = Future()
        press(lambda error, said: done.set_result(error or str(said)))
        if command == "restart":
            await lab.get("/")  # the thread that hears the panel goes on meanwhile
        ended.set_result(await asyncio.wrap_future(done))

    threading.Thread(target=asyncio.run, args=(work(),), daemon=True).start()
    return ended


LEFT = (
    r"^ws_echo, test_unblocking\.py line \d+, was left behind: it has not awaited for \d+ s "
    r"\(client alice\); await asyncio\.sleep, or give what takes long to asyncio\.to_thread"
)


@on_both
@pytest.mark.parametrize("command", ["break_out", "restart", "stop"])
async def test_who_waits_for_what_is_left_behind_is_told_at_once(
    transport: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab, alice, bob = await blocked(transport, "wait")
    waiting = [
        asyncio.create_task(each)
        for each in (
            lab.get("/", timeout=1000),
            lab.connect("/echo", timeout=1000),
            bob.receive(timeout=1000),
            bob.send("hi", timeout=1000),
            alice.close(),
        )
    ]
    await asyncio.sleep(0)
    pressed = in_panel(lab, command)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.wrap_future(pressed)
    for result in results[:2]:
        assert isinstance(result, ConnectionError)
        assert re.search(LEFT, str(result))
    for result in results[2:]:
        assert isinstance(result, ConnectionError)
        assert re.search(LEFT[1:], str(result))
    rest = "; 2 sockets were closed" + (" and the app was made anew" * (command != "stop"))
    said = [each for each in capsys.readouterr().err.splitlines() if "left behind" in each]
    assert [bool(re.search(LEFT + rest + "$", each)) for each in said] == [True]


class Framework:
    """An app whose framework knows itself that a client has left, and raises without waiting."""

    class Left(Exception):
        pass

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"hello"})
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await self.talk(Socket(receive, send))

    async def talk(self, ws: Socket) -> None:
        while True:
            try:
                await ws.send_text(await ws.receive_text())
            except Exception as error:
                last = error  # noqa: F841


class Socket:
    def __init__(self, receive: Any, send: Any) -> None:
        self.receive, self.send, self.left = receive, send, False

    async def receive_text(self) -> str:
        if self.left:
            raise RuntimeError('Cannot call "receive" once a disconnect message has been received.')
        event = await self.receive()
        if event["type"] == "websocket.disconnect":
            self.left = True
            raise Framework.Left
        return str(event["text"])

    async def send_text(self, text: str) -> None:
        await self.send({"type": "websocket.send", "text": text})


class Swallowing(Framework):
    async def talk(self, ws: Socket) -> None:
        while True:
            try:  # noqa: SIM105
                await ws.send_text(await ws.receive_text())
            except:  # noqa: E722
                pass


class Saving(Framework):
    """Works for long once its client has left, and does not ask on."""

    async def talk(self, ws: Socket) -> None:
        with contextlib.suppress(Framework.Left):
            while True:
                await ws.send_text(await ws.receive_text())
        while not free.is_set():
            pass


@on_both
@pytest.mark.parametrize("app", [Framework(), Swallowing()])
async def test_who_asks_on_is_broken_out_by_itself(transport: str, app: Framework) -> None:
    lab = await serving(app, transport, name="asks-on")
    clients = [await lab.connect("/") for _ in range(5)]
    await clients[0].send("hi")
    assert await clients[0].receive() == "hi"
    for client in clients[1:]:
        await client.close()
    assert (await lab.get("/", timeout=10)).text == "hello"
    await clients[0].send("still")
    assert await clients[0].receive() == "still"
    await until(lambda: len(exceptions(lab)) == 4)
    for entry in exceptions(lab):
        assert "the connection has ended, and this went on asking it; leave" in str(entry.data)
        assert entry.where is not None
        assert entry.where.startswith("test_unblocking.py:")
    lab.stop()
    assert not lab.running


async def test_who_works_on_after_the_end_is_left_alone() -> None:
    lab = await serving(Saving(), "server", name="saving")
    alice = await lab.connect("/")
    closing = asyncio.ensure_future(alice.close())
    await until(lambda: lab.log.filter("kind:lab blocked"))
    assert exceptions(lab) == []
    free.set()
    await closing
    assert (await lab.get("/")).text == "hello"
