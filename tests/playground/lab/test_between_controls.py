"""What the panel sees and does of pauses, breakpoints and the network of a lab."""

from __future__ import annotations

from typing import Any

import pytest

from playground import Lab
from playground.lab import parts_of
from playground.transports import ClientClosed
from playground.widgets.between import Between, BetweenStrip, BetweenView, between_of
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
    strip = lab.panel.children[3]
    assert isinstance(strip, BetweenStrip)
    assert (strip.still_text(), strip.still_html()) == ("", "")


async def test_a_breakpoint_is_set_on_a_row_and_taken_back() -> None:
    lab = await serving(Chat)
    bob = await lab.connect("/chat", client="bob")
    await bob.send("hi")
    row = await lab.until("client:bob dir:client kind:text")
    does = between(lab)
    assert told(does.break_at, row.seq) == (None, "Breakpoint: client:bob kind:text")
    assert does.view().breakpoints == ("client:bob kind:text",)
    await bob.send("again")
    await until(lambda: does.view().pauses)
    (pause,) = does.view().pauses
    assert (pause.client, pause.does, pause.message) == ("bob", "it sends 'AGAIN' to bob", "AGAIN")
    assert pause.where
    assert told(does.end_pause, pause.number, "replace", "OTHER") == (None, None)
    assert [await bob.receive(), await bob.receive()] == ["HI", "OTHER"]
    with pytest.raises(ValueError, match="This pause is over"):
        told(does.end_pause, pause.number, "resume", "")
    said = (None, "No breakpoint any more: client:bob kind:text")
    assert told(does.break_at, row.seq) == said
    with pytest.raises(ValueError, match="select its row"):
        told(does.break_at, 1)
    with pytest.raises(ValueError, match="removed already"):
        told(does.unbreak, 0)


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
    assert lab.panel.children[3].still_text().startswith("in flight: 2\nnetwork, everybody: held")
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
