"""Exercises of the notebook on a server elsewhere: an app that says the same, and more."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise(
    "elsewhere-sorry",
    "Let /orders answer what is not on the menu as the shop does, and count on after it.",
)
async def elsewhere_sorry(play: Play) -> None:
    """Order what there is, then what there is not, then what there is, and come with another."""
    ada = await play.connect("/orders", name="ada")
    await ada.send({"item": "tea"})
    await ada.expect({"type": "bill", "item": "tea", "total": 2})
    await ada.send({"item": "soup"})
    await ada.expect({"type": "sorry", "item": "soup"})
    await ada.send({"item": "cake"})
    await ada.expect({"type": "bill", "item": "cake", "total": 6})
    bob = await play.connect("/orders", name="bob")
    await bob.send({"item": "cake"})
    await bob.expect({"type": "bill", "item": "cake", "total": 4})


@exercise(
    "elsewhere-broken",
    "Close with 1003 who sends what is no JSON to /orders, and nobody else.",
)
async def elsewhere_broken(play: Play) -> None:
    """Send what is no JSON, while another one goes on."""
    ada = await play.connect("/orders", name="ada")
    bob = await play.connect("/orders", name="bob")
    await ada.send("tea, please")
    await ada.expect_closed(1003)
    await bob.send({"item": "tea"})
    await bob.expect({"type": "bill", "item": "tea", "total": 2})
    await bob.send({"item": "tea"})
    await bob.expect({"type": "bill", "item": "tea", "total": 4})
