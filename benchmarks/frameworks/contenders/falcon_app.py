"""Falcon, which is compiled; it brings no sessions."""

from __future__ import annotations

from typing import Any

import falcon
from falcon.asgi import App, Request, Response, WebSocket


class Hello:
    """Answer with a text."""

    async def on_get(self, request: Request, response: Response) -> None:
        """Answer."""
        response.content_type = falcon.MEDIA_TEXT
        response.text = "Hello World!"


class User:
    """Answer with JSON."""

    async def on_get(self, request: Request, response: Response) -> None:
        """Answer."""
        response.media = {
            "id": 7,
            "name": "Ada Lovelace",
            "active": True,
            "tags": ["engine", "notes"],
        }


class Greet:
    """Answer from the path and the query."""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        """Answer."""
        response.content_type = falcon.MEDIA_TEXT
        response.text = f"{request.get_param('greeting')}, {name}!"


class Add:
    """Answer from a JSON body."""

    async def on_post(self, request: Request, response: Response) -> None:
        """Answer."""
        order = await request.get_media()
        response.content_type = falcon.MEDIA_TEXT
        response.text = f"{order['count']} for {order['name']}"


class Open:
    """Accept a WebSocket and close it."""

    async def on_websocket(self, request: Request, ws: WebSocket) -> None:
        """Converse."""
        await ws.accept()
        await ws.close()


class Echo:
    """Send every message back."""

    async def on_websocket(self, request: Request, ws: WebSocket) -> None:
        """Converse."""
        await ws.accept()
        try:
            while True:
                await ws.send_text(await ws.receive_text())
        except falcon.WebSocketDisconnected:
            pass


def plain() -> Any:
    """Return the app."""
    app = App()
    app.add_route("/hello", Hello())
    app.add_route("/json", User())
    app.add_route("/greet/{name}", Greet())
    app.add_route("/add", Add())
    app.add_route("/open", Open())
    app.add_route("/echo", Echo())
    return app


def routed(count: int) -> Any:
    """Return an app with so many routes."""
    app = App()
    for number in range(count):
        app.add_route(f"/route_{number}", Hello())
    return app
