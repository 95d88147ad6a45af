"""Whoever asks from a cell is told why the app failed; over the wire nobody is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from micropie import App, WebSocket
from playground.clients.client import Client
from playground.lab.controls import LabControls
from playground.lab.lab import parts_of
from playground.traffic.summary import what
from playground.transports import ClientClosed, HandshakeRefused, ResponseBroken
from tests.playground.lab_apps import on_both, serving

pytestmark = pytest.mark.live


class Wrong(App):
    async def index(self) -> str:
        return "hello"

    async def boom(self) -> None:
        raise KeyError("key")

    async def users(self, name: str = "") -> Any:
        return 404, f"no {name}"

    async def breaks(self) -> AsyncIterator[Any]:
        yield "half"
        yield 5

    async def ws_silent(self, ws: WebSocket) -> None:
        await ws.send_text("hi")

    async def ws_boom(self, ws: WebSocket) -> None:
        await ws.accept()
        async for message in ws:
            raise KeyError(message)


WHERE = r"test_reasons\.py line \d+: "


@on_both
async def test_an_answer_says_what_was_raised_and_where(transport: str) -> None:
    lab = await serving(Wrong, transport)
    answer = await lab.get("/boom")
    assert re.fullmatch(WHERE + "KeyError: 'key'", answer.why)
    assert re.search(WHERE + "KeyError: 'key'>$", repr(answer))
    assert "key" not in answer.text
    assert (await lab.get("/")).why == ""
    assert (await lab.get("/users/bob")).why == ""


@on_both
async def test_a_page_that_is_misspelt_says_what_was_meant(transport: str) -> None:
    lab = await serving(Wrong, transport)
    answer = await lab.get("/bom")
    assert answer.why == "there is no handler bom; did you mean boom?"
    assert "; there is no handler bom; did you mean boom?>" in repr(answer)


@on_both
async def test_a_response_that_breaks_off_says_why(transport: str) -> None:
    lab = await serving(Wrong, transport)
    with pytest.raises(ResponseBroken, match=WHERE + "TypeError: expected chunks of str or bytes"):
        await lab.get("/breaks")


@on_both
async def test_a_client_says_why_its_handler_ended(transport: str) -> None:
    lab = await serving(Wrong, transport)
    with pytest.raises(HandshakeRefused, match=WHERE + "RuntimeError: expected an accepted"):
        await lab.connect("/silent")
    alice = await lab.connect("/boom")
    await alice.send("hi")
    with pytest.raises(ClientClosed, match=r"closed: 1011 .*; " + WHERE + "KeyError: 'hi'$"):
        await alice.receive()
    assert re.search(r"1011 \(internal error\); " + WHERE + "KeyError: 'hi'>$", repr(alice))


async def send_on(client: Client) -> None:
    while True:
        await client.send("hi")


@on_both
async def test_who_sends_on_and_on_is_told_why_too(transport: str) -> None:
    """A send may be the first to meet the end, before whoever listens has."""
    lab = await serving(Wrong, transport)
    for number in range(10):
        alice = await lab.connect("/boom", client=f"alice{number}")
        why = rf"^alice{number} is closed: 1011 .*; {WHERE}KeyError: 'hi'$"
        with pytest.raises(ClientClosed, match=why):
            await send_on(alice)


@on_both
async def test_the_panel_says_why_of_each_client_what_its_own_connection_met(
    transport: str,
) -> None:
    lab = await serving(Wrong, transport)
    seen = LabControls(parts_of(lab))
    for path in ("/silent", "/slient"):
        with pytest.raises(HandshakeRefused):
            await lab.connect(path, client=path)
    alice = await lab.connect("/boom", client="alice")
    assert [each.why for each in seen.clients() if each.name == "alice"] == [""]
    await alice.send("hi")
    await lab.until("client:alice kind:close")
    whys = {each.name: each.why for each in seen.clients()}
    assert re.fullmatch(WHERE + "RuntimeError: expected an accepted.*", whys["/silent"])
    assert whys["/slient"] == "there is no handler ws_slient; did you mean ws_silent?"
    with pytest.raises(ClientClosed):
        await alice.receive()
    first = alice.why()
    assert re.fullmatch(WHERE + "KeyError: 'hi'", first)
    again = await lab.connect("/boom", client="alice")
    assert (again.why(), alice.why()) == ("", first)
    await again.send("ho")
    with pytest.raises(ClientClosed, match=r"'ho'$"):
        await again.receive()
    assert alice.why() == first


@on_both
async def test_the_panel_says_of_a_row_which_page_was_meant(transport: str) -> None:
    lab = await serving(Wrong, transport)
    seen = LabControls(parts_of(lab))
    await lab.get("/bom")
    await lab.get("/users/bob")
    with pytest.raises(HandshakeRefused):
        await lab.connect("/slient")
    said = {seen.meant(entry.seq) for entry in lab.log.filter("path:/bom")}
    assert said == {"", "there is no handler bom; did you mean boom?"}
    refused = lab.log.filter("kind:refuse")[-1]
    assert seen.meant(refused.seq) == "there is no handler ws_slient; did you mean ws_silent?"
    assert {seen.meant(entry.seq) for entry in lab.log.filter("path:/users")} == {""}
    assert seen.meant(10_000) == ""


@on_both
async def test_nobody_is_told_what_the_handler_of_another_raised(transport: str) -> None:
    lab = await serving(Wrong, transport)
    alice, bob = await lab.connect("/boom"), await lab.connect("/boom")
    await alice.send("hers")
    await bob.send("his")
    for name in ("alice", "bob"):
        await lab.until(f"client:{name} kind:close")
    for client, said in ((bob, "'his'"), (alice, "'hers'")):
        with pytest.raises(ClientClosed, match=said):
            await client.receive()


async def test_what_is_said_of_long_words_is_not_long() -> None:
    lab = await serving(Wrong, "memory")
    alice = await lab.connect("/boom")
    await alice.send("x" * 100_000)
    with pytest.raises(ClientClosed, match=r"characters\)$") as raised:
        await alice.receive()
    assert len(str(raised.value)) < 1_000
    assert len(str(next(entry.data for entry in lab.log if entry.kind == "exception"))) > 1_000


async def test_a_stranger_is_told_nothing_of_it() -> None:
    lab = await serving(Wrong, "server")
    async with httpx2.AsyncClient() as stranger:
        answer = await stranger.get(f"{lab.local_url}boom")
    assert answer.text == "500 Internal Server Error"
    assert "KeyError" not in str(answer.headers)


@on_both
async def test_after_a_stop_log_and_clients_say_that_it_was_stopped(transport: str) -> None:
    lab = await serving(Wrong, transport)
    await lab.connect("/boom")
    lab.restart()
    await lab.get("/")
    await lab.connect("/boom")
    lab.stop()
    closes = [str(entry.data) for entry in lab.log if entry.kind == "close"]
    assert closes == ["", "the lab was stopped"]
    last = [what(entry, 80) for entry in lab.log if entry.kind == "close"][-1]
    assert last == "closed 1012 · the lab was stopped"


class Slow(App):
    async def page(self) -> None:
        await asyncio.sleep(100)

    async def ws_forgets(self, ws: WebSocket) -> None:
        await ws.accept()
        async for message in ws:
            ws.send_text(str(message))  # type: ignore[unused-coroutine]

    async def ws_echo(self, ws: WebSocket) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(str(message))

    async def ws_waits(self, ws: WebSocket) -> None:
        await ws.accept()
        await asyncio.Lock().acquire()
        await asyncio.sleep(100)


async def nothing(client: Client) -> str:
    """Return what is said of it that nothing has come."""
    with pytest.raises(TimeoutError) as late:
        await client.receive(timeout=0.05)
    return str(late.value)


@on_both
async def test_what_nothing_came_of_is_said_as_far_as_it_is_known(transport: str) -> None:
    lab = await serving(Slow, transport)
    late = r"GET /page was not answered within 0\.1 s; page, test_reasons\.py line \d+, sleeps, "
    with pytest.raises(TimeoutError, match=late):
        await lab.get("/page", timeout=0.1)
    waits = await lab.connect("/waits", client="walt")
    assert re.search(
        r"; ws_waits, test_reasons\.py line \d+, sleeps, .*; pass", await nothing(waits)
    )
    echo = await lab.connect("/echo", client="eve")
    assert await nothing(echo) == "eve heard nothing within 0.05 s; pass timeout= to wait longer"
    forgets = await lab.connect("/forgets", client="fred")
    await forgets.send("hi")
    said = r"; test_reasons\.py, line \d+: ws\.send_text\(str\(message\)\) was not awaited.*\)$"
    assert re.search(said, await nothing(forgets))


@on_both
async def test_a_pause_and_a_message_that_is_held_are_what_nothing_came_of(transport: str) -> None:
    lab = await serving(Slow, transport)
    eve, bob = [await lab.connect("/echo", client=each) for each in ("eve", "bob")]
    point = lab.break_at("client:eve")
    await eve.send("hi")
    await lab.paused()
    said = r"; eve's handler is paused, test_reasons\.py line \d+: resume\(\) of lab\.pauses"
    assert re.search(said, await nothing(eve))
    assert re.search(said, await nothing(bob))
    point.remove()
    assert await eve.receive() == "hi"
    lab.network.hold("eve")
    await eve.send("ho")
    held = "a message of eve's held by lab.network; calm() lets go"
    assert await nothing(eve) == f"eve heard nothing within 0.05 s; {held}"
