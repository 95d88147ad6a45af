"""Exercises of the notebook on what messages are made of."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise(
    "json-sum", "Let /sum answer {'numbers': [1, 2, 3]} with {'sum': 6}; close 4400 on no JSON."
)
async def json_sum(play: Play) -> None:
    """Add up twice, and send what is no JSON."""
    client = await play.connect("/sum")
    for numbers in ([1, 2, 3], [], [-7, 0.5]):
        await client.send({"numbers": numbers})
        await client.expect({"sum": sum(numbers)})
    await client.send("one, two, three")
    await client.expect_closed(4400)


@exercise("bytes-reverse", "Let /mirror send bytes back in reverse as bytes, and text as text.")
async def bytes_reverse(play: Play) -> None:
    """Send both kinds of message."""
    client = await play.connect("/mirror")
    for message in (b"\x00\x01\xff", "abc", b""):
        await client.send(message)
        await client.expect(message[::-1])


@exercise("sub-version", "Let /speak agree on 'v2' if it is offered, else on 'v1', else refuse.")
async def sub_version(play: Play) -> None:
    """Offer both, the old one, and neither."""
    offers = ((["v1", "v2"], "v2"), (["v2"], "v2"), (["v1"], "v1"))
    for offered, agreed in offers:
        client = await play.connect("/speak", subprotocols=offered)
        client.expect_subprotocol(agreed)
        await client.close()
    await play.expect_refused("/speak", subprotocols=["morse"])
    await play.expect_refused("/speak")
