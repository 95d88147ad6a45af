"""The rules of an opening handshake, one small app each."""

from __future__ import annotations

import asyncio
from typing import Any

from micropie.types import Receive, Scope, Send
from tests.micropie.asgi_rules import Rules, accept, attempt, close, connect, drain, listen, text
from tests.micropie.peers import Peer, Refused, Run, Saw

RULES = Rules()
case = RULES.case

GREETING = [("x-one", "1"), ("x-two", "2")]


@case("a close before accept is 403", connect, [("refused", 403, "")], [("disconnect", 1006, "")])
async def refuses(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await receive()
    await send(close(4000, "no"))
    await listen(receive, saw)


@case(
    "returning without an answer is 500", connect, [("refused", 500, "Internal Server Error")], []
)
async def returns_at_once(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await receive()


@case("raising before accept is 500", connect, [("refused", 500, "Internal Server Error")], [])
async def raises_at_once(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    raise LookupError("before accept")


@case(
    "sending before accept raises and leaves accept possible",
    connect,
    ["hello", ("closed", 1000, "")],
    ["error", "error", "error"],
)
async def sends_early(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await attempt(send, text("early"), saw)
    await attempt(send, {"type": "websocket.http.response.body", "body": b""}, saw)
    await attempt(send, {"type": "nonsense"}, saw)
    await accept(receive, send)
    await send(text("hello"))
    await send(close())


@case("accept needs no receive", connect, ["hello", ("closed", 1000, "")], ["websocket.connect"])
async def accepts_unasked(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send({"type": "websocket.accept"})
    await send(text("hello"))
    saw((await receive())["type"])
    await send(close())


@case(
    "accepting twice raises and harms nothing", connect, ["hello", ("closed", 1000, "")], ["error"]
)
async def accepts_twice(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await attempt(send, {"type": "websocket.accept"}, saw)
    await send(text("hello"))
    await send(close())


async def offer(peer: Peer, run: Run) -> list[Any]:
    try:
        wire = await peer.connect(subprotocols=["one", "two"])
    except Refused as refused:
        return [("refused", refused.status, refused.body)]
    extra = [pair for pair in wire.headers if pair[0].startswith("x-")]
    return [wire.subprotocol, *extra, *await drain(wire)]


@case("a subprotocol is chosen", offer, ["two", ("closed", 1000, "")], [["one", "two"]])
async def chooses(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    saw(list(scope["subprotocols"]))
    await send({"type": "websocket.accept", "subprotocol": "two"})
    await send(close())


@case(
    "a subprotocol that was not offered raises",
    offer,
    [("refused", 0, "")],
    ["error"],
)
async def invents(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await attempt(send, {"type": "websocket.accept", "subprotocol": "three"}, saw)


@case("accept adds headers", offer, [None, *GREETING, ("closed", 1000, "")], [])
async def adds_headers(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    headers = [(b"X-One", b"1"), (b"x-two", b"2")]
    await send({"type": "websocket.accept", "headers": headers})
    await send(close())


@case("accept headers are bytes", offer, [None, ("closed", 1000, "")], ["error"])
async def adds_text_headers(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await attempt(send, {"type": "websocket.accept", "headers": [("x-one", "1")]}, saw)
    await send({"type": "websocket.accept"})
    await send(close())


async def refused_in_full(peer: Peer, run: Run) -> list[Any]:
    try:
        await peer.connect()
    except Refused as refused:
        extra = [pair for pair in refused.headers if pair[0].startswith("x-")]
        return [refused.status, refused.body, *extra]
    return ["accepted"]


@case(
    "a refusal can be an HTTP response",
    refused_in_full,
    [404, "not here", ("x-why", "lost")],
    [("disconnect", 1006, "")],
)
async def responds(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    assert "websocket.http.response" in scope["extensions"]
    kind, headers = "websocket.http.response", [(b"x-why", b"lost")]
    await receive()
    await send({"type": f"{kind}.start", "status": 404, "headers": headers})
    await send({"type": f"{kind}.body", "body": b"not ", "more_body": True})
    await send({"type": f"{kind}.body", "body": b"here"})
    await listen(receive, saw)


@case("a refusal that has begun cannot be taken back", connect, [("refused", 404, "")], ["error"])
async def takes_back(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    kind = "websocket.http.response"
    await send({"type": f"{kind}.start", "status": 404, "headers": []})
    await attempt(send, {"type": "websocket.accept"}, saw)
    await send({"type": f"{kind}.body", "body": b""})


@case("a refusal that is not finished is one", connect, [("refused", 0, "")], [])
async def refuses_halfway(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    kind = "websocket.http.response"
    await send({"type": f"{kind}.start", "status": 404, "headers": []})
    await send({"type": f"{kind}.body", "body": b"half", "more_body": True})


@case("a refusal needs a real status", connect, [("refused", 403, "")], ["error"])
async def responds_oddly(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    start = {"type": "websocket.http.response.start", "status": 999, "headers": []}
    await attempt(send, start, saw)
    await send(close())


async def leave_early(peer: Peer, run: Run) -> list[Any]:
    connecting = asyncio.create_task(peer.connect())
    await run.until(1)
    connecting.cancel()
    await asyncio.wait({connecting})
    return []


@case(
    "a client that leaves before accept is gone",
    leave_early,
    [],
    ["waiting", "websocket.disconnect", "OSError"],
)
async def accepts_late(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await receive()
    saw("waiting")
    saw((await receive())["type"])
    await attempt(send, {"type": "websocket.accept"}, saw)


async def percent(peer: Peer, run: Run) -> list[Any]:
    return await drain(await peer.connect("/a%20b/%2F?q=%20&q=2", headers=[("X-Mixed", "é")]))


@case(
    "the scope is what the client asked for",
    percent,
    [("closed", 1000, "")],
    [
        ("path", "/a b//"),
        ("raw_path", b"/a%20b/%2F"),
        ("query_string", b"q=%20&q=2"),
        ("scheme", "ws"),
        ("http_version", "1.1"),
        ("root_path", ""),
        ("subprotocols", []),
        ("state", {}),
        (b"x-mixed", "é".encode("latin-1")),
        (b"upgrade", b"websocket"),
        (b"sec-websocket-version", b"13"),
    ],
)
async def looks(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    names = "path raw_path query_string scheme http_version root_path subprotocols state"
    for name in names.split():
        saw((name, scope[name]))
    headers = dict(scope["headers"])
    for header in (b"x-mixed", b"upgrade", b"sec-websocket-version"):
        saw((header, headers[header]))
    await send({"type": "websocket.accept"})
    await send(close())
