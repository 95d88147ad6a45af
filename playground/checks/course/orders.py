"""Exercises of the notebook on the orders in which things may happen."""

from __future__ import annotations

import asyncio

from playground.checks import Actor, Fault, Play, exercise


@exercise("orders-seat", "Let in one client at a time at /seat, and refuse others with 403.")
async def orders_seat(play: Play) -> None:
    """Let two ask for the one seat at once, and a third when it is free again."""
    inside: list[Actor] = []

    async def ask(name: str) -> None:
        try:
            inside.append(await play.connect("/seat", name=name))
        except Fault:
            return

    await asyncio.gather(ask("ada"), ask("bob"))
    play.expect(len(inside) == 1, f"expected one of two to be let in, got {len(inside)}")
    await inside[0].close()
    await play.connect("/seat", name="cleo")


@exercise("orders-vote", "Let /vote answer 'yes' with 'noted' and how many there are, none lost.")
async def orders_vote(play: Play) -> None:
    """Let two vote at once, and a third afterwards."""

    async def vote(name: str) -> int:
        client = await play.connect("/vote", name=name)
        await client.send("yes")
        await client.expect("noted")
        return int(await client.receive())

    await asyncio.gather(vote("ada"), vote("bob"))
    count = await vote("cleo")
    play.expect(count == 3, f"expected cleo to hear that there are 3 votes, got {count}")
