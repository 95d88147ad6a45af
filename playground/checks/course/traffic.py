"""Exercises of the notebook on reading traffic: bugs that show in the table."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise("traffic-once", "Let each message at /market be heard once by everybody, its sender too.")
async def traffic_once(play: Play) -> None:
    """Bid, and listen for a second copy."""
    ada = await play.connect("/market", name="ada")
    bob = await play.connect("/market", name="bob")
    await ada.send("10")
    for client in (ada, bob):
        await client.expect("10")
    for client in (ada, bob):
        await client.expect_silence()


@exercise("traffic-small", "Let /market close with 1009 whoever sends more than 100 characters.")
async def traffic_small(play: Play) -> None:
    """Send what is just short enough, and one more."""
    client = await play.connect("/market")
    await client.send("x" * 100)
    await client.expect("x" * 100)
    await client.send("x" * 101)
    await client.expect_closed(1009)
