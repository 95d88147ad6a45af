"""A crowd counts truly: each client's own times make the same histogram, each mishap has a kind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from playground.swarm import mishaps
from playground.swarm.histogram import Histogram
from playground.swarm.plan import Plan, checked, ramp_for
from playground.swarm.running import Running
from playground.swarm.swarming import Swarm
from playground.transports import ClientClosed, HandshakeRefused

Answer = Callable[["FakeWire", str | bytes], Awaitable[None]]


class FakeWire:
    """A wire that takes the times itself, as a client would with a watch in its hand."""

    subprotocol = None
    headers: list[tuple[str, str]] = []  # noqa: RUF012
    send_now = None

    def __init__(self, answer: Answer, times: list[float]) -> None:
        self._answer, self._times = answer, times
        self._inbox: asyncio.Queue[Any] = asyncio.Queue()
        self._sent: list[float] = []

    async def send(self, message: str | bytes) -> None:
        self._sent.append(time.perf_counter())
        await self._answer(self, message)

    async def receive(self) -> str | bytes:
        said = await self._inbox.get()
        if isinstance(said, ClientClosed):
            raise said
        self._times.append(time.perf_counter() - self._sent.pop(0))
        return str(said)

    def say(self, said: Any) -> None:
        self._inbox.put_nowait(said)

    async def send_raw(self, data: bytes) -> None: ...

    async def close(self, code: int, reason: str) -> None:
        self.say(ClientClosed(code, reason))


class Reach:
    def __init__(self, answer: Answer, refuse: Exception | None = None) -> None:
        self.answer, self.refuse, self.times = answer, refuse, list[float]()

    async def connect(
        self, path: str, *, headers: Any = (), subprotocols: Sequence[str] = ()
    ) -> FakeWire:
        if self.refuse is not None:
            raise self.refuse
        return FakeWire(self.answer, self.times)


async def echo(wire: FakeWire, message: str | bytes) -> None:
    wire.say(message)


async def slowly(wire: FakeWire, message: str | bytes) -> None:
    asyncio.get_running_loop().call_later(0.03, wire.say, message)


LONG = Plan("/", clients=6, ramp=0.05, seconds=300.0, every=0.02)


async def ran(reach: Reach, plan: Plan = LONG, script: Any = None, messages: int = 0) -> Swarm:
    """Let a crowd run to its end, or until it has sent so many messages."""
    swarm = Swarm(reach, plan, script)  # type: ignore[arg-type]
    running = asyncio.create_task(swarm.run())
    async with asyncio.timeout(30):
        while messages and swarm.tally.messages < messages:
            await asyncio.sleep(0.005)
        if messages:
            swarm.stop()
        await running
    return swarm


@pytest.mark.parametrize("answer", [echo, slowly])
async def test_the_histogram_is_that_of_the_clients_own_times(answer: Answer) -> None:
    reach = Reach(answer)
    tally = (await ran(reach, messages=60)).tally
    own = Histogram()
    for each in reach.times:
        own.add(each)
    assert len(tally.latency) == tally.answered == len(reach.times) > 0
    # Its watch is started a moment sooner and stopped a moment later than theirs.
    assert tally.latency.p50 >= own.p50 * 127 / 128
    assert tally.latency.worst >= own.worst
    pairs = zip(_sorted(tally.latency), _sorted(own), strict=True)
    assert not [(ours, theirs) for ours, theirs in pairs if ours < theirs]


def _sorted(times: Histogram) -> list[int]:
    return sorted(cell for cell, count in times.cells.items() for _ in range(count))


async def test_who_is_not_answered_goes_on_sending() -> None:
    async def never(wire: FakeWire, message: str | bytes) -> None: ...

    tally = (await ran(Reach(never), LONG._replace(clients=2), messages=6)).tally
    assert tally.messages >= 6
    assert tally.answered == 0


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (HandshakeRefused(403, "not you", "/"), "refused with 403: not you"),
        (ConnectionRefusedError(), mishaps.GONE),
        (OSError(24, "Too many open files"), mishaps.FILES),
        (ConnectionResetError(), mishaps.BROKEN),
    ],
)
async def test_who_cannot_come_is_counted_by_reason(error: Exception, kind: str) -> None:
    tally = (await ran(Reach(echo, error))).tally
    assert (tally.opened, tally.failed) == (0, 6)
    assert dict(tally.errors) == {kind: 6}


@pytest.mark.parametrize(
    ("code", "kind"),
    [(1011, "closed by the app with 1011 (internal error): oh"), (1006, mishaps.LOST)],
)
async def test_who_is_closed_is_counted_by_code_and_the_run_ends(code: int, kind: str) -> None:
    async def close(wire: FakeWire, message: str | bytes) -> None:
        wire.say(ClientClosed(code, "oh"))

    tally = (await ran(Reach(close))).tally
    assert dict(tally.errors) == {kind: 6}
    assert tally.open == 0


async def test_a_script_is_played_once_by_each_and_what_it_raises_has_one_kind() -> None:
    async def script(client: Any, number: int) -> None:
        await client.send(str(number))
        if await client.receive() != "1":
            raise ValueError(f"{client.name} is not the first")

    tally = (await ran(Reach(echo), script=script)).tally
    assert tally.messages == 6
    (kind,) = tally.errors
    line = script.__code__.co_firstlineno + 3
    assert kind == (
        f"the script raised ValueError: a client is not the first (test_swarming.py line {line})"
    )
    assert tally.errors[kind] == 5


async def test_a_script_that_ends_its_program_ends_one_client_alone() -> None:
    async def script(client: Any, number: int) -> None:
        if number == 1:
            raise SystemExit(3)
        await client.send("hi")

    tally = (await ran(Reach(echo), script=script)).tally
    assert (tally.messages, tally.mishaps) == (5, 1)
    assert next(iter(tally.errors)).startswith("the script raised SystemExit: 3 (test_swarming.py")


def test_few_clients_come_soon() -> None:
    assert [ramp_for(clients) for clients in (20, 1000, 10_000, 0)] == [0.1, 5.0, 5.0, 0.0]


async def test_a_script_that_does_not_end_is_ended_and_that_is_no_mishap() -> None:
    async def script(client: Any, number: int) -> None:
        await asyncio.Event().wait()

    tally = (await ran(Reach(echo), LONG._replace(ramp=0.0, seconds=0.2), script)).tally
    assert (tally.opened, tally.open, tally.mishaps) == (tally.began, 0, 0)


async def test_a_crowd_can_be_made_larger_and_smaller_and_stopped() -> None:
    swarm = Swarm(Reach(echo), LONG._replace(clients=3))  # type: ignore[arg-type]
    running = asyncio.create_task(swarm.run())
    async with asyncio.timeout(30):
        for wanted in (3, 9, 2):
            swarm.resize(wanted)
            while swarm.tally.open != wanted:
                await asyncio.sleep(0.005)
        swarm.stop()
        await running
    assert (swarm.tally.open, swarm.tally.mishaps) == (0, 0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"path": "chat"}, "begins with '/', got 'chat'"),
        ({"clients": 0}, "expected 1 to 10,000 clients, got 0; try 20"),
        ({"clients": 1e3}, "whole number of clients, got 1000.0"),
        ({"ramp": -1}, "expected ramp from 0 to 3600 seconds, got -1; try ramp=1"),
        ({"seconds": "10"}, "expected seconds in seconds, got '10'"),
        ({"every": 0}, "expected every from 0.001"),
        ({"message": {"a": 1}}, "json.dumps makes a text of a value"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        checked(Plan("/")._replace(**wrong))


def test_what_happens_each_second_is_counted_over_the_last_one() -> None:
    running = Running(LONG)
    running.rates()
    running.tally.opened = 4
    running.tally.missed("x", 2)
    opens, mishaps_ = running.rates()
    assert 0 < opens <= 4
    assert mishaps_ == opens / 2
