"""Exercises of the notebook on WebSockets."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise("divide-zero", "Let /divide answer 'not possible' to a zero, and go on.")
async def divide_zero(play: Play) -> None:
    """Divide by four, by zero, and by eight."""
    client = await play.connect("/divide")
    for message, answer in (("4", "25.0"), ("0", "not possible"), ("8", "12.5")):
        await client.send(message)
        await client.expect(answer)


@exercise("divide-word", "Let /divide close with 4000 'not a number' when the message is not one.")
async def divide_word(play: Play) -> None:
    """Divide by four, by a number with a point, and by a word."""
    client = await play.connect("/divide")
    for message, answer in (("4", "25.0"), ("2.5", "40.0")):
        await client.send(message)
        await client.expect(answer)
    await client.send("four")
    await client.expect_closed(4000, "not a number")
