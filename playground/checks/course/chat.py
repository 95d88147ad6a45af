"""Exercises of the notebook on the chat room."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise("chat-names", "Let everybody at /chat?name=… hear 'ada: hi' when ada says 'hi'.")
async def chat_names(play: Play) -> None:
    """Let two people speak and three hear it."""
    people = {name: await play.connect(f"/chat?name={name}", name=name) for name in _PEOPLE}
    for speaker, words in (("ada", "hi"), ("bob", "hello there")):
        await people[speaker].send(words)
        for listener in people.values():
            await listener.expect(f"{speaker}: {words}")


@exercise("chat-left", "Let the others hear 'bob left' when bob is gone.")
async def chat_left(play: Play) -> None:
    """Let one of three people leave."""
    people = {name: await play.connect(f"/chat?name={name}", name=name) for name in _PEOPLE}
    await people["bob"].close()
    for listener in ("ada", "cleo"):
        await people[listener].expect("bob left")


@exercise("chat-rooms", "Let /room/red and /room/blue be rooms of their own.")
async def chat_rooms(play: Play) -> None:
    """Let one person speak in each room."""
    ada = await play.connect("/room/red", name="ada in red")
    bob = await play.connect("/room/red", name="bob in red")
    cleo = await play.connect("/room/blue", name="cleo in blue")
    await ada.send("hi, red")
    await ada.expect("hi, red")
    await bob.expect("hi, red")
    await cleo.expect_silence()
    await cleo.send("hi, blue")
    await cleo.expect("hi, blue")
    await bob.expect_silence()


_PEOPLE = ("ada", "bob", "cleo")
