"""Who ended a connection is said as it was on the wire, whatever the code suggests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from micropie import App
from playground import serve
from playground.lab import Lab
from playground.traffic.model import Entry

pytestmark = pytest.mark.live


class Site(App):
    async def index(self) -> Any:
        async def parts() -> Any:
            yield "first"
            await asyncio.Event().wait()

        return parts()

    async def ws_wait(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            await ws.close(4001, "enough")


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    made = serve(Site)
    yield made
    made.stop()


async def ended(lab: Lab, wire: ClientConnection) -> tuple[str, int | None, str | bytes | None]:
    await wire.wait_closed()
    return row(await lab.until("kind:close", timeout=20))


def row(entry: Entry) -> tuple[str, int | None, str | bytes | None]:
    return entry.sender, entry.code, entry.data


@pytest.mark.parametrize("code", [1000, 1002, 1009, 1011, 4000])
async def test_a_client_that_closes_is_the_one_who_did(lab: Lab, code: int) -> None:
    wire = await connect(f"ws://127.0.0.1:{lab.port}/wait")
    await wire.close(code, "bye")
    assert await ended(lab, wire) == ("client", code, "bye")


async def test_a_handler_that_closes_is_the_one_who_did(lab: Lab) -> None:
    wire = await connect(f"ws://127.0.0.1:{lab.port}/wait")
    await wire.send("x")
    assert await ended(lab, wire) == ("server", 4001, "enough")


async def test_a_server_that_refuses_a_frame_is_the_one_who_closed(lab: Lab) -> None:
    wire = await connect(f"ws://127.0.0.1:{lab.port}/wait")
    wire.transport.write(b"\x81\x82aaaa\x9e\x9e")  # text that is no UTF-8
    sender, code, _ = await ended(lab, wire)
    assert (sender, code) == ("server", 1007)


async def test_a_client_that_vanishes_left_with_1006(lab: Lab) -> None:
    wire = await connect(f"ws://127.0.0.1:{lab.port}/wait")
    wire.transport.abort()
    assert row(await lab.until("kind:close", timeout=20)) == ("client", 1006, "")


async def test_an_http_client_that_leaves_is_the_one_who_did(lab: Lab) -> None:
    with socket.create_connection(("127.0.0.1", lab.port or 0)) as raw:
        await asyncio.to_thread(raw.sendall, b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        await asyncio.to_thread(raw.recv, 1000)
    assert (await lab.until("kind:close", timeout=20)).sender == "client"
