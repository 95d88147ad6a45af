"""Waiting for an entry: what is there, what comes, what never does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect

from playground.lab import parts_of
from playground.traffic.filter import FilterError
from playground.traffic.model import Entry
from tests.playground.lab_apps import Echo, on_both, serving

pytestmark = pytest.mark.live


@on_both
async def test_what_is_there_is_found_at_once_and_the_first_of_it(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo", client="alice")
    for word in ("one", "two"):
        await alice.send(word)
        await alice.receive()
    found = await lab.until("client:alice kind:text", timeout=0)
    assert (found.sender, found.data) == ("client", "one")
    later = await lab.until("client:alice kind:text", after=found.seq, timeout=0)
    assert (later.sender, later.data) == ("server", "Echo: one")


@on_both
async def test_what_comes_while_a_cell_waits_is_found(transport: str) -> None:
    lab = await serving(Echo, transport)
    waiting = asyncio.create_task(lab.until("client:alice kind:close", timeout=20))
    alice = await lab.connect("/echo", client="alice")
    bob = await lab.connect("/echo", client="bob")
    await bob.close()
    await alice.close(4001, "bye")
    assert (await waiting).code == 4001


async def test_the_end_of_a_program_that_is_not_the_labs_own_is_waited_for() -> None:
    lab = await serving(Echo)
    for _ in range(20):
        lab.log.clear()
        async with connect(f"ws://127.0.0.1:{lab.port}/echo") as outsider:
            await outsider.send("hello")
        closed = await lab.until("kind:close", timeout=20)
        assert [each.kind for each in lab.log.filter("-kind:lab")][-1] == "close"
        assert (closed.sender, closed.code) == ("client", 1000)


async def test_a_function_may_say_what_is_wanted() -> None:
    lab = await serving(Echo)
    alice = await lab.connect("/echo", client="alice")
    for word in ("short", "a longer one"):
        await alice.send(word)
    found = await lab.until(lambda entry: entry.kind == "text" and entry.size > 10, timeout=20)
    assert found.data in {"Echo: short", "a longer one"}


def never(entry: Entry) -> bool:
    return False


@on_both
@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("client:zoe", "no entry that matches 'client:zoe' came within 0.05 s; "),
        (never, "no entry that was asked for came within 0.05 s; "),
    ],
)
async def test_what_does_not_come_is_told_with_what_did(
    transport: str, wanted: str | Callable[[Entry], bool], said: str
) -> None:
    lab = await serving(Echo, transport)
    with pytest.raises(TimeoutError) as nothing:
        await lab.until(wanted, timeout=0.05)
    remedy = "; lab.log has them all, and timeout= waits longer"
    assert str(nothing.value) == f"{said}and no other did{remedy}"
    waiting = asyncio.create_task(lab.until(wanted, timeout=0.05))
    await asyncio.sleep(0)  # it has begun
    parts_of(lab).remarks.tell("one")
    parts_of(lab).remarks.tell("two")
    with pytest.raises(TimeoutError) as nothing:
        await waiting
    assert str(nothing.value) == f"{said}2 others came{remedy}"


async def test_a_log_that_nothing_comes_to_says_so() -> None:
    lab = await serving(Echo)
    lab.log.recording = False
    with pytest.raises(TimeoutError, match="nothing is recorded: switch Record on"):
        await lab.until("client:zoe", timeout=0)
    lab.log.recording = True
    lab.stop()
    with pytest.raises(TimeoutError, match=r"the lab is stopped: lab.restart\(\) starts it"):
        await lab.until("client:zoe", timeout=0)


async def test_a_filter_that_cannot_be_read_is_said_at_once() -> None:
    lab = await serving(Echo)
    wrong: Any = "size>big"
    with pytest.raises(FilterError, match="big"):
        await lab.until(wrong)


async def test_a_costly_expression_holds_up_neither_the_deadline_nor_anybody_else() -> None:
    lab = await serving(Echo, "memory")
    chance = random.Random(1)
    for _ in range(500):
        data = "".join(chance.choice("ab") for _ in range(5_000))
        parts_of(lab).log.append(0.0, 0, "text", "client", data, len(data))
    alice = await lab.connect("/echo", client="alice")
    costly = "/(a|b)*a(a|b){150}x/"
    waiting = asyncio.create_task(lab.until(costly, timeout=600))
    # A busy machine is slow at both.
    await alice.send("meanwhile", timeout=60)
    assert await alice.receive(timeout=60) == "Echo: meanwhile"
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(TimeoutError, match=r"within 1 s; .*x/ takes too long on \d+ entr"):
        await lab.until(costly, timeout=1)


async def test_the_newest_of_a_full_log_is_found() -> None:
    lab = await serving(Echo, "memory")
    for number in range(50_000):
        lab.log.append(0.0, 0, "lab", "lab", str(number), 5)
    found = await lab.until(lambda entry: entry.data == "49999")
    assert found.seq == lab.log.last
