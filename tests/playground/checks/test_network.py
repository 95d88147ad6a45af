"""An exercise may rule the network of its own clients; what it sets ends with it."""

from __future__ import annotations

from typing import Any

import pytest

from playground import check, exercise
from playground.checks.play import Play
from playground.lab import parts_of
from tests.playground.gates.chat import Chat
from tests.playground.lab_apps import on_both, serving

pytestmark = pytest.mark.live


@exercise("network-rules", "Answers though the line is slow, held and cut.")
async def rules(play: Play) -> None:
    ann, bob = await play.connect("/chat", name="ann"), await play.connect("/chat", name="bob")
    with play.network("bob", delay=0.01):
        await bob.send("late")
        await ann.expect("LATE")
        await bob.expect("LATE")
    play.network.hold("bob")
    await ann.send("held")
    await ann.expect("HELD")
    play.expect(
        [(each.client, each.data) for each in play.network.held] == [("bob", "HELD")],
        "Expected one message in flight to bob.",
    )
    play.network.release("bob")
    await bob.expect("HELD")
    play.network.cut("bob")
    await bob.expect_closed(1006)
    again = await play.connect("/chat", name="bob")
    play.network.hold()
    await again.send("never comes")


@on_both
async def test_an_exercise_rules_its_own_clients_alone(transport: str) -> None:
    lab = await serving(Chat, transport)
    mine = await lab.connect("/chat", client="bob")
    checks: Any = await check("network-rules", lab)
    result = checks["network-rules"]
    assert (result.state, result.fault) == ("done", "")
    assert not parts_of(lab).gating.gates.rules
    assert lab.network.held == []
    await mine.send("hi")
    assert await mine.receive() == "HI"
