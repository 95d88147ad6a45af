"""Exercises of the notebook on what lies beyond it: several workers, other pages, limits."""

from __future__ import annotations

from typing import Final

from playground.checks import Play, exercise

FRIEND: Final = "https://class.example"
STRANGER: Final = "https://evil.example"
# Characters that a message on the wall may have.
LIMIT: Final = 500


@exercise(
    "beyond-count",
    "Let /visit count for each browser, whichever worker answers: 'visit 1', 'visit 2' …",
)
async def beyond_count(play: Play) -> None:
    """Go to and fro between two workers with one browser, then come with another."""
    async with play.another_worker() as other:
        for number, worker in enumerate((play, play, other, play, other), 1):
            if number > 2:
                place = "the other worker" if worker is other else "the first worker again"
                play.story.tell("ada", "doing", f"came to {place}")
            (await worker.get("/visit", name="ada")).expect(f"visit {number}")
        (await other.get("/visit", name="bob")).expect("visit 1")


@exercise(
    "beyond-origin",
    f"Let pages of {FRIEND} open sockets, besides the app's own, and no others.",
)
async def beyond_origin(play: Play) -> None:
    """Knock as a page of a friend, as one of a stranger without any cookie, and as a program."""
    for name, headers in (("friend", {"origin": FRIEND}), ("program", {})):
        client = await play.connect("/wall", name=name, headers=headers)
        await client.send("hi")
        await client.expect("On the wall: hi")
    for origin in (STRANGER, f"{FRIEND}.evil.example", FRIEND.replace("https", "http")):
        await play.expect_refused("/wall", 403, name="stranger", headers={"origin": origin})


@exercise(
    "beyond-size",
    f"Close with 1009 who sends more than {LIMIT} characters to /wall, and nobody else.",
)
async def beyond_size(play: Play) -> None:
    """Send as much as is allowed, then one character more, while another one goes on."""
    ada = await play.connect("/wall", name="ada")
    bob = await play.connect("/wall", name="bob")
    await ada.send("x" * LIMIT)
    await ada.expect("On the wall: " + "x" * LIMIT)
    await ada.send("x" * (LIMIT + 1))
    await ada.expect_closed(1009)
    await bob.send("hi")
    await bob.expect("On the wall: hi")
