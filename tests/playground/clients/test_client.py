"""A client listens all the time, says plainly what is wrong, and never waits for ever."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from micropie import App
from playground import ClientClosed, HandshakeRefused, Lab, serve
from playground.clients.sendable import check_close, encode
from playground.lab import TransportName

TRANSPORTS = ["server", "memory"]


class Room(App):
    async def ws_say(self, ws: Any, count: int = 3) -> None:
        await ws.accept()
        for number in range(count):
            await ws.send_json({"n": number})
        await ws.close(4000, "enough")

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept(subprotocol=ws.subprotocols[0] if ws.subprotocols else None)
        async for message in ws:
            if isinstance(message, bytes):
                await ws.send_bytes(message)
            else:
                await ws.send_text(message)

    async def ws_deaf(self, ws: Any) -> None:
        await ws.accept()
        await asyncio.Event().wait()

    async def ws_mute(self, ws: Any) -> None:
        await asyncio.Event().wait()


@pytest.fixture(params=TRANSPORTS)
async def lab(request: pytest.FixtureRequest) -> Lab:
    return serve(Room, transport=request.param)


async def test_text_bytes_and_json_come_back_as_they_were(lab: Lab) -> None:
    alice = await lab.connect("/echo")
    for sent, heard in [("é", "é"), (b"\x00\xff", b"\x00\xff"), ({"a": [1]}, '{"a": [1]}')]:
        await alice.send(sent)
        assert await alice.receive() == heard
    await alice.send([1, 2])
    assert await alice.receive_json() == [1, 2]
    assert list(alice.messages) == ["é", b"\x00\xff", '{"a": [1]}', "[1, 2]"]


async def test_iteration_gives_every_message_and_ends_with_the_connection(lab: Lab) -> None:
    alice = await lab.connect("/say/5")
    assert [message async for message in alice] == [f'{{"n":{n}}}' for n in range(5)]
    assert (alice.state, alice.code, alice.reason) == ("closed", 4000, "enough")


async def test_what_came_before_the_close_can_still_be_received(lab: Lab) -> None:
    alice = await lab.connect("/say")
    async with asyncio.timeout(3):
        while alice.state == "open":
            await asyncio.sleep(0)
    assert [await alice.receive_json() for _ in range(3)] == [{"n": 0}, {"n": 1}, {"n": 2}]
    with pytest.raises(ClientClosed, match=r"alice is closed: 4000 .* enough"):
        await alice.receive()
    with pytest.raises(ClientClosed):
        await alice.send("too late")


async def test_hearing_nothing_is_a_timeout_that_names_the_client(lab: Lab) -> None:
    alice = await lab.connect("/deaf", client="Jürgen")
    with pytest.raises(TimeoutError, match=r"Jürgen heard nothing within 0\.05 s; .*pass timeout="):
        await alice.receive(timeout=0.05)
    assert lab.log[-1].exchange
    exchange = lab.log.exchange(lab.log[-1].exchange)
    assert exchange is not None
    assert exchange.client == "Jürgen"


async def test_a_handshake_that_is_never_answered_is_a_timeout(lab: Lab) -> None:
    with pytest.raises(TimeoutError, match="the app has neither accepted nor refused it"):
        await lab.connect("/mute", timeout=0.05)
    assert lab.clients["alice"].state == "closed"


class Door(App):
    """Says when somebody is at the door, and lets them in when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.there, self.go = threading.Event(), threading.Event()

    async def ws_door(self, ws: Any, opens: bool = True) -> None:
        self.there.set()
        await asyncio.to_thread(self.go.wait)
        if opens:
            await ws.accept()
            await ws.send_text(await ws.receive_text())


async def send_early(
    transport: TransportName, path: str
) -> tuple[asyncio.Task[Any], asyncio.Task[None]]:
    """Connect and send meanwhile; return both, when somebody is let in or not."""
    door = Door()
    lab = serve(door, transport=transport)
    connecting = asyncio.create_task(lab.connect(path, client="alice"))
    await asyncio.to_thread(door.there.wait)
    sending = asyncio.create_task(lab.clients["alice"].send("early"))
    await asyncio.sleep(0)
    door.go.set()
    return connecting, sending


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_what_is_sent_early_is_sent_when_the_client_is_there(
    transport: TransportName,
) -> None:
    connecting, sending = await send_early(transport, "/door")
    await sending
    assert await (await connecting).receive() == "early"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_what_is_sent_early_says_so_if_the_client_is_refused(
    transport: TransportName,
) -> None:
    connecting, sending = await send_early(transport, "/door/false")
    with pytest.raises(HandshakeRefused):
        await connecting
    with pytest.raises(ClientClosed):
        await sending


async def test_the_subprotocol_is_what_was_agreed_on(lab: Lab) -> None:
    alice = await lab.connect("/echo", subprotocols=["chat.v2", "chat.v1"])
    assert alice.subprotocol == "chat.v2"


async def test_a_cell_run_again_replaces_the_client_of_that_name(lab: Lab) -> None:
    first = await lab.connect("/echo", client="alice")
    second = await lab.connect("/echo", client="alice")
    assert (first.state, first.reason) == ("closed", "connected again")
    assert lab.clients == {"alice": second}


async def test_names_are_given_in_order_and_given_again(lab: Lab) -> None:
    clients = [await lab.connect("/echo") for _ in range(3)]
    assert [client.name for client in clients] == ["alice", "bob", "carol"]
    await clients[1].close()
    assert (await lab.connect("/echo")).name == "bob"


async def test_as_a_context_manager_it_closes(lab: Lab) -> None:
    async with await lab.connect("/echo") as alice:
        await alice.send("hi")
    assert (alice.state, alice.code) == ("closed", 1000)
    assert repr(alice) == "<Client alice /echo closed 1000 (normal closure)>"


async def test_an_interrupted_wait_loses_no_message(lab: Lab) -> None:
    alice = await lab.connect("/echo")
    waiting = asyncio.create_task(alice.receive())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await alice.send("still here")
    assert await alice.receive() == "still here"


async def test_thousands_of_messages_arrive_in_order(lab: Lab) -> None:
    alice = await lab.connect("/echo")

    async def send_all() -> None:
        for number in range(2_000):
            await alice.send(str(number))

    sending = asyncio.create_task(send_all())
    heard = [await alice.receive(timeout=30) for _ in range(2_000)]
    await sending
    assert heard == [str(number) for number in range(2_000)]


@pytest.mark.parametrize("code", [0, 999, 1001, 1005, 1006, 2999, 5000])
def test_a_code_that_a_client_may_not_send_is_refused_with_a_remedy(code: int) -> None:
    with pytest.raises(ValueError, match="try 1000"):
        check_close(code, "")


def test_a_reason_that_does_not_fit_is_refused_with_a_remedy() -> None:
    check_close(1000, "é" * 61)
    with pytest.raises(ValueError, match="got 124; shorten it"):
        check_close(1000, "é" * 62)


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError, match="something JSON can say"):
        encode(object())
    assert encode(bytearray(b"x")) == b"x"
