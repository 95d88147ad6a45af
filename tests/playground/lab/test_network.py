"""The network of a lab: held, delayed, slowed, parted, cut; over both transports."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from micropie import ConnectionClosed
from playground import Lab
from playground.gates.rules import WINDOW
from playground.lab import parts_of
from playground.lab.network import Network
from playground.transports import ClientClosed
from tests.playground.gates.chat import Chat, Second, echoed, notes, said
from tests.playground.lab_apps import on_both, serving, swapped, until

pytestmark = pytest.mark.live


def gates(lab: Lab) -> int:
    """Return how many connections have a gate."""
    return sum(each.gate is not None for each in parts_of(lab).entrance.recorder.sockets.values())


async def in_flight(lab: Lab, number: int) -> None:
    await until(lambda: len(lab.network.held) == number)


@on_both
async def test_with_nothing_set_no_gate_is_there_and_none_is_left_behind(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    await echoed(bob, "a")
    assert gates(lab) == 0
    with lab.network("bob", delay=0.001):
        assert gates(lab) == 1
        await echoed(bob, "b")
    await echoed(bob, "c")
    await until(lambda: gates(lab) == 0)
    await echoed(bob, "d")


@on_both
async def test_a_delay_is_said_with_what_it_delayed(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    with lab.network("bob", delay=0.02, jitter=0.01, seed=7):
        await echoed(bob, "a", "b")
    assert said(lab, "link")[0] == "network, bob: delay 0.02 s ± 0.01 s, seed 7"
    assert notes(lab, "link") == ["delivered"] * 4
    late = [each for each in lab.log if each.note == "delivered"]
    messages = [lab.log.entry(each.cause) for each in late if each.cause]
    assert [each.data for each in messages if each] == ["a", "1:a", "b", "1:b"]
    shown = [str(each.data).rpartition(" after ")[0] for each in late]
    assert shown[:2] == ["delivered 'a' of bob", "delivered '1:a' to bob"]
    assert [each.sender for each in late] == ["client", "server", "client", "server"]
    for message, row in zip(messages, late, strict=True):
        assert message is not None
        assert row.at - message.at >= 0.009


@on_both
async def test_an_entry_comes_when_its_sender_has_sent_it(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    lab.network.hold("bob")
    for each in "abc":
        await bob.send(each)
    await in_flight(lab, 3)
    assert said(lab, "text") == ["a", "b", "c"]
    assert notes(lab, "link") == ["held"] * 3
    assert said(lab, "link")[1:] == [f"held '{each}' of bob" for each in "abc"]
    held = lab.network.held
    assert [(each.client, each.direction, each.data) for each in held] == [
        ("bob", "to app", each) for each in "abc"
    ]
    assert all(each.since >= 0 for each in held)
    lab.network.release("bob")
    assert [await bob.receive() for _ in range(3)] == ["1:a", "1:b", "1:c"]


@on_both
async def test_what_a_handler_sends_because_of_what_was_held_is_due_to_it(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    with lab.network.hold("bob", "to app"):
        await bob.send("a")
        await bob.send("b")
        await in_flight(lab, 2)
    assert [await bob.receive(), await bob.receive()] == ["1:a", "1:b"]
    answers = lab.log.filter("kind:text dir:server")
    causes = [lab.log.entry(each.cause or 0) for each in answers]
    assert [each.data for each in causes if each] == ["a", "b"]


@on_both
async def test_one_is_delivered_with_those_before_it(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    lab.network.hold("bob", "to client")
    for each in "abc":
        await bob.send(each)
    await in_flight(lab, 3)
    second = lab.network.held[1]
    second.deliver()
    assert [await bob.receive(), await bob.receive()] == ["1:a", "1:b"]
    with pytest.raises(RuntimeError, match="which has arrived or was lost"):
        second.deliver()
    assert [each.data for each in lab.network.held] == ["1:c"]
    lab.network.release(count=1)
    assert await bob.receive() == "1:c"
    await bob.send("d")
    await in_flight(lab, 1)


@on_both
async def test_across_clients_the_order_is_ones_own_to_choose(transport: str) -> None:
    lab = await serving(Chat, transport)
    ann, bob = [await lab.connect("/chat", client=each) for each in ("ann", "bob")]
    lab.network.hold(direction="to client")
    await ann.send("hi")
    await in_flight(lab, 2)
    for name, client in (("bob", bob), ("ann", ann)):
        next(each for each in lab.network.held if each.client == name).deliver()
        assert await client.receive() == "HI"
    delivered = lab.log.filter("kind:link delivered")
    assert [delivered.exchange(each.exchange).client for each in delivered] == ["bob", "ann"]  # type: ignore[union-attr]


@on_both
@pytest.mark.parametrize("way", ["calm", "count", "leave"])
async def test_across_clients_what_is_let_go_arrives_as_it_was_sent(
    transport: str, way: str
) -> None:
    lab = await serving(Chat, transport)
    ann, bob = [await lab.connect("/echo", client=each) for each in ("ann", "bob")]
    rule = lab.network.hold()
    for number in range(6):
        await (ann if number in (0, 2, 3, 5) else bob).send(str(number))
        await in_flight(lab, number + 1)
    sent = [str(number) for number in range(6)]
    assert [each.data for each in lab.network.held] == sent
    if way == "calm":
        lab.network.calm()
    elif way == "count":
        lab.network.release(count=6)
    else:
        with rule:
            pass
    await until(lambda: len(lab.log.filter("kind:link delivered dir:client")) == 6)
    late = lab.log.filter("kind:link delivered dir:client")
    assert [lab.log.entry(each.cause or 0).data for each in late] == sent  # type: ignore[union-attr]


async def test_who_takes_nothing_holds_up_no_others() -> None:
    lab = await serving(Chat, "memory")
    ann, bob = [await lab.connect("/echo", client=each) for each in ("ann", "bob")]
    lab.break_at("client:ann")
    await ann.send("stop")
    pause = await lab.paused()
    lab.network.hold(direction="to app")
    for number in range(4):
        await (bob if number % 2 else ann).send(str(number))
        await in_flight(lab, number + 1)
    lab.network.calm()
    assert [await bob.receive(), await bob.receive()] == ["1:1", "1:3"]
    pause.resume()
    lab.breakpoints[0].remove()
    assert [await ann.receive() for _ in range(3)] == ["1:stop", "1:0", "1:2"]


@on_both
async def test_a_hold_of_everybody_can_end_for_one(transport: str) -> None:
    lab = await serving(Chat, transport)
    lab.network.hold()
    ann, bob = [await lab.connect("/echo", client=each) for each in ("ann", "bob")]
    await ann.send("a")
    await bob.send("b")
    await in_flight(lab, 2)
    lab.network.release("bob")
    assert await bob.receive() == "1:b"
    assert [each.client for each in lab.network.held] == ["ann"]
    lab.network.calm()
    assert await ann.receive() == "1:a"
    assert (repr(lab.network), gates(lab)) == ("<Network calm; 0 messages in flight, 0 bytes>", 0)


@on_both
async def test_a_close_waits_in_its_link_behind_the_messages(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    lab.network.hold("bob", "to client")
    await bob.send("a")
    await bob.send("bye")
    await in_flight(lab, 2)
    assert [each.is_close for each in lab.network.held] == [False, True]
    assert bob.state == "open"
    lab.network.release()
    assert await bob.receive() == "1:a"
    with pytest.raises(ClientClosed, match="4001"):
        await bob.receive()


@on_both
async def test_a_close_of_the_client_comes_behind_what_it_has_sent(transport: str) -> None:
    lab = await serving(Chat, transport)
    ann, bob = [await lab.connect("/chat", client=each) for each in ("ann", "bob")]
    lab.network.hold("bob", "to app")
    await bob.send("last")
    await bob.close()
    await in_flight(lab, 2)
    assert len(lab.app.members) == 2
    lab.network.release()
    assert await ann.receive() == "LAST"
    await until(lambda: len(lab.app.members) == 1)


@on_both
async def test_what_is_in_flight_is_lost_when_its_client_leaves_and_said(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    lab.network.hold("bob", "to client")
    await bob.send("a")
    await in_flight(lab, 1)
    await bob.close()
    await lab.until("kind:link lost")
    assert not lab.network.held
    assert "lost '1:a' to bob: the connection is closed" in said(lab, "link")


@on_both
async def test_a_cut_is_1006_at_both_ends_and_loses_what_is_in_flight(transport: str) -> None:
    codes: list[Any] = []

    class Ends(Chat):
        async def ws_ends(self, ws: Any) -> None:
            await ws.accept()
            try:
                while True:
                    await ws.send_text(await ws.receive_text())
            except ConnectionClosed as end:
                codes.append(end.code)
                raise

    lab = await serving(Ends, transport)
    bob = await lab.connect("/ends", client="bob")
    lab.network.hold("bob")
    await bob.send("a")
    await in_flight(lab, 1)
    lab.network.cut("bob")
    with pytest.raises(ClientClosed, match="1006"):
        await bob.receive()
    await until(lambda: codes)
    assert codes == [1006]
    assert [(each.code, each.note) for each in lab.log.filter("kind:close")] == [
        (1006, "not clean")
    ]
    assert "lost 'a' of bob: the line was cut" in said(lab, "link")
    lab.network.calm()
    again = await lab.connect("/ends", client="bob")
    await again.send("b")
    assert await again.receive() == "b"


@on_both
async def test_a_cut_while_a_handler_waits_for_a_message(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/chat", client="bob")
    lab.network.cut("bob")
    with pytest.raises(ClientClosed, match="1006"):
        await bob.receive()
    await until(lambda: not lab.app.members)
    with pytest.raises(LookupError, match="got 'bob'; none is open"):
        lab.network.cut("bob")


@on_both
async def test_a_partition_holds_what_another_group_has_set_off(transport: str) -> None:
    lab = await serving(Chat, transport)
    ann, bob, cid = [await lab.connect("/chat", client=each) for each in ("ann", "bob", "cid")]
    with lab.network.partition(["ann", "bob"], ["cid"]):
        await ann.send("hi")
        assert [await ann.receive(), await bob.receive()] == ["HI", "HI"]
        assert [(each.client, each.data) for each in lab.network.held] == [("cid", "HI")]
        await cid.send("me")
        await in_flight(lab, 4)
    assert [await cid.receive(), await cid.receive()] == ["HI", "ME"]
    assert [await ann.receive(), await bob.receive()] == ["ME", "ME"]


@on_both
async def test_a_slow_reader_makes_the_handler_wait(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    with lab.network.slow_reader("bob"):
        for _ in range(12):
            await bob.send("x" * 10_000)
        await until(lambda: any(each.waits_for == "send" for each in lab.handlers()))
        held = sum(len(each.data) for each in lab.network.held)
        assert WINDOW - 10_200 <= held <= WINDOW + 10_200
    for _ in range(12):
        assert len(await bob.receive()) == 10_002


@on_both
async def test_the_newest_rule_counts_and_leaving_restores_the_one_before(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    with lab.network("bob", delay=30), lab.network("bob"):
        await echoed(bob, "a")
    with lab.network("bob", delay=30):
        await bob.send("b")
        await in_flight(lab, 1)
        lab.network.calm()
        assert await bob.receive() == "1:b"
    await echoed(bob, "c")
    assert [each for each in said(lab, "link") if "no more" in each] == [
        "network, bob: no delay, no more",
        "network, bob: delay 30 s, no more",
    ]


@on_both
async def test_a_swap_keeps_what_is_in_flight_both_ways(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    lab.network.hold("bob", "to client")
    await bob.send("a")
    await in_flight(lab, 1)
    lab.network.hold("bob", "to app")
    await bob.send("b")
    await in_flight(lab, 2)
    await swapped(lab, Second)
    lab.network.calm()
    assert [await bob.receive(), await bob.receive()] == ["1:a", "2:b"]
    await echoed(bob, "c", revision=2)


@on_both
@pytest.mark.parametrize("act", ["stop", "restart", "swap", "interrupt"])
async def test_whatever_ends_a_life_ends_what_is_held_too(transport: str, act: str) -> None:
    lab = await serving(Chat, transport)
    for number in range(13):
        lab.network.hold("bob")
        lab.network("ann", delay=0.01, jitter=0.01)
        ann, bob = [await lab.connect("/echo", client=each) for each in ("ann", "bob")]
        await ann.send("a")
        await bob.send("b")
        await until(lambda: any(each.client == "bob" for each in lab.network.held))
        await ended(lab, act, bob, number)
        lab.network.calm()
        assert not lab.network.held
    await until(lambda: not gates(lab))


async def ended(lab: Lab, act: str, bob: Any, number: int) -> None:
    """Do what ends something, and see that it does."""
    if act == "interrupt":
        waiting = asyncio.create_task(bob.receive())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        lab.network.release()
        assert await bob.receive() == "1:b"
    elif act == "swap":
        await swapped(lab, Second if number % 2 else Chat)
        lab.network.release()
        assert str(await bob.receive()).endswith(":b")
    else:
        await asyncio.to_thread(lab.stop) if lab.port else lab.stop()
        with pytest.raises(ClientClosed):
            await bob.receive()
        assert any(": the lab was stopped" in each for each in said(lab, "link"))
        lab.restart() if not lab.port else await asyncio.to_thread(lab.restart)
        await lab.get("/")


@on_both
async def test_ten_thousand_messages_keep_their_order_in_bad_weather(transport: str) -> None:
    lab = await serving(Chat, transport, max_entries=100_000)
    bob = await lab.connect("/echo", client="bob")
    lab.network(delay=0.001, jitter=0.001, seed=3)

    async def speak() -> None:
        for number in range(2_500):
            await bob.send(str(number), timeout=60)

    async with asyncio.TaskGroup() as group:
        group.create_task(speak())
        for number in range(2_500):
            assert await bob.receive(timeout=60) == f"1:{number}"


def test_the_network_of_a_stopped_lab_can_be_ruled() -> None:
    async def work() -> None:
        lab = await serving(Chat)
        lab.stop()
        lab.network.hold("bob")
        assert lab.network.held == []
        lab.network.calm()

    asyncio.run(work())


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda n: n("bob", delay=-1), ValueError, "expected delay= as a number of seconds from 0"),
        (lambda n: n("bob", delay=math.nan), ValueError, "got nan; write delay=0.2"),
        (lambda n: n("bob", delay=10**400), ValueError, "got one of about 398 digits"),
        (lambda n: n("bob", delay=None), TypeError, "got None; write delay=0.2"),
        (lambda n: n("bob", jitter="1"), TypeError, "write jitter=1"),
        (lambda n: n("bob", rate=0), ValueError, "hold() lets nothing through"),
        (lambda n: n("bob", rate=-1), ValueError, "expected rate= as bytes in a second from 0"),
        (lambda n: n("bob", rate="fast"), TypeError, "bytes in a second, got 'fast'; write rate=2"),
        (lambda n: n("bob", direction="up"), ValueError, "'to app', 'to client', 'both'"),
        (lambda n: n.hold("bob", ["to app"]), ValueError, "got ['to app']; leave it out"),
        (lambda n: n("bob", seed="x"), TypeError, "expected seed= as a whole number, got 'x'"),
        (lambda n: n(7), TypeError, "expected client= as a name, got 7; write client='7'"),
        (lambda n: n(b"bob"), TypeError, "write client='bob'"),
        (lambda n: n.slow_reader({"bob"}), TypeError, "got {'bob'}; write client='bob'"),
        (lambda n: n.hold(""), ValueError, "got ''; leave it out for everybody"),
        (lambda n: n.calm(""), ValueError, "got ''; leave it out for everybody"),
        (lambda n: n.release(count=0), ValueError, "expected count= as how many messages"),
        (lambda n: n.release(3), TypeError, "write lab.network.release(count=3)"),
        (lambda n: n.cut("cid"), LookupError, "got 'cid'; open are ann, bob"),
        (lambda n: n.cut(None), TypeError, "the name of one client, got None"),
        (lambda n: n.release("cid"), LookupError, "got 'cid'; there are ann, bob"),
        (lambda n: n.release("cid", count=1), LookupError, "got 'cid'; there are ann, bob"),
        (lambda n: n.calm("Bob"), LookupError, "got 'Bob'; there are ann, bob"),
        (lambda n: n.partition(["a"]), ValueError, "expected two groups or more, got 1"),
        (lambda n: n.partition("ann", "bob"), TypeError, "write ['ann']"),
        (lambda n: n.partition(None, ["bob"]), TypeError, "got None; write ['ann', 'bob']"),
        (lambda n: n.partition([None], ["bob"]), TypeError, "names in a group, got None"),
        (lambda n: n.partition([], ["bob"]), ValueError, "got an empty one; leave it out"),
        (lambda n: n.partition(["a"], ["a"]), ValueError, "got 'a' in two"),
    ],
)
async def test_what_is_asked_wrongly_is_said(call: Any, error: type[Exception], words: str) -> None:
    lab = await serving(Chat, "memory")
    await lab.connect("/echo", client="ann")
    await lab.connect("/echo", client="bob")
    with pytest.raises(error) as raised:
        call(lab.network)
    assert words in str(raised.value)
    assert not parts_of(lab).gating.gates.rules
    assert said(lab, "link") == []


async def test_a_rule_for_somebody_who_is_not_there_says_so_and_waits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lab = await serving(Chat, "memory")
    lab.network.hold("early")  # nobody is there yet: who sets the weather first is not told
    lab.network.release("early")
    await lab.connect("/echo", client="bob")
    lab.network.hold("bob")
    assert capsys.readouterr().out == ""
    for rule in (lab.network, lab.network.hold, lab.network.slow_reader):
        rule("bbo")
        assert "is called 'bbo'; there are bob. The rule waits" in capsys.readouterr().out
    lab.network.partition(["bob"], ["ann", "cid"])
    assert "is called 'ann', 'cid'; there are bob." in capsys.readouterr().out
    # Once there is a rule for such a name, it can be ended too.
    lab.network.release("bbo")
    lab.network.calm("bbo")


async def test_what_ends_nothing_says_what_holds_still(capsys: pytest.CaptureFixture[str]) -> None:
    lab = await serving(Chat, "memory")
    bob = await lab.connect("/echo", client="bob")
    lab.network.release("bob")
    lab.network.calm("bob")
    lab.network.release()
    assert (capsys.readouterr().out, said(lab, "link")) == ("", [])
    lab.network.slow_reader()
    lab.network.release("bob")
    slow = "What holds is network, everybody, to client: reads nothing. lab.network.calm() ends all"
    assert f"Nothing was ended: there is no hold to end. {slow}" in capsys.readouterr().out
    lab.network.calm("bob")
    assert f"no rule is about 'bob' alone. {slow}" in capsys.readouterr().out
    # Who has left is no stranger.
    await bob.close()
    lab.network.release("bob")
    lab.network.calm()


@pytest.mark.parametrize("name", ["-bob", "-", "bob-2", "a, b", "日本", "*"])
async def test_whatever_a_client_is_called_it_is_ruled_by_that(name: str) -> None:
    lab = await serving(Chat, "memory")
    client = await lab.connect("/echo", client=name)
    lab.network.hold(name)
    await client.send("a")
    await in_flight(lab, 1)
    assert [each.client for each in lab.network.held] == [name]
    lab.network.release(name)
    assert await client.receive() == "1:a"
    lab.network.cut(name)


async def test_a_rule_that_has_ended_is_no_rule_again() -> None:
    lab = await serving(Chat, "memory")
    rule = lab.network.hold("bob")
    with rule:
        assert lab.network.held == []
    with pytest.raises(RuntimeError, match="held>, which has ended; make it again"), rule:
        pass


async def test_release_in_an_exercise_is_of_its_own_holds_alone() -> None:
    lab = await serving(Chat, "memory")
    lab.network.hold("bob")
    inside = Network(parts_of(lab).gating, "check")
    inside.hold()
    await lab.connect("/echo", client="check-ann")
    inside.release()
    with pytest.raises(LookupError, match=r"got 'bob'; there are ann$"):
        inside.release("bob")
    with pytest.raises(LookupError, match=r"got 'bob'; open are ann$"):
        inside.cut("bob")
    assert [each.client for each in parts_of(lab).gating.gates.rules] == ["bob"]
