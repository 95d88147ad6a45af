"""The smallest ASGI apps that show a point, and a client side to drive them with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

from playground.stage import Stage

Event = MutableMapping[str, Any]
DEADLINE = 2.0


class Line:
    """The client and server side of one WebSocket: what a server would give to an ASGI app.

    `receive` hands out what was `put`, without reading ahead; `sent` is what the app sent.
    """

    def __init__(self, path: str = "/echo") -> None:
        self.scope: Event = {
            "type": "websocket",
            "path": path,
            "headers": [],
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
        self.inbox: asyncio.Queue[Event] = asyncio.Queue()
        self.sent: list[Event] = []
        self.changed = asyncio.Condition()
        self.inbox.put_nowait({"type": "websocket.connect"})

    async def receive(self) -> Event:
        return await self.inbox.get()

    async def send(self, event: Event) -> None:
        async with self.changed:
            self.sent.append(event)
            self.changed.notify_all()

    def put(self, text: str) -> None:
        self.inbox.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self, code: int = 1000) -> None:
        self.inbox.put_nowait({"type": "websocket.disconnect", "code": code})

    @property
    def texts(self) -> list[str]:
        return [event["text"] for event in self.sent if event["type"] == "websocket.send"]

    @property
    def closes(self) -> list[tuple[int, str]]:
        return [
            (event["code"], event.get("reason", ""))
            for event in self.sent
            if event["type"] == "websocket.close"
        ]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self.changed, asyncio.timeout(DEADLINE):
            await self.changed.wait_for(condition)

    async def answer(self, text: str) -> str:
        """Put a message and wait for one more to be sent."""
        count = len(self.texts)
        self.put(text)
        await self.until(lambda: len(self.texts) > count)
        return self.texts[-1]


def websocket(handle: Callable[[Any, Any], Awaitable[None]], subprotocol: str | None = None) -> Any:
    """Return an ASGI app that accepts WebSockets and has each handled."""

    async def app(scope: Event, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept", "subprotocol": subprotocol})
        await handle(receive, send)

    return app


def echo(tag: str) -> Any:
    """Return an app that answers each message with a tag before it."""

    async def handle(receive: Any, send: Any) -> None:
        while (event := await receive())["type"] != "websocket.disconnect":
            await say(send, f"{tag} {event['text']}")

    return websocket(handle)


async def say(send: Any, text: str) -> None:
    await send({"type": "websocket.send", "text": text})


@contextlib.asynccontextmanager
async def opened(stage: Stage, *lines: Line) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Connect lines to a stage; at the end clients leave and every task must end."""
    tasks = [asyncio.create_task(stage(line.scope, line.receive, line.send)) for line in lines]
    for line in lines:
        await line.until(partial(bool, line.sent))
    try:
        yield tasks
    finally:
        for line in lines:
            line.leave()
        done, late = await asyncio.wait(tasks, timeout=3)
        for task in late:
            task.cancel()
        assert not late
        for task in done:
            task.result()


async def on_stage(app: Any, **options: Any) -> Stage:
    stage = Stage(**options)
    await stage.swap(app)
    return stage


async def taken(*lines: Line) -> None:
    """Wait until handlers have taken all that was put, and have gone on as far as they can."""
    async with asyncio.timeout(DEADLINE):
        while not all(line.inbox.empty() for line in lines):
            await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)
