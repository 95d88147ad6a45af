"""Small ASGI apps and events, for tests of the in-process client."""

from __future__ import annotations

import asyncio

from micropie.types import Event, Receive, Scope, Send

START: Event = {"type": "http.response.start", "status": 200}
ACCEPT: Event = {"type": "websocket.accept"}


def message(text: str) -> Event:
    return {"type": "websocket.send", "text": text}


async def stuck(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer nothing, whatever comes."""
    await asyncio.Event().wait()


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Send back what comes, over HTTP and WebSocket; no lifespan."""
    assert scope["type"] in ("http", "websocket")
    if scope["type"] == "http":
        body = b""
        while (event := await receive()).get("more_body"):
            body += event["body"]
        fields = [(b"x-type", dict(scope["headers"]).get(b"content-type", b""))]
        await send({**START, "headers": fields})
        await send({"type": "http.response.body", "body": body + event["body"]})
        return
    await receive()
    await send(ACCEPT)
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})
