"""The apps that labs serve in tests, on either transport."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from micropie import App, ConnectionClosed
from playground import Lab, serve

TRANSPORTS = ["server", "memory"]
on_both = pytest.mark.parametrize("transport", TRANSPORTS)


class Echo(App):
    async def index(self) -> str:
        return "hello"

    async def greet(self, name: str = "Guest") -> dict[str, str]:
        return {"hello": name}

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        while True:
            try:
                message = await ws.receive_text()
            except ConnectionClosed:
                break
            await ws.send_text(f"Echo: {message}")

    async def ws_fail(self, ws: Any) -> None:
        await ws.accept()
        raise KeyError(await ws.receive_text())


class Loud(App):
    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())


async def serving(app: Any, transport: str = "server", **options: Any) -> Lab:
    lab = serve(app, transport=transport, **options)  # type: ignore[arg-type]
    await lab.get("/")  # with the memory transport the app starts in this loop
    return lab


async def until(condition: Callable[[], Any]) -> None:
    """Wait for what comes to be true, with a deadline."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def swapped(lab: Lab, app: Any = None, **options: Any) -> None:
    done = lab.swap(app, **options)
    if not isinstance(done, int):
        await done
