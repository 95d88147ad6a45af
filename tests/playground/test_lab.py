"""A lab: one object that serves, swaps, connects and stops, over either transport."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
import threading
import weakref
from typing import Any

import httpx
import pytest
import websockets

from micropie import App, ConnectionClosed
from playground import ClientClosed, HandshakeRefused, Lab, StartupFailed, serve

TRANSPORTS = ["server", "memory"]


class Echo(App):
    async def index(self) -> str:
        return "hello"

    async def greet(self, name: str = "Guest") -> dict[str, str]:
        return {"hello": name}

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        while True:
            try:
                message = await ws.receive_text()
            except ConnectionClosed:
                break
            await ws.send_text(f"Echo: {message}")

    async def ws_fail(self, ws: Any) -> None:
        await ws.accept()
        raise KeyError(await ws.receive_text())


class Loud(App):
    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def serving(app: Any, transport: str = "server", **options: Any) -> Lab:
    lab = serve(app, transport=transport, **options)  # type: ignore[arg-type]
    await lab.get("/")  # with the memory transport the app starts in this loop
    return lab


async def swapped(lab: Lab, app: Any, **options: Any) -> None:
    done = lab.swap(app, **options)
    if not isinstance(done, int):
        await done


async def test_the_readmes_conversation(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo", client="alice")
    await alice.send("hi")
    assert await alice.receive() == "Echo: hi"
    assert (await lab.get("/greet/Ada")).json() == {"hello": "Ada"}
    assert lab.sockets == 1
    await alice.close(4001, "bye")
    assert (alice.state, alice.code, alice.reason) == ("closed", 4001, "bye")


async def test_a_swap_is_answered_on_the_same_open_socket(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    await swapped(lab, Loud)
    await alice.send("hi")
    assert await alice.receive() == "HI"
    assert lab.revision == 2
    swap = [entry for entry in lab.log if entry.kind == "swap"][-1]
    assert swap.data == "revision 2 on stage · test_lab.py · 1 socket handed over"


async def test_close_makes_our_own_clients_connect_again(transport: str) -> None:
    lab = await serving(Echo, transport, on_swap="close")
    alice = await lab.connect("/echo")
    await swapped(lab, Loud)
    async with asyncio.timeout(3):
        while [entry.kind for entry in lab.log].count("accept") < 2 or alice.state != "open":
            await asyncio.sleep(0)
    await alice.send("hi")
    assert await alice.receive() == "HI"


async def test_keep_leaves_open_sockets_on_the_old_code(transport: str) -> None:
    lab = await serving(Echo, transport, on_swap="keep")
    alice = await lab.connect("/echo")
    await swapped(lab, Loud)
    await alice.send("hi")
    assert await alice.receive() == "Echo: hi"


async def test_a_refusal_says_why_and_what_was_meant(transport: str) -> None:
    lab = await serving(Echo, transport)
    with pytest.raises(HandshakeRefused, match="did you mean ws_echo") as refusal:
        await lab.connect("/ehco")
    assert refusal.value.status == 404
    assert "No matching WebSocket route" in refusal.value.body
    assert [entry.code for entry in lab.log if entry.kind == "refuse"] == [404]


async def test_a_handler_that_raises_is_a_1011_and_an_entry_with_its_cause(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/fail")
    await alice.send("room")
    with pytest.raises(ClientClosed, match=r"alice is closed: 1011 \(internal error\)"):
        await alice.receive()
    raised = next(entry for entry in lab.log if entry.kind == "exception")
    caused = lab.log.entry(raised.cause or 0)
    assert raised.data == "KeyError: 'room'"
    assert (raised.where or "").startswith("test_lab.py:")
    assert caused is not None
    assert caused.data == "room"
    assert (await lab.get("/")).text == "hello"


async def test_ten_megabytes_go_there_and_back(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    await alice.send("x" * 10_000_000)
    assert len(await alice.receive(timeout=20)) == 10_000_006


async def test_a_message_over_the_limit_closes_with_1009_and_the_lab_lives_on(
    transport: str,
) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    with contextlib.suppress(ClientClosed):
        await alice.send("x" * (17 * 1024 * 1024))
    with pytest.raises(ClientClosed) as end:
        await alice.receive(timeout=20)
    assert end.value.code == 1009
    assert (await lab.get("/")).text == "hello"


async def test_stop_says_what_it_cut_and_restart_keeps_port_and_revision(transport: str) -> None:
    lab = await serving(Echo, transport)
    await swapped(lab, Loud)
    port = lab.port
    alice = await lab.connect("/echo")
    lab.stop()
    async with asyncio.timeout(3):
        while alice.state == "open":
            await asyncio.sleep(0)
    assert alice.code == 1012
    assert lab.log[-1].data == "stopped: 1 socket closed with 1012" or any(
        entry.data == "stopped: 1 socket closed with 1012" for entry in lab.log
    )
    with pytest.raises(RuntimeError, match=r"lab\.restart\(\)"):
        await lab.connect("/echo")
    assert "stopped" in repr(lab)
    lab.restart()
    bob = await lab.connect("/echo", client="bob")
    await bob.send("hi")
    assert await bob.receive() == "HI"
    assert (lab.port, lab.revision) == (port, 2)


async def test_a_failed_start_up_leaves_the_old_code_serving(transport: str) -> None:
    class Broken(App):
        def __init__(self) -> None:
            super().__init__()
            self.startup_handlers.append(self._connect)

        def _connect(self) -> None:
            raise OSError("no database")

    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    with pytest.raises(StartupFailed, match="no database"):
        await swapped(lab, Broken)
    await alice.send("hi")
    assert await alice.receive() == "Echo: hi"
    assert lab.note == "Revision 2 did not start; revision 1 still serves: OSError: no database"


def test_a_constructor_that_raises_is_noted_and_the_old_code_goes_on() -> None:
    class Bad(App):
        def __init__(self) -> None:
            raise KeyError("settings")

    lab = serve(Echo)
    with pytest.raises(KeyError):
        lab.swap(Bad)
    assert lab.note == "Revision 2 did not start; revision 1 still serves: KeyError: 'settings'"
    assert lab.log[-1].data == lab.note
    assert httpx.get(lab.local_url).text == "hello"


def test_serving_again_is_the_same_lab_on_the_same_port() -> None:
    lab = serve(Echo)
    port = lab.port
    assert serve(Echo) is lab
    assert (lab.port, lab.revision) == (port, 1)

    class Other(App):
        async def index(self) -> str:
            return "other"

    assert serve(Other, name="Echo") is lab
    assert (lab.port, lab.revision) == (port, 2)
    assert httpx.get(lab.local_url).text == "other"


def test_fifty_servings_leave_threads_files_and_port_as_they_were() -> None:
    def served(number: int) -> Lab:
        text = f"class Fifty(App):\n    async def index(self): return '{number}'\n"
        space: dict[str, Any] = {"App": App, "__name__": "__main__"}
        exec(text, space)
        lab = serve(space["Fifty"])
        assert httpx.get(lab.local_url).text == str(number)
        return lab

    lab = served(0)
    port, threads, files = lab.port, threading.active_count(), len(os.listdir("/proc/self/fd"))
    first = weakref.ref(lab.app)
    for number in range(1, 50):
        served(number)
    assert (lab.port, lab.revision, threading.active_count()) == (port, 50, threads)
    assert len(os.listdir("/proc/self/fd")) <= files + 2
    gc.collect()
    assert first() is None
    lab.stop()
    assert threading.active_count() < threads
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port or 0)) != 0


def test_a_taken_port_is_an_error_here_and_now_that_names_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="leave port out"):
            serve(Echo, port=taken.getsockname()[1])
    assert "Echo" not in repr(threading.enumerate())


@pytest.mark.parametrize(
    ("app", "remedy"),
    [(int, r"class int\(App\)"), (42, "scope, receive and send"), (len, "scope, receive and send")],
)
def test_what_is_no_app_is_refused_with_a_remedy(app: Any, remedy: str) -> None:
    with pytest.raises(TypeError, match=remedy):
        serve(app)


def test_a_constructor_that_raises_leaves_no_server_behind() -> None:
    class Bad(App):
        def __init__(self) -> None:
            raise ValueError("no")

    before = threading.active_count()
    with pytest.raises(ValueError, match="no"):
        serve(Bad)
    assert threading.active_count() == before


def test_a_handler_without_a_socket_parameter_is_pointed_out() -> None:
    class Deaf(App):
        async def ws_echo(self) -> None: ...

    assert "write ws_echo(self, ws)" in serve(Deaf).note


def test_any_asgi_app_can_be_served() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        if scope["path"] == "/fail":
            raise ValueError("boom")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"plain"})

    lab = serve(plain)
    assert lab.name == "plain"
    assert httpx.get(lab.local_url).text == "plain"
    assert httpx.get(lab.local_url + "fail").status_code == 500
    assert [entry.data for entry in lab.log if entry.kind == "exception"] == ["ValueError: boom"]
    assert lab.handlers() == []


async def test_foreign_clients_are_seen_and_rubbish_hurts_nobody() -> None:
    lab = serve(Echo)
    async with websockets.connect(f"ws://127.0.0.1:{lab.port}/echo") as client:
        await client.send("hi")
        assert await client.recv() == "Echo: hi"
    with socket.create_connection(("127.0.0.1", lab.port or 0)) as raw:
        raw.sendall(b"\x00\xff rubbish\r\n\r\n")
        assert b"400" in raw.recv(1000)
    with socket.create_connection(("127.0.0.1", lab.port or 0)) as raw:
        raw.sendall(
            b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Version: 13\r\n\r\n"
        )
        assert b"101" in raw.recv(1000)
        raw.sendall(b"\x8f\xff garbage")
    assert (await lab.get("/")).text == "hello"
    named = {
        exchange.client
        for entry in lab.log
        if entry.kind == "open" and (exchange := lab.log.exchange(entry.exchange))
    }
    assert named == {"python-1", "client-1"}


async def test_a_foreign_page_is_kept_out() -> None:
    lab = serve(Echo)
    with pytest.raises(HandshakeRefused, match=r"evil\.example may not talk to this lab"):
        await lab.connect("/echo", headers={"Origin": "http://evil.example"})


async def test_credentials_do_not_enter_the_log() -> None:
    lab = serve(Echo)
    secret = "s3cret-t0ken"
    headers = {"Authorization": f"token {secret}", "Cookie": f"x={secret}"}
    await lab.get(f"/greet/Ada?token={secret}", headers=headers)
    alice = await lab.connect(f"/echo?token={secret}", headers=headers)
    await alice.close()
    exchanges = [lab.log.exchange(number) for number in range(1, 3)]
    assert all(exchanges)
    assert secret not in repr(list(lab.log)) + repr(exchanges)


def test_sources_and_diffs_of_revisions_are_kept() -> None:
    lab = serve(Echo)
    lab.swap(Loud)
    assert lab.source(1).startswith("class Echo(App)")
    assert "message.upper()" in lab.source()
    assert "+class Loud(App):" in lab.diff(1, 2)


@pytest.mark.parametrize("command", [lambda lab: lab.swap(Echo), lambda lab: lab.stop()])
def test_a_call_from_inside_a_handler_is_refused_instead_of_waiting_for_itself(
    command: Any,
) -> None:
    class Selfish(App):
        async def index(self) -> str:
            try:
                command(labs[0])
            except RuntimeError as error:
                return str(error)
            return "done"

    labs: list[Lab] = []
    labs.append(serve(Selfish))
    assert "call it from a cell" in httpx.get(labs[0].local_url).text
    assert labs[0].running


def test_the_memory_transport_outside_of_a_loop_names_the_remedy() -> None:
    with pytest.raises(RuntimeError, match="transport='server'"):
        serve(Echo, transport="memory")
