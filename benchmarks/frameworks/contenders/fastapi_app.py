"""FastAPI, which checks and documents everything; sessions are Starlette's signed cookies."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel
from starlette.middleware.sessions import SessionMiddleware


class Order(BaseModel):
    """A JSON body."""

    name: str
    count: int


async def hello() -> str:
    """Answer with a text."""
    return "Hello World!"


async def user() -> Any:
    """Answer with JSON."""
    return {"id": 7, "name": "Ada Lovelace", "active": True, "tags": ["engine", "notes"]}


async def greet(name: str, greeting: str) -> str:
    """Answer from the path and the query."""
    return f"{greeting}, {name}!"


async def add(order: Order) -> str:
    """Answer from a JSON body."""
    return f"{order.count} for {order.name}"


async def visit(request: Request) -> str:
    """Count the visits of a session."""
    session = request.session
    session["visits"] = session.get("visits", 0) + 1
    return str(session["visits"])


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
    except WebSocketDisconnect:
        pass


def plain() -> Any:
    """Return the app without sessions."""
    app = FastAPI()
    app.get("/hello", response_class=PlainTextResponse)(hello)
    app.get("/json")(user)
    app.get("/greet/{name}", response_class=PlainTextResponse)(greet)
    app.post("/add", response_class=PlainTextResponse)(add)
    app.websocket("/open")(open_)
    app.websocket("/echo")(echo)
    return app


def sessions() -> Any:
    """Return the app with sessions."""
    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key="a secret of the benchmark's own")
    app.get("/visit", response_class=PlainTextResponse)(visit)
    return app


def routed(count: int) -> Any:
    """Return an app with so many routes."""
    app = FastAPI()
    for number in range(count):
        app.get(f"/route_{number}", response_class=PlainTextResponse)(hello)
    return app
