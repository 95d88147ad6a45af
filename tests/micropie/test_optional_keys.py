"""Scopes as small as ASGI allows: whatever it calls optional may be absent, or `None`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from micropie import App, HttpMiddleware, WebSocketMiddleware
from micropie.mounts import mount
from tests.micropie.drive import Answer, Socket, logged

FULL: dict[str, dict[str, Any]] = {
    "http": {
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/room/lobby",
        "raw_path": b"/room/lobby",
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 80),
        "state": {},
        "extensions": {},
    },
    "lifespan": {"asgi": {"version": "3.0"}, "state": {}},
}
FULL["websocket"] = {**FULL["http"], "subprotocols": []}
# ASGI 3.0: what a scope of any kind must have.
NEEDED = {"type", "method", "path"}


class Site(App):
    async def room(self, name="none"):
        request = self.request
        return [name, request.query("q"), request.headers, request.form("f"), request.session]

    async def fail(self):
        raise KeyError("fail")

    async def ws_room(self, ws, name="none"):
        _ = (ws.headers, ws.path, ws.client, ws.subprotocols, ws.session_id)
        await ws.accept()
        await ws.send_text(name)


class Looking(HttpMiddleware, WebSocketMiddleware):
    async def before_request(self, request):
        _ = (request.headers, request.query_params, request.path_params, request.method)

    async def before_websocket(self, request):
        _ = (request.headers, request.query_params, request.path_params)


def site() -> Site:
    app, inner = Site(), Site()
    app.middlewares.append(Looking())
    app.ws_middlewares.append(Looking())
    mount(app, "/inner", inner)
    return app


def scopes(kind: str) -> list[dict[str, Any]]:
    """Return scopes without each optional key, with `None` for each, and without all of them."""
    full = {"type": kind, **FULL[kind]}
    optional = full.keys() - NEEDED
    found = [{key: value for key, value in full.items() if key != left} for left in optional]
    found += [{**full, left: None} for left in optional]
    return [*found, {key: value for key, value in full.items() if key in NEEDED}]


async def ask(scope: dict[str, Any]) -> Answer:
    answer, events = Answer(), [{"type": "http.request"}]

    async def receive() -> Any:
        return events.pop() if events else await asyncio.Event().wait()

    async def send(event: Any) -> None:
        answer.take(event)

    await site()(scope, receive, send)
    return answer


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize("prefix", ["", "/inner"])
async def test_a_request_is_served_without_what_is_optional(method: str, prefix: str) -> None:
    for scope in scopes("http"):
        answer = await ask({**scope, "method": method, "path": f"{prefix}/room/lobby"})
        assert answer.status == 200, scope
        if method != "HEAD":
            assert answer.json() == ["lobby", None, {}, None, {}]


@pytest.mark.parametrize("path", ["/fail", "/nothing", "/inner/fail", "/inner/nothing"])
async def test_a_failure_is_told_without_what_is_optional(path: str) -> None:
    for scope in scopes("http"):
        with logged() as records:
            answer = await ask({**scope, "path": path})
        assert answer.status == (500 if "fail" in path else 404), scope
        assert len(records) == ("fail" in path)


@pytest.mark.parametrize("prefix", ["", "/inner"])
async def test_a_socket_is_served_without_what_is_optional(prefix: str) -> None:
    for scope in scopes("websocket"):
        socket = Socket({"type": "websocket.connect"})
        await site()({**scope, "path": f"{prefix}/room/lobby"}, socket.receive, socket.send)
        assert socket.messages == ["lobby"], scope
        assert socket.kinds == ["accept", "send", "close"]


async def test_a_socket_is_refused_without_what_is_optional() -> None:
    for scope in scopes("websocket"):
        socket = Socket({"type": "websocket.connect"})
        await site()({**scope, "path": "/nothing"}, socket.receive, socket.send)
        assert socket.closing == (1008, "No matching WebSocket route"), scope


async def test_a_path_may_be_had_from_the_raw_one_alone() -> None:
    raw = b"/room/caf%C3%A9?q=no"
    answer = await ask({"type": "http", "method": "GET", "raw_path": raw})
    assert answer.json()[0] == "café"
    assert (await ask({"type": "http", "raw_path": b"/inner/room/a%2Fb"})).json()[0] == "a/b"
    assert (await ask({"type": "http"})).status == 404


async def test_a_lifespan_needs_no_more_than_its_type() -> None:
    for scope in scopes("lifespan"):
        events = [{"type": "lifespan.shutdown"}, {"type": "lifespan.startup"}]
        told: list[str] = []

        async def receive(events: list[Any] = events) -> Any:
            return events.pop()

        async def send(event: Any, told: list[str] = told) -> None:
            told.append(event["type"])

        await site()(scope, receive, send)
        assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
