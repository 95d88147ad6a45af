"""What a conformance case is, and the moves that its apps and its scripts are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from micropie.types import Event, Receive, Send
from tests.micropie.peers import CaseApp, Closed, NoResponse, Peer, Refused, Run, Saw, Wire

Script = Callable[[Peer, Run], Awaitable[list[Any]]]


@dataclass(frozen=True)
class Case:
    """One rule: an app, a client's script, and what both must have seen in the end."""

    name: str
    app: CaseApp
    script: Script
    client: list[Any]
    saw: list[Any]


class Rules(list[Case]):
    """The cases of one part of ASGI, in order."""

    def case(
        self, name: str, script: Script, client: list[Any], saw: list[Any]
    ) -> Callable[[CaseApp], CaseApp]:
        """Add a case with the decorated app."""

        def add(app: CaseApp) -> CaseApp:
            self.append(Case(name, app, script, client, saw))
            return app

        return add


# The app's moves.


async def attempt(send: Send, event: Event, saw: Saw) -> None:
    """Send an event that the server may refuse; note how it went."""
    try:
        await send(event)
    except OSError:
        saw("OSError")
    except Exception:
        saw("error")
    else:
        saw("sent")


async def accept(receive: Receive, send: Send) -> None:
    """Do the app's part of an opening handshake."""
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})


async def listen(receive: Receive, saw: Saw) -> None:
    """Note every event until the client is gone."""
    while True:
        event = await receive()
        if event["type"] == "websocket.disconnect":
            saw(("disconnect", event.get("code"), event.get("reason") or ""))
            return
        saw(event.get("text") if event.get("text") is not None else event.get("bytes"))


def text(data: str) -> Event:
    """Return the event that sends a text message."""
    return {"type": "websocket.send", "text": data}


def close(code: int | None = 1000, reason: str | None = None) -> Event:
    """Return the event that closes a WebSocket, or refuses it."""
    return {"type": "websocket.close", "code": code, "reason": reason}


def start(status: int = 200, *headers: tuple[Any, Any]) -> Event:
    """Return the event that starts a response."""
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(data: Any = b"", more: bool = False) -> Event:
    """Return the event that sends a part of a response's body."""
    return {"type": "http.response.body", "body": data, "more_body": more}


# The client's moves.


async def drain(wire: Wire) -> list[Any]:
    """Receive until the end; return the messages and how it ended."""
    got: list[Any] = []
    while True:
        try:
            got.append(await wire.receive())
        except Closed as end:
            return [*got, ("closed", end.code, end.reason)]


async def connect(peer: Peer, run: Run) -> list[Any]:
    """Connect and receive until the end, or say how it was refused."""
    try:
        wire = await peer.connect()
    except Refused as refused:
        return [("refused", refused.status, refused.body)]
    return await drain(wire)


def ask(method: str = "GET", path: str = "/", data: bytes = b"") -> Script:
    """Return the script that sends one request and reads the whole response."""

    async def script(peer: Peer, run: Run) -> list[Any]:
        try:
            async with peer.stream(method, path, body=data) as stream:
                return [stream.status, *await stream.read()]
        except NoResponse:
            return ["no response"]

    return script
