"""Exercises of the notebook on code that changes under open sockets."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise("live-tally", "Let /tally answer '1', '2' …, counting what all clients have sent.")
async def live_tally(play: Play) -> None:
    """Send from two clients in turn."""
    ada = await play.connect("/tally", name="ada")
    bob = await play.connect("/tally", name="bob")
    for number, client in enumerate((ada, bob, bob, ada), start=1):
        await client.send("one more")
        await client.expect(str(number))


@exercise("live-carry", "Let the lab carry 'count' from one revision to the next, and only that.")
async def live_carry(play: Play) -> None:
    """Look at what the lab carries."""
    carried = play.lab.carry
    names = [] if isinstance(carried, bool) else list(carried)
    play.expect(names == ["count"], f"expected carry=['count'], got carry={carried!r}")
