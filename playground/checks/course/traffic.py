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


@exercise("traffic-small", "Let /market close with 1009 whoever sends more than 20 characters.")
async def traffic_small(play: Play) -> None:
    """Send one character too many, and with another client what is just short enough."""
    wordy = await play.connect("/market", name="wordy")
    await wordy.send("9" * 21)
    await wordy.expect_closed(1009)
    brief = await play.connect("/market", name="brief")
    await brief.send("9" * 20)
    await brief.expect("9" * 20)
