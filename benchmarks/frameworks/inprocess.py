"""An ASGI app driven by hand: ``receive`` and ``send`` return at once, and nothing else runs.

What is timed is an app's own work, and the making of a scope and of two bound methods, which every
contender pays; ``null`` shows how much that is.
"""

# An event to wait for would be set with every message, for the few contenders that read ahead.
# ruff: noqa: ASYNC110

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.frameworks.workloads import MESSAGE, Question, RawHeader

Drive = Callable[[int], Awaitable[object]]


class Exchange:
    """One request, or one connection whose client says nothing."""

    __slots__ = ("events", "sent")

    def __init__(self, event: Any) -> None:
        self.events = [event]
        self.sent: list[Any] = []

    async def receive(self) -> Any:
        """Return the one event there is; after it, the client is gone."""
        return self.events.pop() if self.events else {"type": "http.disconnect"}

    async def send(self, event: Any) -> None:
        """Keep what the app sends."""
        self.sent.append(event)


class Conversation:
    """One connection whose client sends a message when the last was answered, then leaves."""

    __slots__ = ("answers", "count", "given", "last")

    def __init__(self, count: int) -> None:
        self.count = count
        self.given = -1
        self.answers = -1
        self.last: Any = None

    async def receive(self) -> Any:
        """Return the client's next event; who reads ahead of the answers waits."""
        if self.given < 0:
            self.given = 0
            return {"type": "websocket.connect"}
        while self.answers < self.given:
            await asyncio.sleep(0)
        if self.given == self.count:
            return {"type": "websocket.disconnect", "code": 1000}
        self.given += 1
        return {"type": "websocket.receive", "text": MESSAGE}

    async def send(self, event: Any) -> None:
        """Count the answers, of which the accepting is none, and keep the last."""
        self.answers += 1
        self.last = event


def http_scope(question: Question, headers: list[RawHeader]) -> dict[str, Any]:
    """Return a request's scope as uvicorn makes it."""
    return {**_scope(question, headers), "type": "http", "method": question.method}


def websocket_scope(question: Question) -> dict[str, Any]:
    """Return a connection's scope as uvicorn makes it."""
    return {
        **_scope(question, list(question.headers)),
        "type": "websocket",
        "scheme": "ws",
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }


def _scope(question: Question, headers: list[RawHeader]) -> dict[str, Any]:
    return {
        "type": "",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
        "root_path": "",
        "path": question.path,
        "raw_path": question.path.encode(),
        "query_string": question.query,
        "headers": headers,
        "state": {},
    }


def requests(app: Any, question: Question, headers: list[RawHeader]) -> Drive:
    """Return what asks an app a question so many times."""
    template = http_scope(question, headers)
    event = {"type": "http.request", "body": question.body, "more_body": False}

    async def drive(count: int) -> Exchange:
        for _ in range(count):
            exchange = Exchange(event)
            scope = {**template, "headers": list(headers), "state": {}}
            await app(scope, exchange.receive, exchange.send)
        return exchange

    return drive


def connections(app: Any, question: Question) -> Drive:
    """Return what opens so many connections that the app closes."""
    template = websocket_scope(question)
    headers = template["headers"]
    event = {"type": "websocket.connect"}

    async def drive(count: int) -> Exchange:
        for _ in range(count):
            exchange = Exchange(event)
            scope = {**template, "headers": list(headers), "state": {}}
            await app(scope, exchange.receive, exchange.send)
        return exchange

    return drive


def messages(app: Any, question: Question) -> Drive:
    """Return what sends so many messages over one connection."""

    async def drive(count: int) -> Conversation:
        conversation = Conversation(count)
        await app(websocket_scope(question), conversation.receive, conversation.send)
        if conversation.answers < count:
            raise RuntimeError(f"expected {count} answers, got {conversation.answers}")
        return conversation

    return drive
