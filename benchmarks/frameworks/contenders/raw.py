"""Raw ASGI, written by hand for just these answers: what the others are held against."""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import parse_qs

TEXT = (b"content-type", b"text/plain; charset=utf-8")
JSON = (b"content-type", b"application/json")

KEPT: dict[bytes, dict[str, Any]] = {}


def start(body: bytes, *headers: Any, status: int = 200) -> Any:
    """Return the event that begins a response."""
    length = (b"content-length", str(len(body)).encode())
    return {"type": "http.response.start", "status": status, "headers": [*headers, length]}


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Answer with a text."""
    body = b"Hello World!"
    await send(start(body, TEXT))
    await send({"type": "http.response.body", "body": body})


async def user(scope: Any, receive: Any, send: Any) -> None:
    """Answer with JSON."""
    shown = {"id": 7, "name": "Ada Lovelace", "active": True, "tags": ["engine", "notes"]}
    body = json.dumps(shown).encode()
    await send(start(body, JSON))
    await send({"type": "http.response.body", "body": body})


async def greet(scope: Any, receive: Any, send: Any) -> None:
    """Answer from the path and the query."""
    query = parse_qs(scope["query_string"].decode())
    body = f"{query['greeting'][0]}, {scope['path'][7:]}!".encode()
    await send(start(body, TEXT))
    await send({"type": "http.response.body", "body": body})


async def add(scope: Any, receive: Any, send: Any) -> None:
    """Answer from a JSON body."""
    given = b""
    while True:
        event = await receive()
        given += event["body"]
        if not event.get("more_body"):
            break
    order = json.loads(given)
    body = f"{order['count']} for {order['name']}".encode()
    await send(start(body, TEXT))
    await send({"type": "http.response.body", "body": body})


async def visit(scope: Any, receive: Any, send: Any) -> None:
    """Count the visits of a session that is kept in memory."""
    cookie = dict(scope["headers"]).get(b"cookie", b"")
    session = KEPT.get(cookie.removeprefix(b"session_id="))
    if session is None:
        await first_visit(send)
        return
    session["visits"] += 1
    body = str(session["visits"]).encode()
    await send(start(body, TEXT))
    await send({"type": "http.response.body", "body": body})


async def first_visit(send: Any) -> None:
    """Begin a session and say so in a cookie."""
    session_id = str(uuid.uuid4()).encode()
    KEPT[session_id] = {"visits": 1}
    cookie = b"session_id=" + session_id + b"; Path=/; HttpOnly; SameSite=Lax"
    await send(start(b"1", TEXT, (b"set-cookie", cookie)))
    await send({"type": "http.response.body", "body": b"1"})


async def open_(scope: Any, receive: Any, send: Any) -> None:
    """Accept a WebSocket and close it."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 1000})


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Send every message back."""
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        event = await receive()
        if event["type"] != "websocket.receive":
            return
        await send({"type": "websocket.send", "text": event["text"]})


PLAIN = {
    "/hello": hello,
    "/json": user,
    "/add": add,
    "/open": open_,
    "/echo": echo,
}


def plain() -> Any:
    """Return the app without sessions."""
    return _app(PLAIN)


def sessions() -> Any:
    """Return the app with sessions."""
    return _app({"/visit": visit})


def routed(count: int) -> Any:
    """Return an app with so many routes."""
    return _app({f"/route_{number}": hello for number in range(count)})


def _app(routes: Any) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        handler = routes.get(path)
        if handler is not None:
            await handler(scope, receive, send)
        elif path.startswith("/greet/"):
            await greet(scope, receive, send)
        else:
            body = b"Not Found"
            await send(start(body, TEXT, status=404))
            await send({"type": "http.response.body", "body": body})

    return app
