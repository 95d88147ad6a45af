"""Exercises of the notebook on where the code is: who waits for what, what changes meanwhile."""

from __future__ import annotations

from typing import Final

from playground.checks import Play, exercise

TICKETS: Final = 3


@exercise(
    "where-tea", "Let a guest at /table have 'tea' while another one's 'cake' takes its time."
)
async def where_tea(play: Play) -> None:
    """Order a cake, and once it is in the oven a tea."""
    ann = await play.connect("/table", name="ann")
    bob = await play.connect("/table", name="bob")
    since = play.lab.log.last
    await ann.send("cake")
    await play.lab.until("dir:client kind:text cake", after=since)
    await bob.send("tea")
    await bob.expect("tea")
    await ann.expect("cake")
    served = [
        entry.data
        for entry in play.lab.log.filter("dir:server kind:text")
        if entry.seq > since and entry.data in ("tea", "cake")
    ]
    play.expect(
        served == ["tea", "cake"],
        "expected bob to have his tea while ann's cake takes its time, got the cake first: "
        "nobody else is served while a handler does not await",
    )


@exercise("where-tickets", f"Sell {TICKETS} tickets at /buy: 'yours', and then 'sold out'.")
async def where_tickets(play: Play) -> None:
    """Let more people buy at once than there are tickets, and one more afterwards."""
    people = [await play.connect("/buy", name=name) for name in ("ann", "bob", "cid", "dee", "eve")]
    for each in people:
        await each.send("one, please")
    answers = [await each.receive() for each in people]
    sold = sum(each == "yours" for each in answers)
    play.expect(
        sold == TICKETS,
        f"expected {TICKETS} of {len(people)} who buy at once to hear 'yours', got {sold}; "
        "what is looked at before an await may be another after it",
    )
    play.expect(
        answers.count("sold out") == len(people) - TICKETS,
        f"expected the others to hear 'sold out', got {sorted(map(str, answers))}",
    )
    last = await play.connect("/buy", name="fay")
    await last.send("one, please")
    await last.expect("sold out")
