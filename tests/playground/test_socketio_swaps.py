"""Socket.IO's connections outlive new code: their clients connect again, and miss no answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio

from micropie import App
from micropie.mounts import mount
from playground import Lab, serve

pytestmark = pytest.mark.live

SECONDS = 20


def site(answer: str) -> type[App]:
    """Make an app with a Socket.IO server of its own, as a cell that is run again does."""

    class Site(App):
        def __init__(self) -> None:
            super().__init__()
            sio = socketio.AsyncServer(async_mode="asgi")
            sio.on("ask", lambda sid: answer)
            mount(self, "/socket.io", socketio.ASGIApp(sio, socketio_path=None))

        async def ws_echo(self, ws: Any) -> None:
            await ws.accept()
            async for message in ws:
                await ws.send_text(f"{answer}: {message}")

    return Site


@pytest.fixture
async def client() -> AsyncIterator[socketio.AsyncClient]:
    """A client that says in `connected` each time it is there."""
    client = socketio.AsyncClient(reconnection_delay=0.01, reconnection_delay_max=0.05)
    client.connected_again = asyncio.Event()
    client.on("connect", client.connected_again.set)
    yield client
    await client.disconnect()


async def connect(client: socketio.AsyncClient, lab: Lab) -> None:
    named = {"x-playground-client": "ada"}
    await client.connect(lab.local_url, transports=["websocket"], headers=named)
    assert await client.call("ask", timeout=SECONDS) == "old"
    client.connected_again.clear()


async def test_after_a_swap_the_client_connects_again_and_is_answered_by_the_new_code(
    client: socketio.AsyncClient,
) -> None:
    lab = serve(site("old"), name="Site")
    await connect(client, lab)
    bob = await lab.connect("/echo", client="bob")
    lab.swap(site("new"))
    async with asyncio.timeout(SECONDS):
        await client.connected_again.wait()
    assert await client.call("ask", timeout=SECONDS) == "new"
    await bob.send("hi")
    assert await bob.receive() == "new: hi"
    (swap,) = lab.log.filter("kind:swap /revision 2/")
    assert str(swap.data).endswith(
        "1 socket handed over · 1 socket closed with 1012: Socket.IO connects again"
    )
    closed = lab.log.filter("client:ada kind:close")[0]
    assert (closed.sender, closed.code) == ("server", 1012)


async def test_a_connection_that_is_kept_goes_on_with_the_old_code(
    client: socketio.AsyncClient,
) -> None:
    lab = serve(site("old"), name="Site", on_swap="keep")
    await connect(client, lab)
    lab.swap(site("new"))
    assert await client.call("ask", timeout=SECONDS) == "old"
    assert not client.connected_again.is_set()
