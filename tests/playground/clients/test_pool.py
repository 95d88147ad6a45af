"""A lab's clients and requests, over either transport."""

from __future__ import annotations

import contextlib
import socket

import pytest
import websockets

from playground import ClientClosed, HandshakeRefused, serve
from tests.playground.lab_apps import Echo, on_both, serving, until


@on_both
async def test_the_readmes_conversation(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo", client="alice")
    await alice.send("hi")
    assert await alice.receive() == "Echo: hi"
    assert (await lab.get("/greet/Ada")).json() == {"hello": "Ada"}
    assert lab.sockets == 1
    await alice.close(4001, "bye")
    assert (alice.state, alice.code, alice.reason) == ("closed", 4001, "bye")


@on_both
async def test_a_refusal_says_why_and_what_was_meant(transport: str) -> None:
    lab = await serving(Echo, transport)
    with pytest.raises(HandshakeRefused, match="did you mean ws_echo") as refusal:
        await lab.connect("/ehco")
    assert refusal.value.status == 404
    assert "No matching WebSocket route" in refusal.value.body
    assert [entry.code for entry in lab.log if entry.kind == "refuse"] == [404]


@on_both
async def test_a_handler_that_raises_is_a_1011_and_an_entry_with_its_cause(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/fail")
    await alice.send("room")
    with pytest.raises(ClientClosed, match=r"alice is closed: 1011 \(internal error\)"):
        await alice.receive()
    raised = next(entry for entry in lab.log if entry.kind == "exception")
    caused = lab.log.entry(raised.cause or 0)
    assert raised.data == "KeyError: 'room'"
    assert (raised.where or "").startswith("lab_apps.py:")
    assert caused is not None
    assert caused.data == "room"
    assert (await lab.get("/")).text == "hello"


@on_both
async def test_ten_megabytes_go_there_and_back(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    await alice.send("x" * 10_000_000)
    assert len(await alice.receive(timeout=20)) == 10_000_006


@on_both
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


@pytest.mark.live
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


@pytest.mark.live
async def test_guests_are_those_that_others_opened_and_that_are_still_there() -> None:
    lab = serve(Echo)
    await lab.connect("/echo")
    named = {"x-playground-client": "bob"}
    address = lab.ws_url("/echo?token=secret")
    async with (
        websockets.connect(address, additional_headers=named) as bob,
        websockets.connect(address),
    ):
        await bob.send("hi")
        await bob.recv()
        assert lab.guests == [("bob", "/echo"), ("python-1", "/echo")]
        await bob.close()
        await until(lambda: [guest.name for guest in lab.guests] == ["python-1"])
        lab.stop()
        assert lab.guests == []


@pytest.mark.live
async def test_a_foreign_page_is_kept_out() -> None:
    lab = serve(Echo)
    with pytest.raises(HandshakeRefused, match=r"evil\.example may not talk to this lab"):
        await lab.connect("/echo", headers={"Origin": "http://evil.example"})


@pytest.mark.live
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
