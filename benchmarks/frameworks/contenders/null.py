"""No framework and no work, the same constant events for all: what the harness itself costs."""

from __future__ import annotations

from typing import Any

START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"12")],
}
BODY = {"type": "http.response.body", "body": b"Hello World!"}
ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close", "code": 1000}
ANSWER = {"type": "websocket.send", "text": '{"say": "hello"}'}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer without looking."""
    kind = scope["type"]
    if kind == "http":
        await send(START)
        await send(BODY)
    elif kind == "websocket":
        await receive()
        await send(ACCEPT)
        if scope["path"] == "/open":
            await send(CLOSE)
            return
        while (await receive())["type"] == "websocket.receive":
            await send(ANSWER)


def plain() -> Any:
    """Return the app."""
    return app


def sessions() -> Any:
    """Return the app, which has no session."""
    return app


def routed(count: int) -> Any:
    """Return the app, which has no route."""
    return app
