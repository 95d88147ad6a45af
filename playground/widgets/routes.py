"""The routes of a lab: what the app serves, each with a form made from its handler's signature."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from playground.widgets.composing import compose, style
from playground.widgets.console import connect
from playground.widgets.controlled import Controlled
from playground.widgets.controls import RouteView
from playground.widgets.watched import text_of

# An app with more routes than this is not explored by looking at chips.
MOST_ROUTES: Final = 200

NONE: Final = (
    "none are known; write a method into the class: async def index(self) answers /, "
    "async def ws_echo(self, ws) takes WebSockets at /echo"
)
"""What is said of an app that has none."""

_TAGS: Final = {"websocket": "WS", "http": "HTTP"}


class RouteList(Controlled):
    """The routes of the app on stage, to look at and to try."""

    _esm = compose("page/routes.js")
    _css = style("shared/fields.css", "page/routes.css")

    pace = 1.0

    def state(self) -> dict[str, Any]:
        """Return the routes, and the names of clients that are taken."""
        routes = self.controls.routes()
        return {
            "routes": [route._asdict() for route in routes[:MOST_ROUTES]],
            "more": max(0, len(routes) - MOST_ROUTES),
            "taken": [each.name for each in self.controls.clients() if each.state != "refused"],
        }

    def heard_connect(self, message: dict[str, Any], buffers: object) -> None:
        """Connect a client to a WebSocket route."""
        self.command(message, lambda done: connect(self.controls, message, done))

    def heard_request(self, message: dict[str, Any], buffers: object) -> None:
        """Send an HTTP request to a route."""
        method, path = text_of(message, "method", 32), text_of(message, "path")
        body = text_of(message, "body")
        self.command(message, lambda done: self.controls.request(method, path, body, done))

    def still_text(self) -> str:
        """Return the routes, one a line."""
        lines = [_line(route) for route in self.controls.routes()[:MOST_ROUTES]]
        return "\n".join(["Routes", *lines]) if lines else f"Routes: {NONE}"

    def still_html(self) -> str:
        """Return the routes as static HTML."""
        routes = self.controls.routes()[:MOST_ROUTES]
        told = [f"{_tag(route)} <code>{escape(route.path)}</code>" for route in routes]
        return f"<div>Routes: {' · '.join(told) if told else escape(NONE)}</div>"


def _tag(route: RouteView) -> str:
    return _TAGS.get(route.kind, route.kind)


def _line(route: RouteView) -> str:
    line = f"  {_tag(route):<5}{route.path}"
    return f"{line}  {route.doc}" if route.doc else line
