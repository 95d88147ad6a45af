"""The rules of how a WebSocket connection ends, one small app each."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from micropie.types import Receive, Scope, Send
from tests.micropie.asgi_rules import Rules, accept, attempt, close, connect, drain, listen, text
from tests.micropie.peers import Closed, Peer, Run, Saw

RULES = Rules()
case = RULES.case


@case("the app closes", connect, ["last", ("closed", 4001, "büe")], [("disconnect", 4001, "büe")])
async def closes(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await send(text("last"))
    await send(close(4001, "büe"))
    await listen(receive, saw)


@case("a close is 1000 unless it says more", connect, [("closed", 1000, "")], [])
async def closes_plainly(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await send({"type": "websocket.close"})


@case(
    "nothing can be sent after a close",
    connect,
    [("closed", 1000, "")],
    ["error", "error", "error"],
)
async def goes_on(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await send(close())
    await attempt(send, text("late"), saw)
    await attempt(send, close(), saw)
    await attempt(send, {"type": "websocket.accept"}, saw)


@case("a forbidden close code raises", connect, [("closed", 1000, "")], ["error", "error", "error"])
async def closes_oddly(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    for code in (1006, 999, 5000):
        await attempt(send, close(code), saw)
    await send(close())


@case("a close reason has room for 123 bytes", connect, [("closed", 1000, "")], ["error"])
async def closes_verbosely(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await attempt(send, close(1000, "ü" * 62), saw)
    await send(close())


@case("returning without a close is 1006", connect, ["hello", ("closed", 1006, "")], [])
async def just_returns(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await send(text("hello"))


@case("raising after accept is 1006", connect, ["hello", ("closed", 1006, "")], [])
async def just_raises(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await send(text("hello"))
    raise LookupError("after accept")


@case("raising after a close changes nothing", connect, [("closed", 4002, "x")], [])
async def raises_late(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await send(close(4002, "x"))
    raise LookupError("after close")


async def hang_up(peer: Peer, run: Run) -> list[Any]:
    wire = await peer.connect()
    await wire.send("one")
    await wire.send("two")
    await run.until(2)
    await wire.close(4003, "enough")
    return await drain(wire)


@case(
    "the client closes",
    hang_up,
    [("closed", 4003, "enough")],
    ["one", "two", ("disconnect", 4003, "enough"), "OSError", "OSError"],
)
async def is_left(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await listen(receive, saw)
    await attempt(send, text("late"), saw)
    await attempt(send, close(), saw)


@case(
    "a disconnect is told again",
    hang_up,
    [("closed", 4003, "enough")],
    ["one", "two", ("disconnect", 4003, "enough"), ("disconnect", 4003, "enough"), "again"],
)
async def asks_again(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await listen(receive, saw)
    try:
        async with asyncio.timeout(0.2):
            await listen(receive, saw)
            await receive()
            saw("again")
    except TimeoutError:
        saw("hangs")


async def vanish(peer: Peer, run: Run) -> list[Any]:
    wire = await peer.connect()
    await wire.send("one")
    await run.until(1)
    wire.abort()
    return []


@case(
    "a client that vanishes is 1006",
    vanish,
    [],
    ["one", ("disconnect", 1006, ""), "OSError"],
)
async def is_lost(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await listen(receive, saw)
    await attempt(send, text("late"), saw)


async def close_with_unread(peer: Peer, run: Run) -> list[Any]:
    wire = await peer.connect()
    await run.until(1)
    closing = asyncio.create_task(wire.close())
    got = []
    with contextlib.suppress(Closed):
        while True:
            got.append(await wire.receive())
    await closing
    return got


@case("what came before a close can be read", close_with_unread, ["a", "b"], ["sent"])
async def sends_two(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await send(text("a"))
    await send(text("b"))
    saw("sent")
    await receive()
