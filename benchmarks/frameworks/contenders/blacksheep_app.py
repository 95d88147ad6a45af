"""BlackSheep, which is compiled in its core, with its signed cookies for sessions."""

from __future__ import annotations

from typing import Any

from blacksheep import Application, Request, Response, WebSocket, WebSocketDisconnectError, text
from blacksheep import json as as_json
from blacksheep.server.routing import Router


async def hello() -> Response:
    """Answer with a text."""
    return text("Hello World!")


async def user() -> Response:
    """Answer with JSON."""
    return as_json({"id": 7, "name": "Ada Lovelace", "active": True, "tags": ["engine", "notes"]})


async def greet(name: str, greeting: str) -> Response:
    """Answer from the path and the query."""
    return text(f"{greeting}, {name}!")


async def add(request: Request) -> Response:
    """Answer from a JSON body."""
    order = await request.json()
    return text(f"{order['count']} for {order['name']}")


async def visit(request: Request) -> Response:
    """Count the visits of a session."""
    session = request.session
    session["visits"] = session.get("visits", 0) + 1
    return text(str(session["visits"]))


async def open_(ws: WebSocket) -> None:
    """Accept a WebSocket and close it."""
    await ws.accept()
    await ws.close()


async def echo(ws: WebSocket) -> None:
    """Send every message back."""
    await ws.accept()
    try:
        while True:
            await ws.send_text(await ws.receive_text())
    except WebSocketDisconnectError:
        pass


def plain() -> Any:
    """Return the app without sessions."""
    router = Router()
    router.add_get("/hello", hello)
    router.add_get("/json", user)
    router.add_get("/greet/{name}", greet)
    router.add_post("/add", add)
    router.add_ws("/open", open_)
    router.add_ws("/echo", echo)
    return Application(router=router)


def sessions() -> Any:
    """Return the app with sessions."""
    router = Router()
    router.add_get("/visit", visit)
    app = Application(router=router)
    app.use_sessions("a secret of the benchmark's own")
    return app


def routed(count: int) -> Any:
    """Return an app with so many routes."""
    router = Router()
    for number in range(count):
        router.add_get(f"/route_{number}", hello)
    return Application(router=router)
