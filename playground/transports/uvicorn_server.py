"""A uvicorn server that starts and stops when it is told to: no signals, exits or fixed pauses."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from playground.transports import Cut, server_internals

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
        server_internals.keep_order(self)
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
            except asyncio.CancelledError:
                # Whoever wants the server to stop sets the event.
                task = asyncio.current_task()
                if task is not None:
                    task.uncancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, say goodbye with 1012, wait for `grace`, then cancel."""
        for server in self.servers:
            server.close()
        for each in sockets or ():
            # Closing is not enough where a forked child has it open too: the port would go on
            # taking connections that nobody answers.
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        await asyncio.sleep(0)  # who was accepted last is known with the next turn
        open_now = server_internals.connections_of(self)
        sockets_open = sum(map(server_internals.is_websocket, open_now))
        server_internals.close(open_now)
        late = await self._wait_for_tasks(self.grace)
        for task in late:
            task.cancel()
        await self._wait_for_tasks(self.grace / 2)
        requests = sum(1 for task in late if not server_internals.handles_websocket(task))
        self.cut = Cut(sockets=sockets_open, requests=requests)

    async def _wait_for_tasks(self, seconds: float) -> set[asyncio.Task[Any]]:
        tasks = server_internals.tasks_of(self)
        if not tasks:
            return set()
        _, late = await asyncio.wait(tasks, timeout=seconds)
        return late
