"""The rules of WebSocket messages, one small app each."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from micropie.types import Receive, Scope, Send
from tests.micropie.asgi_rules import Rules, accept, attempt, close, connect, drain, listen, text
from tests.micropie.peers import MAX_MESSAGE, Peer, Run, Saw

RULES = Rules()
case = RULES.case


async def talk(peer: Peer, run: Run) -> list[Any]:
    wire = await peer.connect()
    got = []
    for message in ("one", b"two", "", "ü€😀", b"\x00\xff"):
        await wire.send(message)
        got.append(await wire.receive())
    await wire.close()
    return [*got, *await drain(wire)]


@case(
    "text stays text and bytes stay bytes",
    talk,
    ["one", b"two", "", "ü€😀", b"\x00\xff", ("closed", 1000, "")],
    [1000],
)
async def echoes(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})
    saw(event["code"])


@case("an event may have both keys", connect, [b"two", "one", ("closed", 1000, "")], [])
async def sends_both_keys(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await send({"type": "websocket.send", "text": None, "bytes": b"two"})
    await send({"type": "websocket.send", "text": "one", "bytes": None})
    await send(close())


@case("a message has text or bytes", connect, [("closed", 1000, "")], ["error", "error", "error"])
async def sends_nothing(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await attempt(send, {"type": "websocket.send", "text": None, "bytes": None}, saw)
    await attempt(send, {"type": "websocket.send", "text": b"one"}, saw)
    await attempt(send, text("\ud800"), saw)
    await send(close())


@case("an unknown event raises", connect, [("closed", 1000, "")], ["error"])
async def sends_unknown(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    await attempt(send, {"type": "http.response.start", "status": 200}, saw)
    await send(close())


async def flood(peer: Peer, run: Run) -> list[Any]:
    wire = await peer.connect()
    for number in range(500):
        await wire.send(str(number))
    got = [await wire.receive() for _ in range(500)]
    await wire.close()
    return [got == [str(number) for number in range(500)]]


@case("order is kept", flood, [True], [("disconnect", 1000, "")])
async def echoes_all(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    for _ in range(500):
        await send({**await receive(), "type": "websocket.send"})
    await listen(receive, saw)


async def too_big(peer: Peer, run: Run) -> list[Any]:
    wire = await peer.connect()
    await wire.send("x" * MAX_MESSAGE)
    await run.until(1)
    await wire.send(b"x" * (MAX_MESSAGE + 1))
    return [end[1] for end in await drain(wire)]


@case("a message that is too big closes with 1009", too_big, [1009], [MAX_MESSAGE, 1009])
async def gets_big(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    saw(len((await receive())["text"]))
    saw((await receive()).get("code"))


async def patient(peer: Peer, run: Run) -> list[Any]:
    wire = await peer.connect()
    for number in range(3):
        await run.until(2 * number + 1)
        await wire.send(str(number))
    await wire.close()
    return []


@case(
    "a cancelled receive loses no message",
    patient,
    [],
    ["cancelled", "0", "cancelled", "1", "cancelled", "2", ("disconnect", 1000, "")],
)
async def cancels(scope: Scope, receive: Receive, send: Send, saw: Saw) -> None:
    await accept(receive, send)
    for _ in range(3):
        waiting = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        saw("cancelled")
        saw((await receive())["text"])
    await listen(receive, saw)
