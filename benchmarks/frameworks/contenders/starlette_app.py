"""Starlette, with its signed cookies for sessions."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


async def hello(request: Request) -> Response:
    """Answer with a text."""
    return PlainTextResponse("Hello World!")


async def user(request: Request) -> Response:
    """Answer with JSON."""
    return JSONResponse(
        {"id": 7, "name": "Ada Lovelace", "active": True, "tags": ["engine", "notes"]}
    )


async def greet(request: Request) -> Response:
    """Answer from the path and the query."""
    greeting, name = request.query_params["greeting"], request.path_params["name"]
    return PlainTextResponse(f"{greeting}, {name}!")


async def add(request: Request) -> Response:
    """Answer from a JSON body."""
    order = await request.json()
    return PlainTextResponse(f"{order['count']} for {order['name']}")


async def visit(request: Request) -> Response:
    """Count the visits of a session."""
    session = request.session
    session["visits"] = session.get("visits", 0) + 1
    return PlainTextResponse(str(session["visits"]))


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
    return Starlette(
        routes=[
            Route("/hello", hello),
            Route("/json", user),
            Route("/greet/{name}", greet),
            Route("/add", add, methods=["POST"]),
            WebSocketRoute("/open", open_),
            WebSocketRoute("/echo", echo),
        ]
    )


def sessions() -> Any:
    """Return the app with sessions."""
    signed = Middleware(SessionMiddleware, secret_key="a secret of the benchmark's own")
    return Starlette(routes=[Route("/visit", visit)], middleware=[signed])


def routed(count: int) -> Any:
    """Return an app with so many routes."""
    return Starlette(routes=[Route(f"/route_{number}", hello) for number in range(count)])
