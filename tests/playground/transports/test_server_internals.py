"""Without the private names of uvicorn and websockets a lab serves, and says what it lacks."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from playground.transports import Cut, server_internals
from playground.transports.endings import ending
from playground.transports.frames import watch
from playground.transports.server import ServerTransport


async def answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_a_server_that_shows_nothing_has_nothing_open() -> None:
    bare = SimpleNamespace()
    assert server_internals.connections_of(bare) == []
    assert server_internals.tasks_of(bare) == set()
    server_internals.keep_order(bare)
    server_internals.close([bare])
    assert not server_internals.is_websocket(bare)
    assert server_internals.unseen(bare).startswith("uvicorn ")


def test_a_connection_that_shows_nothing_has_not_ended_and_no_frames() -> None:
    async def receive() -> Any: ...

    assert ending(receive) is None
    assert watch(receive, lambda frame: None, lambda: None).startswith("No frames can be seen here")


def test_who_closed_first_is_not_guessed() -> None:
    both = SimpleNamespace(close_sent=SimpleNamespace(code=1000, reason=""), close_rcvd=object())
    assert server_internals.first_close(both) is None


@pytest.mark.live
async def test_what_a_server_does_not_show_is_said_and_it_serves_and_stops_nevertheless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_internals, "unseen", lambda server: "no connections are shown")
    monkeypatch.setattr(server_internals, "connections_of", lambda server: [])
    monkeypatch.setattr(server_internals, "tasks_of", lambda server: set())
    said: list[str] = []
    transport = ServerTransport(answer, on_trouble=said.append)
    transport.start()
    assert said == ["no connections are shown"]
    assert (await transport.run(transport.request("GET", "/"))).status == 204
    assert await asyncio.to_thread(transport.stop) == Cut()
    assert not transport.running
