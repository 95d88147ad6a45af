"""Exercises of the first notebook: the echo server."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise("echo-upper", "Answer each message at /echo in capitals.")
async def echo_upper(play: Play) -> None:
    """Say three things, one of them with letters that are not English."""
    client = await play.connect("/echo")
    for message in ("hi", "Hello, World!", "grüß dich"):
        await client.send(message)
        await client.expect(message.upper())


@exercise("echo-reverse", "Answer each message at /echo with the same letters in reverse.")
async def echo_reverse(play: Play) -> None:
    """Say two things."""
    client = await play.connect("/echo")
    for message in ("stressed", "Hello"):
        await client.send(message)
        await client.expect(message[::-1])


@exercise("echo-twice", "Send each message at /twice back two times.")
async def echo_twice(play: Play) -> None:
    """Say two things, and listen whether there is a third answer."""
    client = await play.connect("/twice")
    for message in ("one", "two"):
        await client.send(message)
        await client.expect(message)
        await client.expect(message)
    await client.expect_silence()
