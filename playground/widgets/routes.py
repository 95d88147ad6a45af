"""The routes of a lab: what the app serves, each with a form made from its handler's signature."""

from __future__ import annotations

from html import escape
from typing import Any, Final, Protocol, runtime_checkable

from playground.widgets.composing import compose, style
from playground.widgets.console import connect
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Done, RouteView
from playground.widgets.row import sendable
from playground.widgets.watched import text_of

# An app with more routes than this is not explored by looking at chips.
MOST_ROUTES: Final = 200

NONE: Final = (
    "none are known; write a method into the class: async def index(self) answers /, "
    "async def ws_echo(self, ws) takes WebSockets at /echo"
)
"""What is said of an app that has none."""

_TAGS: Final = {"websocket": "WS", "http": "HTTP"}


@runtime_checkable
class Trying(Protocol):
    """A lab, as the form of a route sees it besides. Every method returns at once."""

    def fuzz(self, route: str, done: Done) -> None:
        """Have odd conversations at a route, apart from the stage; the result says what is wrong.

        It is ``{"said": "…", "notes": […], "more": 0, "findings": [{"sentence": "…",
        "acts": […], "ladder": "data:…"}]}``.
        """

    def example(self, kind: str, path: str, method: str) -> str:
        """Return a message or body that clients have sent there, as JSON; "" if none is known."""
        ...


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
            "breaks": self._trying() is not None,
            "taken": [each.name for each in self.controls.clients() if each.state != "refused"],
        }

    def heard_connect(self, message: dict[str, Any], buffers: object) -> None:
        """Connect a client to a WebSocket route, and send its first message if there is one."""
        first = text_of(message, "first") if message.get("first") else ""

        def work(done: Done) -> None:
            def connected(error: str | None, name: Any) -> None:
                if error is None and first:
                    self.controls.send(name, first, lambda problem, _: done(problem, name))
                else:
                    done(error, name)

            connect(self.controls, message, connected)

        self.command(message, work)

    def heard_request(self, message: dict[str, Any], buffers: object) -> None:
        """Send an HTTP request to a route."""
        method, path = text_of(message, "method", 32), text_of(message, "path")
        body = text_of(message, "body")
        self.command(message, lambda done: self.controls.request(method, path, body, done))

    def heard_fuzz(self, message: dict[str, Any], buffers: object) -> None:
        """Break a route on purpose, apart from the stage."""
        route, trying = text_of(message, "path"), self._trying()
        if trying is not None:
            self.command(message, lambda done: trying.fuzz(route, done))

    def heard_example(self, message: dict[str, Any], buffers: object) -> None:
        """Say what clients have sent at a route."""
        asked = [text_of(message, name) for name in ("of", "path", "method")]
        trying = self._trying()
        said = "" if trying is None else sendable(trying.example(*asked))
        self.command(message, lambda done: done(None, said))

    def _trying(self) -> Trying | None:
        found = getattr(self.controls, "trying", None)
        return found if isinstance(found, Trying) else None

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
