"""uvicorn.Server with an end that can be waited for: no signals, no exit, no fixed pauses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from playground.transports import Cut

# uvicorn refreshes its Date header when a counter that goes up ten times a second is a multiple of
# ten; we tick once a second.
TICK = 1.0


class Server(uvicorn.Server):
    """Serve until an event is set, then end what is open within a grace period.

    Args:
        config: uvicorn's.
        stopping: Set on the server's loop to make it stop.
        on_ready: Called once connections are accepted.
        grace: Seconds that open connections have to end by themselves.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        stopping: asyncio.Event,
        on_ready: Callable[[], None],
        grace: float,
    ) -> None:
        super().__init__(config)
        self.server_state.connections = _InOrder()  # type: ignore[assignment]
        self.stopping = stopping
        self.on_ready = on_ready
        self.grace = grace
        self.cut = Cut()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections, and say so."""
        await super().startup(sockets)
        await self.on_tick(0)
        self.on_ready()

    async def main_loop(self) -> None:
        """Wait for the event, keeping the Date header fresh."""
        while not self.stopping.is_set():
            await self.on_tick(0)
            try:
                await asyncio.wait_for(self.stopping.wait(), TICK)
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, say goodbye with 1012, wait for `grace`, then cancel."""
        for server in self.servers:
            server.close()
        for each in sockets or ():
            each.close()
        open_now = list(self.server_state.connections)
        sockets_open = sum(1 for connection in open_now if _is_websocket(connection))
        for connection in open_now:
            connection.shutdown()
        late = await self._wait_for_tasks(self.grace)
        for task in late:
            task.cancel()
        await self._wait_for_tasks(self.grace / 2)
        requests = sum(1 for task in late if not _handles_websocket(task))
        self.cut = Cut(sockets=sockets_open, requests=requests)

    async def _wait_for_tasks(self, seconds: float) -> set[asyncio.Task[Any]]:
        tasks = set(self.server_state.tasks)
        if not tasks:
            return set()
        _, late = await asyncio.wait(tasks, timeout=seconds)
        return late


class _InOrder(dict[Any, None]):
    """A set in the order of adding: connections are closed in the order they were opened."""

    def add(self, connection: Any) -> None:
        """Add a connection."""
        self[connection] = None

    def discard(self, connection: Any) -> None:
        """Remove a connection, if it is there."""
        self.pop(connection, None)

    remove = discard


def _is_websocket(connection: Any) -> bool:
    return hasattr(connection, "handshake_complete")


def _handles_websocket(task: asyncio.Task[Any]) -> bool:
    # uvicorn runs an app in `WebSocketsSansIOProtocol.run_asgi` or `RequestResponseCycle.run_asgi`.
    return "WebSocket" in getattr(task.get_coro(), "__qualname__", "")
