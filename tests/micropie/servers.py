"""Real servers on 127.0.0.1, each in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from typing import Any

import hypercorn.asyncio
import hypercorn.config
import uvicorn

from micropie.types import ASGIApp
from tests.micropie.peers import DEADLINE, MAX_MESSAGE


@contextlib.contextmanager
def in_thread(serve: Callable[[asyncio.Event], Awaitable[None]]) -> Iterator[None]:
    """Run a coroutine in a thread with a loop of its own; set its event at the end, and wait."""
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def main() -> None:
        stop = asyncio.Event()
        started.set_result((asyncio.get_running_loop(), stop))
        await serve(stop)

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    loop, stop = started.result(DEADLINE)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(2 * DEADLINE)
        assert not thread.is_alive(), "the server's thread did not end"


def listener() -> socket.socket:
    """Return a socket that listens already, so that clients can connect at once."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(100)
    return sock


@contextlib.contextmanager
def uvicorn_server(app: ASGIApp, *, http: Any, ws: Any, **options: Any) -> Iterator[int]:
    """Serve with uvicorn and more of its options; give the port."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=http,
            ws=ws,
            loop="asyncio",
            log_config=None,
            access_log=False,
            ws_max_size=MAX_MESSAGE,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
            **options,
        )
    )
    sock = listener()

    async def serve(stop: asyncio.Event) -> None:
        task = asyncio.create_task(server.serve(sockets=[sock]))
        await asyncio.wait({task, asyncio.create_task(stop.wait())}, return_when="FIRST_COMPLETED")
        server.should_exit = True
        await task

    with in_thread(serve):
        yield sock.getsockname()[1]


@contextlib.contextmanager
def hypercorn_server(app: ASGIApp) -> Iterator[int]:
    """Serve with Hypercorn; give the port."""
    sock = listener()
    config = hypercorn.config.Config()
    port = sock.getsockname()[1]
    config.bind = [f"fd://{sock.detach()}"]
    config.errorlog = logging.getLogger("hypercorn.error")
    config.websocket_max_message_size = MAX_MESSAGE
    config.graceful_timeout = 1

    async def serve(stop: asyncio.Event) -> None:
        await hypercorn.asyncio.serve(app, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]

    with in_thread(serve):
        yield port
