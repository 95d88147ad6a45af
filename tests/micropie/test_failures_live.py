"""Whatever leaves a handler, on bare servers: they answer everybody else, and stop as ever."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import websockets

from tests.micropie.servers import hypercorn_server, uvicorn_server
from tests.micropie.test_failures import ESCAPES, Leaving

pytestmark = pytest.mark.live

Serve = Callable[[Any], AbstractContextManager[int]]
SERVERS: dict[str, Serve] = {
    "uvicorn": lambda app: uvicorn_server(app, http="h11", ws="websockets-sansio"),
    "hypercorn": hypercorn_server,
}


def asked(port: int, path: str) -> int | str:
    """Return the status of a page, or that its body broke off."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
    except (http.client.IncompleteRead, http.client.RemoteDisconnected):
        return "broken off"
    finally:
        connection.close()
    return response.status


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES)
@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS)
async def test_a_server_goes_on(serve: Serve, escape: Callable[[], Any]) -> None:
    with serve(Leaving(escape)) as port:
        address = f"ws://127.0.0.1:{port}/later"
        async with websockets.connect(address) as other, websockets.connect(address) as leaves:
            for path in ("/page", "/sync"):
                assert await asyncio.to_thread(asked, port, path) == 500
            for path in ("/poured", "/dripped"):
                assert await asyncio.to_thread(asked, port, path) == "broken off"
            await leaves.send("go")
            with pytest.raises(websockets.ConnectionClosed) as end:
                await leaves.recv()
            assert end.value.rcvd is not None
            assert end.value.rcvd.code == 1011
            assert await asyncio.to_thread(asked, port, "/") == 200
            await (await other.ping())
