"""The course's exercises on apps without a framework: a function is checked on the stage itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from playground import check, serve
from playground.lab import TransportName

pytestmark = pytest.mark.live


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """The notebook's own answer."""
    if scope["type"] == "websocket":
        await receive()
        if scope["path"] != "/echo":
            await send({"type": "websocket.close"})
            return
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            if event.get("text") is None:
                await send({"type": "websocket.send", "bytes": event["bytes"]})
            else:
                await send({"type": "websocket.send", "text": f"Echo: {event['text']}"})
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"Come with a WebSocket"})


async def as_text(scope: Any, receive: Any, send: Any) -> None:
    """Takes bytes for text, and any path."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        said = event.get("text") or event["bytes"].decode("latin-1")
        await send({"type": "websocket.send", "text": f"Echo: {said}"})


async def by_beginning(scope: Any, receive: Any, send: Any) -> None:
    """Looks at the path's beginning alone, and answers HTTP with another page."""
    if scope["type"] == "websocket" and not scope["path"].startswith("/echo"):
        await receive()
        await send({"type": "websocket.close"})
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"Hello"})
    else:
        await as_text(scope, receive, send)


WRONG: list[tuple[str, Callable[..., Awaitable[None]], str]] = [
    ("asgi-bytes", as_text, "expected b'\\x00\\x01\\xff', got 'Echo: "),
    ("asgi-path", as_text, "to /nowhere, expected to be refused with 403, got accepted"),
    ("asgi-path", by_beginning, "to /echoes, expected to be refused with 403, got accepted"),
    ("asgi-page", as_text, "expected the status 200 with 'Come with a WebSocket', got 500"),
    ("asgi-page", by_beginning, "expected 'Come with a WebSocket', got 'Hello'"),
]


@pytest.mark.parametrize("transport", ["server", "memory"])
async def test_the_answer_is_done(transport: TransportName) -> None:
    lab = serve(echo, transport=transport)
    board = await check(["asgi-bytes", "asgi-path", "asgi-page"], lab)
    assert [board[name].fault for name in ("asgi-bytes", "asgi-path", "asgi-page")] == [""] * 3
    assert board.done


@pytest.mark.parametrize(("name", "wrong", "words"), WRONG)
def test_a_wrong_one_is_open_and_hears_why(
    name: str, wrong: Callable[..., Awaitable[None]], words: str
) -> None:
    result = check(name, serve(wrong))[name]
    assert result.state == "open"
    assert words in result.fault
