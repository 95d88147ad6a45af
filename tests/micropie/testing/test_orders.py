"""Every order of a conversation: what is found, what is said of it, and that it comes out again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from typing import Any

import pytest

from micropie import App
from micropie.testing import Exploration, explore
from tests.micropie.testing.order_faults import FAULTS, talk


@pytest.fixture(autouse=True)
def silent() -> Any:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_its_repair_is_not(name: str) -> None:
    fault = FAULTS[name]
    found = explore(fault.faulty, fault.script, invariant=fault.invariant)
    assert found, found.covered
    assert fault.says in found.why
    assert found.deviations <= 2
    repaired = explore(fault.repaired, fault.script, invariant=fault.invariant, runs=200)
    assert not repaired, repaired


@pytest.mark.parametrize("name", FAULTS)
def test_an_order_that_was_found_comes_out_the_same_each_time(name: str) -> None:
    fault = FAULTS[name]
    found = explore(fault.faulty, fault.script, invariant=fault.invariant)
    again = [found.replay() for _ in range(20)]
    assert {(each.why, each.steps, each.order) for each in again} == {
        (found.why, found.steps, found.order)
    }
    assert found.notes == ()


def test_an_order_that_was_found_passes_with_the_repair() -> None:
    fault = FAULTS["dict changed"]
    found = explore(fault.faulty, fault.script)
    assert explore(fault.faulty, fault.script, order=found.order).why == found.why
    assert not explore(fault.repaired, fault.script, order=found.order)


def test_the_first_that_is_found_departs_least() -> None:
    fault = FAULTS["left meanwhile"]
    assert not explore(fault.faulty, fault.script, deviations=0)
    found = explore(fault.faulty, fault.script, deviations=2)
    assert found.deviations == 1
    assert found.steps[found.departures[0]] == "ada's handshake arrives"


def test_what_was_found_is_a_sentence_with_the_line() -> None:
    fault = FAULTS["dict changed"]
    found = explore(fault.faulty, fault.script)
    assert found.sentence == (
        "In 1 of 3 orders: ada came before bob connected to /chat; order_faults.py line 99 raised "
        "RuntimeError: dictionary changed size during iteration."
    )
    assert isinstance(found.error, RuntimeError)
    assert " → ada's handshake arrives" in repr(found)


def test_what_was_tried_is_said_and_never_that_it_is_right() -> None:
    tried = explore(FAULTS["lost update"].repaired, talk("/add", "ada", "bob"))
    assert "74 orders in" in tried.covered
    assert "all with at most 2 departures from first come, first served" in tried.covered
    assert "correct" not in repr(tried)


def test_it_is_bounded_by_runs() -> None:
    tried = explore(FAULTS["set changed"].repaired, FAULTS["set changed"].script, runs=100)
    assert tried.runs == 100
    assert "of those with" in tried.covered


def test_it_works_inside_of_a_running_loop() -> None:
    async def cell() -> Exploration:
        found = explore(FAULTS["two locks"].faulty, FAULTS["two locks"].script)
        await asyncio.sleep(0)
        return found

    assert "nobody can go on" in asyncio.run(cell()).why


def handling(work: Any) -> type[App]:
    class Site(App):
        async def ws_x(self, ws: Any) -> None:
            await ws.accept()
            async for _ in ws:
                await work(ws)

    return Site


async def one(client: Any) -> None:
    socket = await client.connect("/x?name=ada")
    await socket.send("hi")
    await socket.receive()


async def spins(ws: Any) -> None:
    while True:
        pass


async def spins_on(ws: Any) -> None:
    while True:
        with contextlib.suppress(BaseException):
            sum(range(1000))


async def exits(ws: Any) -> None:
    raise SystemExit(3)


async def hurries(ws: Any) -> None:
    while True:
        await asyncio.sleep(0)


async def waits(ws: Any) -> None:
    await asyncio.Event().wait()


async def never_ends(ws: Any) -> None:
    while True:
        with contextlib.suppress(BaseException):
            await asyncio.sleep(1)


@pytest.mark.parametrize(
    ("work", "says"),
    [
        (spins, "runs on without an await"),
        (spins_on, "runs on without an await"),
        (exits, "SystemExit: 3"),
        (hurries, "waits for nothing"),
        (waits, "ada's handler stands at test_orders.py line"),
    ],
)
def test_wrong_code_is_bounded_and_said(
    work: Any, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("micropie.testing.one_order.HELD_UP", 0.5)
    assert says in explore(handling(work), one, seconds=2).why


async def floods(ws: Any) -> None:
    while True:
        await ws.send_text("x")


def test_a_flood_is_cut_off_and_said() -> None:
    assert "cut off" in explore(handling(floods), one, deviations=0).covered


async def connects(ws: Any) -> None:
    with contextlib.suppress(Exception):
        await asyncio.open_connection("localhost", 1)


async def sleeps(ws: Any) -> None:
    time.sleep(30)  # noqa: ASYNC251


@pytest.mark.parametrize(("work", "what"), [(connects, "a connection"), (sleeps, "time.sleep")])
def test_what_cannot_run_on_a_clock_is_said_and_nothing_claimed(work: Any, what: str) -> None:
    tried = explore(handling(work), one)
    assert not tried
    assert tried.covered.startswith("No order was tried: the app asks for " + what)


async def asks_the_time(ws: Any) -> None:
    time.time()
    random.random()
    await ws.send_text("ok")


def test_other_clocks_and_chance_are_noted_with_their_line() -> None:
    notes = "".join(explore(handling(asks_the_time), one).notes)
    assert "asks time.time" in notes
    assert "asks random" in notes
    assert "test_orders.py:" in notes


class Member:
    """Somebody who hashes by address."""


class Members(App):
    def __init__(self) -> None:
        super().__init__()
        self.members: set[Member] = set()

    async def ws_x(self, ws: Any) -> None:
        await ws.accept()
        self.members |= {Member(), Member()}
        async for message in ws:
            await ws.send_text(message)


def test_a_set_by_address_is_noted() -> None:
    (note,) = explore(Members, one).notes
    assert note.startswith("self.members is a set of Member, which Python goes through by address")


def test_what_one_client_does_keeps_its_order() -> None:
    async def hurry(client: Any) -> None:
        socket = await client.connect("/echo?name=ada")
        await asyncio.gather(socket.send("one"), socket.send("two"), socket.send("three"))
        assert [await socket.receive() for _ in range(3)] == ["one", "two", "three"]

    assert not explore(FAULTS["overtaken"].repaired, hurry)


def test_time_may_pass_before_a_message_arrives() -> None:
    class Impatient(App):
        async def ws_x(self, ws: Any) -> None:
            await ws.accept()
            async with asyncio.timeout(5):
                await ws.send_text(await ws.receive_text())

    found = explore(Impatient, one)
    assert "5 s passed before ada" in found.why
    assert "TimeoutError" in found.why


def raw() -> Any:
    """Return an ASGI app without a framework, with the fault of every chat."""
    sends: dict[int, Any] = {}

    async def chat(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        sends[id(send)] = send
        while (event := await receive())["type"] == "websocket.receive":
            for each in sends.values():
                with contextlib.suppress(OSError):
                    await each({"type": "websocket.send", "text": event["text"]})
        del sends[id(send)]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await chat(scope, receive, send)

    return app


def test_an_app_that_is_no_micropie_is_tried_too() -> None:
    assert not explore(raw, talk("/", "ada"))
    found = explore(raw, talk("/", "ada", "bob"))
    assert "dictionary changed size" in found.why


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"make_app": None}, TypeError, "a class or function that makes the app"),
        ({"script": None}, TypeError, "async def script"),
        ({"deviations": -1}, ValueError, "deviations"),
        ({"runs": 0}, ValueError, "runs"),
        ({"seconds": 0}, ValueError, "seconds"),
    ],
)
def test_what_makes_no_sense_is_refused(given: Any, error: type[Exception], says: str) -> None:
    fault = FAULTS["lost update"]
    with pytest.raises(error, match=says):
        explore(**{"make_app": fault.repaired, "script": fault.script, **given})


def test_the_same_app_again_is_refused() -> None:
    app = FAULTS["lost update"].repaired()
    with pytest.raises(ValueError, match="another app each time"):
        explore(lambda: app, talk("/add", "ada", "bob"))
