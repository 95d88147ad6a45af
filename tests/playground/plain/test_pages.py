"""The pages of a panel, asked as a server asks: a page that goes is forgotten, however all ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from playground.plain.door import Door
from playground.plain.keys import Keys
from playground.plain.pages import LINE, Pages
from tests.playground.plain.test_models import Hosted


@pytest.fixture
async def hosted() -> Any:
    made = Hosted()
    yield made
    made.panel.close()


async def _port() -> int:
    return 0


async def test_a_page_is_forgotten_whose_server_ends_as_it_goes(hosted: Hosted) -> None:
    keys, worker, blocked, gone = Keys(), ThreadPoolExecutor(1), Event(), asyncio.Event()
    left: list[int] = []

    async def aside(function: Callable[[], Any]) -> Any:
        asked = asyncio.get_running_loop().run_in_executor(worker, function)
        if gone.is_set():
            # As a server that stops does with what its thread has not begun.
            worker.shutdown(wait=False, cancel_futures=True)
            blocked.set()
        return await asked

    async def receive() -> dict[str, Any]:
        if not said:
            await gone.wait()
        return said.pop() if said else {"type": "websocket.disconnect", "code": 1001}

    async def send(event: dict[str, Any]) -> None:
        if event["type"] == "websocket.send" and not gone.is_set():
            worker.submit(blocked.wait)
            gone.set()

    said = [{"type": "websocket.connect"}]
    door = Door(keys, _port, lambda: None)
    pages = Pages("Chat", keys, door, lambda: hosted.models, aside, lambda: left.append(1))
    host = "127.0.0.1:1"
    cookie = keys.cookie().partition(";")[0]
    headers = {"cookie": cookie, "host": host, "origin": f"http://{host}"}
    scope = {
        "type": "websocket",
        "path": LINE,
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await pages(scope, receive, send)
    assert (hosted.models.lines, left) == (0, [1])
