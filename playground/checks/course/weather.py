"""Exercises of the notebook on bad weather: a line that is cut, a reader that does not read."""

from __future__ import annotations

import json

from playground.checks import Play, exercise


@exercise("weather-once", "Take each order at /orders once, however often it is sent.")
async def weather_once(play: Play) -> None:
    """Lose the answer to an order, connect again, and send it again; and later once more."""
    buyer = await play.connect("/orders", name="buyer")
    play.network.hold("buyer", "to client")
    await buyer.send(_order("a1", "tea"))
    await _answered(play)
    play.network.cut("buyer")
    await buyer.expect_closed(1006)
    play.network.calm()
    again = await play.connect("/orders", name="buyer")
    await again.send(_order("a1", "tea"))
    await again.expect({"id": "a1", "number": 1})
    await again.send(_order("b2", "cake"))
    await again.expect({"id": "b2", "number": 2})
    await again.send(_order("a1", "tea"))
    await again.expect({"id": "a1", "number": 1})


@exercise("weather-slow", "Let nobody at /room wait for somebody who does not read.")
async def weather_slow(play: Play) -> None:
    """Let one of three read nothing, and the others talk on."""
    people = {name: await play.connect("/room", name=name) for name in ("ann", "bob", "cid")}
    play.network.slow_reader("bob")
    for number in range(_MANY):
        words = f"{number} {_LONG}"
        await people["ann"].send(words)
        await people["cid"].expect(words)
    play.network.calm()
    await people["bob"].expect(f"0 {_LONG}")


@exercise("weather-heartbeat", "Close with 4000 at /beat whoever says nothing for half a second.")
async def weather_heartbeat(play: Play) -> None:
    """Let one person talk, and the line of another fall silent."""
    talker, silent = (
        await play.connect("/beat", name="ann"),
        await play.connect("/beat", name="bob"),
    )
    play.network.hold("bob", "to app")
    await silent.send("ping")
    for _ in range(3):
        await talker.send("ping")
        await talker.expect("pong")
        await talker.expect_silence(0.2)
    await silent.expect_closed(4000)
    await talker.expect_closed(4000)


_MANY = 12
_LONG = "x" * 10_000


def _order(number: str, item: str) -> str:
    return json.dumps({"id": number, "item": item})


async def _answered(play: Play) -> None:
    """Wait until the app has answered: what it sent is in flight."""
    await play.lab.until(lambda entry: bool(play.network.held), timeout=3)
