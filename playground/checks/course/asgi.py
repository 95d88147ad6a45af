"""Exercises of the notebook on ASGI by hand."""

from __future__ import annotations

from playground.checks import Play, exercise


@exercise("asgi-bytes", "Let the echo by hand answer bytes with the same bytes.")
async def asgi_bytes(play: Play) -> None:
    """Send both kinds of message, an empty one too."""
    client = await play.connect("/echo")
    for message in (b"\x00\x01\xff", b""):
        await client.send(message)
        await client.expect(message)
    await client.send("hi")
    await client.expect("Echo: hi")


@exercise("asgi-path", "Refuse every path but /echo, by hand.")
async def asgi_path(play: Play) -> None:
    """Knock at a wrong path, at one that begins like the right one, and at the right one."""
    for path in ("/nowhere", "/echoes", "/"):
        await play.expect_refused(path, 403)
    client = await play.connect("/echo?some=query")
    await client.send("hi")
    await client.expect("Echo: hi")


@exercise("asgi-page", "Answer HTTP at /echo with 200 and 'Come with a WebSocket', by hand.")
async def asgi_page(play: Play) -> None:
    """Ask by HTTP, and see that the WebSocket still is one."""
    answer = await play.get("/echo")
    answer.expect("Come with a WebSocket")
    client = await play.connect("/echo")
    await client.send("hi")
    await client.expect("Echo: hi")
