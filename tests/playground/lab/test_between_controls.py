"""What the panel sees and does of pauses, breakpoints and the network of a lab."""

from __future__ import annotations

from typing import Any

import pytest

from playground import Lab
from playground.lab import parts_of
from playground.transports import ClientClosed
from playground.widgets.between import (
    Between,
    BetweenStrip,
    BetweenView,
    BreakpointView,
    between_of,
)
from tests.playground.gates.chat import Chat
from tests.playground.lab_apps import serving, until

pytestmark = pytest.mark.live


def between(lab: Lab) -> Between:
    found = between_of(parts_of(lab).views.controls)
    assert found is not None
    return found


def told(act: Any, *arguments: Any) -> Any:
    """Do something, and return what it reported."""
    said: list[tuple[str | None, Any]] = []
    act(*arguments, lambda error, result: said.append((error, result)))
    assert len(said) == 1
    return said[0]


async def test_where_nothing_is_set_there_is_nothing_to_see() -> None:
    lab = await serving(Chat)
    assert between(lab).view() == BetweenView()
    strip = lab.panel.children[4]
    assert isinstance(strip, BetweenStrip)
    assert (strip.still_text(), strip.still_html()) == ("", "")


async def test_a_breakpoint_is_set_on_a_row_and_taken_back() -> None:
    lab = await serving(Chat)
    bob = await lab.connect("/chat", client="bob")
    await bob.send("hi")
    row = await lab.until("client:bob dir:client kind:text")
    does = between(lab)
    words = "text messages from bob at /chat"
    assert told(does.break_at, row.seq) == (None, f"Breakpoint: {words}")
    which = "client:bob kind:text path:/chat"
    assert does.view().breakpoints == (BreakpointView(which, "", words),)
    await bob.send("again")
    await until(lambda: does.view().pauses)
    (pause,) = does.view().pauses
    assert (pause.client, pause.does, pause.message) == ("bob", "it sends 'AGAIN' to bob", "AGAIN")
    assert pause.where
    assert told(does.end_pause, pause.number, "replace", "OTHER") == (None, None)
    assert [await bob.receive(), await bob.receive()] == ["HI", "OTHER"]
    with pytest.raises(ValueError, match="This pause is over"):
        told(does.end_pause, pause.number, "resume", "")
    answer = next(each for each in lab.log if each.cause == row.seq and each.kind == "text")
    # What the handler has sent for it is about the same messages.
    assert told(does.break_at, answer.seq) == (None, f"No breakpoint any more: {words}")
    assert does.view().breakpoints == ()
    assert told(does.break_at, answer.seq) == (None, f"Breakpoint: {words}")
    assert told(does.break_at, row.seq) == (None, f"No breakpoint any more: {words}")
    with pytest.raises(ValueError, match="select its row"):
        told(does.break_at, 1)
    with pytest.raises(ValueError, match="removed already"):
        told(does.unbreak, 0)


async def test_a_row_takes_away_what_stops_at_it_however_it_was_set() -> None:
    lab = await serving(Chat)
    bob = await lab.connect("/chat", client="bob")
    await bob.send("order tea")
    row = await lab.until("client:bob dir:client kind:text")
    other = lab.break_at("/coffee/", client="bob")
    lab.break_at("/order/", client="bob")
    does = between(lab)
    assert [each.said for each in does.view().breakpoints] == [
        "messages that match client:bob /coffee/",
        "messages that match client:bob /order/",
    ]
    said = "No breakpoint any more: messages that match client:bob /order/"
    assert told(does.break_at, row.seq) == (None, said)
    assert lab.breakpoints == [other]


async def test_a_breakpoint_at_a_line_is_edited_to_be_for_some_messages_alone() -> None:
    lab = await serving(Chat)
    bob = await lab.connect("/chat", client="bob")
    await bob.send("hi")
    sent = await lab.until("client:bob dir:server kind:text")
    does, line = between(lab), sent.where
    assert line
    place, _, number = line.rpartition(":")
    words = f"line {number} of {place}"
    assert told(does.break_line, line) == (None, f"Breakpoint: {words}")
    edited = told(does.edit_breakpoint, 0, "/order/")
    assert edited == (None, f"Breakpoint: {words}, for messages that match /order/")
    assert does.view().breakpoints == (
        BreakpointView("/order/", line, f"{words}, for messages that match /order/"),
    )
    error, _ = told(does.edit_breakpoint, 0, "colour:red")
    assert error
    assert "Expected" in error
    assert "colour" in error
    await bob.send("tea")
    await bob.send("order tea")
    pause = await lab.paused()
    assert (pause.line, pause.message) == (line, "ORDER TEA")
    assert told(does.break_line, line)[1].startswith("No breakpoint any more: ")
    assert lab.breakpoints == []
    assert [await bob.receive() for _ in range(3)] == ["HI", "TEA", "ORDER TEA"]


async def test_messages_arrive_in_an_order_across_clients_and_never_within_one() -> None:
    lab = await serving(Chat)
    bob, cid = [await lab.connect("/chat", client=name) for name in ("bob", "cid")]
    does = between(lab)
    told(does.hold, True)
    await bob.send("one")
    await bob.send("two")
    await cid.send("three")
    await until(lambda: does.view().flying == 3)
    one, two, three = does.view().flight
    assert one.exchange == two.exchange != three.exchange
    assert told(does.deliver_in_order, [three.key, two.key, one.key, 7]) == (None, None)
    await until(lambda: not any(each.direction == "to app" for each in does.view().flight))
    taken = [
        lab.log.entry(each.cause or 0)
        for each in lab.log.filter("kind:link dir:client")
        if each.note == "delivered"
    ]
    assert [each and each.data for each in taken] == ["three", "one", "two"]
    assert told(does.deliver_in_order, [one.key])[0] == (
        "These messages are not in flight any more."
    )


async def test_the_message_of_a_row_is_delivered_with_those_before_it_which_is_said() -> None:
    lab = await serving(Chat)
    bob = await lab.connect("/chat", client="bob")
    does = between(lab)
    told(does.hold, True)
    await bob.send("one")
    await bob.send("two")
    await until(lambda: does.view().flying == 2)
    _, two = does.view().flight
    said = "1 message arrived first: within one connection TCP keeps the order."
    assert told(does.deliver_rows, [two.seq]) == (None, said)
    await until(lambda: [each.shown for each in does.view().flight] == ["ONE", "TWO"])
    error, _ = told(does.deliver_rows, [two.seq])
    assert error == "This message is not in flight any more."


async def test_all_is_held_and_one_by_one_delivered() -> None:
    lab = await serving(Chat)
    bob = await lab.connect("/chat", client="bob")
    does = between(lab)
    assert told(does.hold, True) == (None, None)
    await bob.send("one")
    await bob.send("two")
    await until(lambda: does.view().flying == 2)
    view = does.view()
    assert view.holds
    assert view.rules == ("network, everybody: held",)
    assert [(each.client, each.direction, each.shown) for each in view.flight] == [
        ("bob", "to app", "one"),
        ("bob", "to app", "two"),
    ]
    assert told(does.deliver, view.flight[0].key) == (None, None)
    await until(lambda: [each.shown for each in does.view().flight] == ["two", "ONE"])
    error, _ = told(does.deliver, view.flight[0].key)
    assert error == "This message is not in flight any more."
    assert lab.panel.children[4].still_text().startswith("in flight: 2\nnetwork, everybody: held")
    assert told(does.hold, False) == (None, None)
    assert [await bob.receive(), await bob.receive()] == ["ONE", "TWO"]


@pytest.mark.parametrize("what", ["delay", "hold", "slow"])
async def test_a_clients_line_is_ruled_and_calm_again(what: str) -> None:
    lab = await serving(Chat)
    await lab.connect("/chat", client="bob")
    does = between(lab)
    assert told(does.rule, "bob", what) == (None, None)
    assert len(does.view().rules) == 1
    assert "network, bob" in does.view().rules[0]
    assert told(does.rule, "bob", "calm") == (None, None)
    assert does.view().rules == ()


async def test_a_clients_line_is_cut() -> None:
    lab = await serving(Chat)
    bob = await lab.connect("/chat", client="bob")
    does = between(lab)
    assert told(does.rule, "bob", "cut") == (None, None)
    with pytest.raises(ClientClosed, match="1006"):
        await bob.receive()
    error, _ = told(does.rule, "bob", "cut")
    assert error == "Expected a client with an open WebSocket, got 'bob'; none is open."
    with pytest.raises(ValueError, match="expected one of delay"):
        told(does.rule, "bob", "melt")
    assert told(does.calm) == (None, None)
