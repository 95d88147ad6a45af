"""Exercises of the notebook on sessions and middleware."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise("session-count", "Let /visits count for each browser on its own: 'visit 1', 'visit 2' …")
async def session_count(play: Play) -> None:
    """Visit with two browsers in turn."""
    for name, number in (("ada", 1), ("ada", 2), ("bob", 1), ("ada", 3)):
        (await play.get("/visits", name=name)).expect(f"visit {number}")


@exercise(
    "ws-seats", "Let at most two sockets into /seats; refuse the third; a seat gets free again."
)
async def ws_seats(play: Play) -> None:
    """Fill the seats, leave one, and take it again."""
    ada = await play.connect("/seats", name="ada")
    await play.connect("/seats", name="bob")
    await play.expect_refused("/seats", name="cleo")
    await ada.close()
    await play.connect("/seats", name="dora")
    await play.expect_refused("/seats", name="emil")


@exercise("ws-logout", "Let /logout close with 4001 the socket that the browser has at /lounge.")
async def ws_logout(play: Play) -> None:
    """Let two people in, and log one of them out."""
    for name in ("Ada", "Bob"):
        (await play.post("/login", form={"name": name}, name=name)).expect()
    ada = await play.connect("/lounge", name="Ada")
    await ada.expect("Hello Ada")
    bob = await play.connect("/lounge", name="Bob")
    await bob.expect("Hello Bob")
    (await play.post("/logout", name="Ada")).expect()
    await ada.expect_closed(4001)
    await bob.expect_silence()
