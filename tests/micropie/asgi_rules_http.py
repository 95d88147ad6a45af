"""The rules of an HTTP exchange, one small app each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from micropie.types import Receive, Scope, Send
from tests.micropie.asgi_rules import Rules, ask, attempt, body, start
from tests.micropie.peers import Peer, Run, Saw

RULES = Rules()
case = RULES.case

FAILED = [500, b"Internal Server Error", "complete"]
LENGTH_5 = (b"content-length", b"5")


async def listen_once(receive: Receive, saw: Saw) -> None:
    """Note the next event, or that none comes."""
    try:
        async with asyncio.timeout(0.2):
            saw((await receive())["type"])
    except TimeoutError:
        saw("hangs")


# The request.


async def read(receive: Receive, saw: Saw) -> bytes:
    """Read the whole request body."""
    whole = b""
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            saw("disconnect")
            return whole
        whole += bytes(event["body"])
        if not event["more_body"]:
            return whole


@case("a body goes there and back", ask("POST", data=b"ping"), [200, b"ping", "complete"], [])
async def echoes(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    content = await read(receive, saw)
    await send(start())
    await send(body(content))


BIG = bytes(range(256)) * 2000


@case("a big body comes in pieces", ask("PUT", data=BIG), [200, b"", "complete"], [BIG, "pieces"])
async def counts(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    pieces = [event := await receive()]
    while event["more_body"]:
        pieces.append(event := await receive())
    saw(b"".join(piece["body"] for piece in pieces))
    saw("pieces" if len(pieces) > 1 else "one piece")
    await send(start())
    await send(body())


async def upload(peer: Peer, run: Run) -> list[Any]:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(3):
            yield b"%d" % number
            await run.until(number + 1)

    async with peer.stream("POST", body=pieces()) as stream:
        return [stream.status, *await stream.read()]


@case(
    "a streamed body arrives while it is sent",
    upload,
    [200, b"", "complete"],
    [b"0", b"1", b"2", "end"],
)
async def watches(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    more = True
    while more:
        event = await receive()
        more = event["more_body"]
        if event["body"]:
            saw(event["body"])
    saw("end")
    await send(start())
    await send(body())


async def give_up(peer: Peer, run: Run) -> list[Any]:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        await run.until(1)
        raise LookupError("no more")

    try:
        async with peer.stream("POST", body=pieces()) as stream:
            return [stream.status]
    except LookupError:
        return ["gave up"]


@case("half an upload ends in a disconnect", give_up, ["gave up"], [b"half", "disconnect", "sent"])
async def is_given_up(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    saw((await receive())["body"])
    await read(receive, saw)
    await attempt(send, start(), saw)


async def peculiar(peer: Peer, run: Run) -> list[Any]:
    headers = [("X-Mixed", "1"), ("x-mixed", "2")]
    async with peer.stream("DELETE", "/a%20b/%2F?q=%20&q=2", headers) as stream:
        return [stream.status]


@case(
    "the scope is what the client asked for",
    peculiar,
    [200],
    [
        ("method", "DELETE"),
        ("path", "/a b//"),
        ("raw_path", b"/a%20b/%2F"),
        ("query_string", b"q=%20&q=2"),
        ("scheme", "http"),
        ("http_version", "1.1"),
        ("root_path", ""),
        ("state", {}),
        [b"1", b"2"],
        (b"", False),
    ],
)
async def looks(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    names = "method path raw_path query_string scheme http_version root_path state"
    for name in names.split():
        saw((name, scope[name]))
    saw([value for name, value in scope["headers"] if name == b"x-mixed"])
    event = await receive()
    saw((event["body"], event["more_body"]))
    await send(start())
    await send(body())


# The response.


async def with_headers(peer: Peer, run: Run) -> list[Any]:
    async with peer.stream("GET") as stream:
        extra = [pair for pair in stream.headers if pair[0].startswith("x-")]
        return [*extra, *await stream.read()]


@case(
    "a streamed response is whole",
    with_headers,
    [("x-a", "1"), ("x-a", "2"), b"abc", "complete"],
    [],
)
async def streams(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start(200, (b"X-A", b"1"), (b"x-a", b"2")))
    for part in (b"a", b"", b"b"):
        await send(body(part, more=True))
    await send(body(b"c"))


@case("raising before the start is 500", ask(), FAILED, [])
async def raises_at_once(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    raise LookupError("before start")


@case("returning without a response is 500", ask(), FAILED, [])
async def returns_at_once(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await receive()


@case("raising in mid-response cuts it", ask(), [200, b"a", "cut"], [])
async def raises_midway(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start())
    await send(body(b"a", more=True))
    raise LookupError("midway")


@case("returning in mid-response cuts it", ask(), [200, b"a", "cut"], [])
async def returns_midway(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start())
    await send(body(b"a", more=True))


@case("an app returns None", ask(), [200, b"a", "cut"], [])
async def returns_something(scope: Scope, receive: Receive, send: Send, saw: Saw) -> str:
    await send(start())
    await send(body(b"a", more=True))
    return "something"


@case("a body before the start raises", ask(), [200, b"a", "complete"], ["error", "error"])
async def sends_early(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await attempt(send, body(b"early"), saw)
    await attempt(send, {"type": "nonsense"}, saw)
    await send(start())
    await send(body(b"a"))


@case("starting twice raises", ask(), [200, b"a", "complete"], ["error", "error"])
async def starts_twice(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start())
    await attempt(send, start(), saw)
    await attempt(send, {"type": "nonsense"}, saw)
    await send(body(b"a"))


@case("nothing can be sent after the end", ask(), [200, b"a", "complete"], ["error", "error"])
async def goes_on(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start())
    await send(body(b"a"))
    await attempt(send, body(b"b"), saw)
    await attempt(send, start(), saw)


@case("raising after the end changes nothing", ask(), [200, b"a", "complete"], [])
async def raises_late(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start())
    await send(body(b"a"))
    raise LookupError("after the end")


@case(
    "after the end comes a disconnect, again and again",
    ask(),
    [200, b"", "complete"],
    ["http.disconnect"] * 3,
)
async def listens_late(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start())
    await send(body())
    for _ in range(3):
        await listen_once(receive, saw)


@case("HEAD has no body", ask("HEAD"), [200, b"", "complete"], ["sent", "sent"])
async def answers_head(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start(200, LENGTH_5))
    await attempt(send, body(b"he", more=True), saw)
    await attempt(send, body(b"llo"), saw)


@case("204 has no body", ask(), [204, b"", "complete"], ["sent"])
async def answers_204(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start(204))
    await attempt(send, body(), saw)


@case("a body with 204 raises", ask(), [204, b"", "complete"], ["error"])
async def fills_204(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start(204))
    await attempt(send, body(b"hello"), saw)


@case("too short a body raises and is cut", ask(), [200, b"he", "cut"], ["error"])
async def too_short(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start(200, LENGTH_5))
    await attempt(send, body(b"he"), saw)


@case("too long a body raises and is cut", ask(), [200, b"", "cut"], ["error"])
async def too_long(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start(200, LENGTH_5))
    await attempt(send, body(b"hello world"), saw)


@case("a length that is reached is complete", ask(), [200, b"hello", "complete"], ["sent", "error"])
async def long_enough(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start(200, LENGTH_5))
    await attempt(send, body(b"hello", more=True), saw)
    await attempt(send, body(b"!"), saw)


@case("a status is from 100 to 599", ask(), ["no response"], ["error", "error"])
async def odd_status(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await attempt(send, start(999), saw)
    await attempt(send, start(500), saw)


@case("a header has no line break", ask(), ["no response"], ["error"])
async def odd_headers(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await attempt(send, start(200, (b"x-a", b"1\r\nx-b: 2")), saw)


@case("header text raises", ask(), ["no response"], ["error"])
async def text_headers(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await attempt(send, start(200, ("x-a", "1")), saw)


@case("body text raises", ask(), [200, b"", "cut"], ["error"])
async def text_body(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await send(start(200))
    await attempt(send, body("text"), saw)


async def leave(peer: Peer, run: Run) -> list[Any]:
    async with peer.stream("GET") as stream:
        return [stream.status, await stream.chunk()]


@case(
    "a client that leaves in mid-response is a disconnect",
    leave,
    [200, b"a"],
    ["http.request", "http.disconnect", "sent", "http.disconnect"],
)
async def is_left(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    saw((await receive())["type"])
    await send(start())
    await send(body(b"a", more=True))
    saw((await receive())["type"])
    await attempt(send, body(b"b", more=True), saw)
    await listen_once(receive, saw)
