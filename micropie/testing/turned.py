"""A client, and an app, whose every act waits for its turn on a clock.

Law of the room: nothing is lost where a wait for a turn is cancelled, and nothing waits twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from micropie.testing.client import Client
from micropie.testing.clock import Clock
from micropie.testing.happenings import (
    ACCEPT,
    CLOSE,
    HANDSHAKE,
    LEAVING,
    Happening,
    shown,
)
from micropie.testing.http import ResponseStream
from micropie.testing.loop import worker
from micropie.testing.scopes import Headers, encode_headers
from micropie.testing.session import WebSocketSession
from micropie.testing.websocket import Accepted, Connection
from micropie.types import ASGIApp, Event, Receive, Scope, Send

NAME = "micropie.client"
"""The scope key of what a client is called."""

Naming = Callable[[str, list[tuple[bytes, bytes]]], str]
"""Given the path and the headers of a request, what its client is called; "" for no name."""

# How long a client waits, in seconds that take no time: longer than what an app does by a timer.
PATIENCE = 60.0


class Turns:
    """Waits for turns on a clock, and remembers what each name stands for."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.known: dict[str, Happening] = {}

    async def take(self, happening: Happening) -> None:
        """Wait until this is what happens next."""
        name = happening.name
        self.known.setdefault(name, happening)
        await self.clock.turn(name)

    def of(self, name: str) -> Happening | None:
        """Return what a name stands for; one with a number is as that without."""
        return self.known.get(name) or self.known.get(name.rpartition(" (")[0])


class TurnedApp:
    """An app whose handlers get, and send, when it is their turn.

    Args:
        app: The app.
        turns: Where they wait.
    """

    def __init__(self, app: ASGIApp, turns: Turns) -> None:
        self._app = app
        self._turns = turns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            worker.set("the app")
            await self._app(scope, receive, send)
            return
        who = scope[NAME]
        worker.set(who)
        what = HANDSHAKE if scope["type"] == "websocket" else f"{scope['method']} {scope['path']}"
        await self._turns.take(Happening("arrives", who, what))
        end = _End(self._turns, who, receive, send)
        await self._app(scope, end.receive, end.send)


class _End:
    """The app's end of one exchange."""

    def __init__(self, turns: Turns, who: str, receive: Receive, send: Send) -> None:
        self._turns = turns
        self._who = who
        self._receive = receive
        self._send = send
        self._held: Event | None = None
        self._begun = False
        self._gone = False

    async def receive(self) -> Event:
        """Give the app its next event when it is its turn; cancelling loses none."""
        if self._held is None:
            self._held = await self._receive()
        what = _arriving(self._held, self._gone)
        if what:
            await self._turns.take(Happening("arrives", self._who, what))
        event, self._held = self._held, None
        if event is None:  # two have waited for one, and the other has it
            return await self.receive()
        self._gone = self._gone or event["type"].endswith(".disconnect")
        return event

    async def send(self, event: Event) -> None:
        """Take an event from the app when it is its turn."""
        what = _going(event, self._begun)
        self._begun = True
        if what:
            await self._turns.take(Happening("is sent", worker.get(), what, self._who))
        await self._send(event)


def _arriving(event: Event, gone: bool) -> str:
    """Return what arrives, as a name has it; "" for what comes with something else."""
    kind = event["type"]
    if kind == "websocket.receive":
        text = event.get("text")
        return shown(event.get("bytes") if text is None else text)
    if kind in ("websocket.disconnect", "http.disconnect"):
        return "" if gone else LEAVING
    return ""


def _going(event: Event, begun: bool) -> str:
    """Return what is sent, as a name has it; "" for what goes with something else."""
    kind = event["type"]
    if kind == "websocket.send":
        text = event.get("text")
        return shown(event.get("bytes") if text is None else text)
    if kind == "websocket.accept":
        return ACCEPT
    if kind == "websocket.close":
        return CLOSE
    if kind in ("http.response.start", "websocket.http.response.start"):
        return str(event.get("status", ""))
    return shown(event.get("body")) if begun and event.get("more_body") else ""


class TurnedSession(WebSocketSession):
    """An open WebSocket whose every act waits for its turn.

    What one client does with it keeps its order: no network changes that within a connection.
    """

    turns: Turns
    name: str
    in_order: asyncio.Lock

    async def send(self, message: str | bytes) -> None:
        """Send one message."""
        async with self.in_order:
            await self.turns.take(Happening("sends", self.name, shown(message)))
            await super().send(message)

    def send_now(self, message: str | bytes) -> bool:
        """Return False: it has to wait for its turn."""
        return False

    async def close(self, code: int | None = 1000, reason: str = "") -> None:
        """Do the closing handshake."""
        async with self.in_order:
            if self.state == "open":
                await self.turns.take(Happening("leaves", self.name))
            await super().close(code, reason)


class TurnedClient(Client):
    """A client of an app on a clock. `explore` gives it to a script.

    Args:
        app: The app.
        turns: Where every act waits.
        naming: Says what a client is called.
    """

    _quiet = True

    def __init__(self, app: ASGIApp, turns: Turns, naming: Naming | None = None) -> None:
        super().__init__(TurnedApp(app, turns), timeout=PATIENCE)
        self._turns = turns
        self._naming = naming
        self._unnamed = 0
        self._called = ""

    async def connect(
        self,
        path: str,
        *,
        headers: Headers = (),
        subprotocols: Sequence[str] = (),
        client: tuple[str, int] | None = None,
    ) -> WebSocketSession:
        """Do an opening handshake when it is its turn; see `Client.connect`.

        In the order it is called by the ``name`` in the path's query, or else by a number.
        """
        who = self._name_of(path, headers)
        await self._turns.take(Happening("connects", who, f"to {path.partition('?')[0]}"))
        self._called = who
        return await super().connect(
            path, headers=headers, subprotocols=subprotocols, client=client
        )

    @asynccontextmanager
    async def stream(self, method: str, path: str, **options: Any) -> AsyncIterator[ResponseStream]:
        """Send a request when it is its turn; see `Client.stream`."""
        who = self._name_of(path, options.get("headers", ()))
        what = f"{method.upper()} {path.partition('?')[0]}"
        await self._turns.take(Happening("asks", who, what))
        self._called = who
        async with super().stream(method, path, **options) as answer:
            yield answer

    def _session(
        self, connection: Connection, answer: Accepted, path: str, task: asyncio.Task[None]
    ) -> WebSocketSession:
        session = TurnedSession(connection, answer, path, self.timeout, task, self.errors)
        session.turns, session.name = self._turns, connection.name
        session.in_order = asyncio.Lock()
        return session

    def _with_state(self, scope: Scope) -> Scope:
        # Nothing is awaited between the turn and this.
        scope[NAME] = self._called
        return super()._with_state(scope)

    def _name_of(self, path: str, headers: Headers) -> str:
        raw = encode_headers(headers)
        named = self._naming(path, raw) if self._naming is not None else ""
        named = named or next(iter(parse_qs(urlsplit(path).query).get("name", [])), "")
        if named:
            return named
        self._unnamed += 1
        return f"client {self._unnamed}"
