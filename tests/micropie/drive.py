"""Drive an ASGI app with events of our own: the smallest server there is, and a strict one.

It refuses from the app what a server refuses, so that every test checks the order of events too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from micropie.types import Event, Scope


@dataclass
class Answer:
    """What a client got."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    complete: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def all(self, name: str) -> list[str]:
        return [value.decode() for key, value in self.headers if key == name.encode()]

    def header(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def take(self, event: Event) -> None:
        """Take an event as a server does: in order, or not at all."""
        assert not self.complete, f"{event!r} after the end"
        if event["type"] == "http.response.start":
            assert not self.status, "started twice"
            self.status, self.headers = event["status"], list(event["headers"])
            assert all(name == name.lower() for name, _ in self.headers)
        else:
            assert event["type"] == "http.response.body"
            assert self.status, "a body before the start"
            self.chunks.append(event.get("body", b""))
            self.complete = not event.get("more_body", False)


def http_scope(method: str, path: str, headers: Any = (), **more: Any) -> Scope:
    """Make the scope of a request; the path may have a query."""
    path, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        **more,
    }


async def request(
    app: Any,
    method: str,
    path: str,
    *,
    headers: Any = (),
    body: bytes = b"",
    chunks: list[bytes] | None = None,
    then: Event | None = None,
    slow: bool = False,
    **more: Any,
) -> Answer:
    """Send one request.

    `chunks` come as events of their own, `then` instead of the last end; a `slow` client lets the
    app run between two events.
    """
    parts = [body] if chunks is None else chunks
    events: list[Event] = [
        {"type": "http.request", "body": part, "more_body": True} for part in parts
    ]
    if then is None:
        events[-1]["more_body"] = False
    else:
        events.append(then)
    answer = Answer()
    left = asyncio.Event()

    async def receive() -> Event:
        for _ in range(5 if slow else 0):
            await asyncio.sleep(0)
        if events:
            return events.pop(0)
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(event: Event) -> None:
        answer.take(event)

    await app(http_scope(method, path, headers, **more), receive, send)
    return answer


async def waits_for_ever() -> Event:
    """Be the `receive` of a client that says nothing, and stays."""
    await asyncio.Event().wait()
    raise AssertionError


def form(fields: str) -> dict[str, Any]:
    """Arguments of `request` for an urlencoded form."""
    headers = [("content-type", "application/x-www-form-urlencoded")]
    return {"headers": headers, "body": fields.encode()}


def json_body(text: str) -> dict[str, Any]:
    """Arguments of `request` for a JSON body."""
    return {"headers": [("Content-Type", "Application/JSON; charset=utf-8")], "body": text.encode()}


def cookie_of(answer: Answer) -> str:
    """Return the session id that an answer sets."""
    (cookie,) = answer.all("set-cookie")
    return cookie.partition(";")[0].removeprefix("session_id=")


def with_cookie(session_id: str) -> list[tuple[str, str]]:
    """Headers that bring a session."""
    return [("cookie", f"session_id={session_id}")]


CONNECT: Event = {"type": "websocket.connect"}
LEAVE: Event = {"type": "websocket.disconnect", "code": 1001, "reason": "bye"}


def text(data: str) -> Event:
    """The event of a text message."""
    return {"type": "websocket.receive", "text": data}


class Socket:
    """A WebSocket's server side, as far as the app can see it.

    Args:
        events: What `receive` gives, in order; then it waits for ever.
        gone: Whether sending fails, as it does when the client has left.
    """

    def __init__(self, *events: Event, gone: bool = False) -> None:
        self.events = list(events)
        self.gone = gone
        self.sent: list[Event] = []
        self.ended = False

    async def receive(self) -> Event:
        if not self.events:
            await asyncio.Event().wait()
        return self.events.pop(0)

    async def send(self, event: Event) -> None:
        if self.gone:
            raise OSError("the client has left")
        assert not self.ended, f"{event!r} after the end"
        kind = event["type"].removeprefix("websocket.")
        allowed = {"send", "close"} if self.accepted else {"accept", "close", *_REFUSAL}
        assert kind in allowed, f"{event!r} is not allowed now"
        self.sent.append(event)
        self.ended = kind in ("close", "http.response.body")

    @property
    def accepted(self) -> bool:
        return any(event["type"] == "websocket.accept" for event in self.sent)

    @property
    def kinds(self) -> list[str]:
        return [event["type"].removeprefix("websocket.") for event in self.sent]

    @property
    def messages(self) -> list[str | bytes]:
        found = (event for event in self.sent if event["type"] == "websocket.send")
        return [event.get("text", event.get("bytes")) for event in found]

    @property
    def closing(self) -> tuple[int, str]:
        return self.sent[-1]["code"], self.sent[-1]["reason"]

    @property
    def cookie(self) -> str | None:
        headers = dict(self.sent[0].get("headers", ()))
        value = headers.get(b"set-cookie")
        return value and value.decode().partition(";")[0].removeprefix("session_id=")


_REFUSAL = {"http.response.start", "http.response.body"}


async def connect(
    app: Any, path: str, *events: Event, headers: Any = (), gone: bool = False, **more: Any
) -> Socket:
    """Run one connection to its end; the events follow the opening handshake."""
    socket = Socket(CONNECT, *events, gone=gone)
    scope = http_scope("GET", path, headers, subprotocols=[], **more)
    scope["type"] = "websocket"
    del scope["method"]
    async with asyncio.timeout(5):
        await app(scope, socket.receive, socket.send)
    return socket


@contextlib.contextmanager
def logged() -> Iterator[list[logging.LogRecord]]:
    """Collect what is logged, without a fixture, which would live longer than an example."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append  # type: ignore[assignment,method-assign]
    logging.getLogger("micropie").addHandler(handler)
    try:
        yield records
    finally:
        logging.getLogger("micropie").removeHandler(handler)
