"""An app's start: some frameworks answer only after it."""

from __future__ import annotations

import asyncio
from typing import Any

# The loop itself holds a task only weakly.
_RUNNING: set[asyncio.Task[Any]] = set()


async def start(app: Any) -> None:
    """Run an app's lifespan as far as its start; an app that knows of none needs none."""
    events = [{"type": "lifespan.startup"}]
    started = asyncio.Event()

    async def receive() -> Any:
        return events.pop() if events else await asyncio.Future()

    async def send(event: Any) -> None:
        if event["type"] == "lifespan.startup.failed":
            raise RuntimeError(f"expected the app to start, got {event!r}")
        started.set()

    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.ensure_future(app(scope, receive, send))
    _RUNNING.add(task)
    waiting = asyncio.ensure_future(started.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task.done():
        # That is how an app says that it knows of no lifespan (ASGI, "Lifespan Protocol").
        task.exception()
