"""The MicroPie API: our framework, or the released one, whichever the process can import."""

from __future__ import annotations

from typing import Any

from micropie import App


class Plain(App):
    """Everything but sessions."""

    async def hello(self) -> Any:
        """Answer with a text."""
        return "Hello World!"

    async def json(self) -> Any:
        """Answer with JSON."""
        return {"id": 7, "name": "Ada Lovelace", "active": True, "tags": ["engine", "notes"]}

    async def greet(self, name: str, greeting: str) -> Any:
        """Answer from the path and the query."""
        return f"{greeting}, {name}!"

    async def add(self, name: str, count: int) -> Any:
        """Answer from a JSON body."""
        return f"{count} for {name}"

    async def ws_open(self, ws: Any) -> None:
        """Accept a WebSocket and close it."""
        await ws.accept()
        await ws.close()

    async def ws_echo(self, ws: Any) -> None:
        """Send every message back."""
        await ws.accept()
        while True:
            await ws.send_text(await ws.receive_text())


class Sessions(App):
    """A counter of visits."""

    async def visit(self) -> Any:
        """Count the visits of a session."""
        session = self.request.session
        session["visits"] = session.get("visits", 0) + 1
        return str(session["visits"])


def plain() -> Any:
    """Return the app without sessions."""
    return Plain()


def sessions() -> Any:
    """Return the app with sessions, which any app of this framework has."""
    return Sessions()


def routed(count: int) -> Any:
    """Return an app with so many routes."""

    async def hello(self: Any) -> str:
        return "Hello World!"

    return type("Routed", (App,), {f"route_{number}": hello for number in range(count)})()
