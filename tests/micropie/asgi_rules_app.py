"""What `micropie.App` promises on every server, one small application each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from micropie import App, ConnectionClosed, WebSocket
from micropie.types import Receive, Scope, Send
from tests.micropie.asgi_rules import Rules, Script, drain
from tests.micropie.peers import CaseApp, NoResponse, Peer, Refused, Run, Saw

RULES = Rules()


def case(
    name: str, script: Script, client: list[Any], saw: list[Any]
) -> Callable[[Callable[[Saw], App]], CaseApp]:
    """Add a case with the application that the decorated function makes."""

    def add(make: Callable[[Saw], App]) -> CaseApp:
        async def app(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
            await make(saw)(scope, receive, send)

        return RULES.case(name, script, client, saw)(app)

    return add


def ask(path: str, method: str = "GET") -> Script:
    """Return the script that asks for status, length and body."""

    async def script(peer: Peer, run: Run) -> list[Any]:
        try:
            async with peer.stream(method, path) as stream:
                length = dict(stream.headers).get("content-length")
                return [stream.status, length, *await stream.read()]
        except NoResponse:
            return ["no response"]

    return script


def join(path: str) -> Script:
    """Return the script that connects and receives until the end."""

    async def script(peer: Peer, run: Run) -> list[Any]:
        try:
            wire = await peer.connect(path)
        except Refused as refused:
            return [("refused", refused.status, refused.body)]
        return await drain(wire)

    return script


# HTTP.


class Greeter(App):
    async def greet(self, name: str = "you") -> str:
        return f"Hello {name}!"

    async def count(self) -> AsyncIterator[str]:
        for number in range(3):
            yield str(number)

    async def break_(self) -> str:
        raise LookupError("broken")


@case("a handler answers", ask("/greet/Ann"), [200, "10", b"Hello Ann!", "complete"], [])
def greets(saw: Saw) -> App:
    return Greeter()


@case("HEAD tells the length", ask("/greet/Ann", "HEAD"), [200, "10", b"", "complete"], [])
def greets_shortly(saw: Saw) -> App:
    return Greeter()


@case("a generator streams", ask("/count"), [200, None, b"012", "complete"], [])
def counts(saw: Saw) -> App:
    return Greeter()


async def status(peer: Peer, run: Run) -> list[Any]:
    codes = []
    for path in ("/nowhere", "/break_"):
        async with peer.stream("GET", path) as stream:
            codes.append(stream.status)
    return codes


@case("no route is 404, an exception 500", status, [404, 500], ["LookupError"])
def fails(saw: Saw) -> App:
    app = Greeter()
    app.error_hooks.append(lambda error, request: saw(type(error).__name__))
    return app


# WebSocket.


@case(
    "no route refuses with 404",
    join("/nowhere"),
    [("refused", 404, "No matching WebSocket route")],
    [],
)
def has_no_route(saw: Saw) -> App:
    return App()


@case("returning without a close is 1000", join("/hi"), ["hi", ("closed", 1000, "")], [])
def returns(saw: Saw) -> App:
    class Returns(App):
        async def ws_hi(self, ws: WebSocket) -> None:
            await ws.accept()
            await ws.send_text("hi")

    return Returns()


@case("raising is 1011", join("/hi"), [("closed", 1011, "Internal server error")], [])
def raises(saw: Saw) -> App:
    class Raises(App):
        async def ws_hi(self, ws: WebSocket) -> None:
            await ws.accept()
            raise LookupError("hi")

    return Raises()


@case("a close before accept refuses", join("/hi"), [("refused", 403, "members only")], [])
def refuses(saw: Saw) -> App:
    class Refuses(App):
        async def ws_hi(self, ws: WebSocket) -> None:
            await ws.close(1008, "members only")

    return Refuses()


async def hang_up(peer: Peer, run: Run) -> list[Any]:
    wire = await peer.connect("/talk")
    await wire.send("one")
    await run.until(1)
    await wire.close(4000, "bye")
    return await drain(wire)


@case(
    "a client that is gone is ConnectionClosed, always",
    hang_up,
    [("closed", 4000, "bye")],
    ["one", 4000, 4000, 4000],
)
def notices(saw: Saw) -> App:
    class Notices(App):
        async def ws_talk(self, ws: WebSocket) -> None:
            await ws.accept()
            saw(await ws.receive_text())
            for call in (ws.receive_text, lambda: ws.send_text("late"), ws.receive_bytes):
                try:
                    await call()
                except ConnectionClosed as end:
                    saw(end.code)

    return Notices()
