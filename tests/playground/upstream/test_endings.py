"""How a connection ends, either way: through an upstream as without one, and never milder."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.playground.upstream.far import (
    LONG,
    address,
    bytes_side,
    dialled,
    far_side,
    heard,
    led_to,
    until,
)

pytestmark = pytest.mark.live

CODES = [
    (1000, ""),
    (1000, "bye"),
    (1001, "going"),
    (1003, ""),
    (1008, "no"),
    (1011, "oh"),
    (1013, "later"),
    (3000, "ours"),
    (4999, "é" * 61),
]

Side = Callable[..., Any]


@asynccontextmanager
async def ways(talk: Any) -> AsyncIterator[list[str]]:
    """Give the addresses of a server: straight, and through a lab."""
    async with far_side(talk) as url:
        yield [url, address(led_to(url))]


@pytest.mark.parametrize(("code", "reason"), [*CODES, (None, "")])
async def test_the_far_sides_close_comes_to_the_client(code: int | None, reason: str) -> None:
    async def talk(ws: ServerConnection) -> None:
        await ws.send("last words")
        await end(ws, code, reason)

    async with ways(talk) as (straight, led):
        seen = [await seen_by_a_client(each) for each in (straight, led)]
    assert seen[0] == (["last words"], 1005 if code is None else code, reason)
    assert seen[1] == seen[0]


async def seen_by_a_client(url: str) -> tuple[list[str | bytes], int | None, str | None]:
    async with dialled(url) as ws:
        return await heard(ws), ws.close_code, ws.close_reason


@pytest.mark.parametrize(("code", "reason"), [*CODES, (None, "")])
async def test_the_clients_close_comes_to_the_far_side(code: int | None, reason: str) -> None:
    ended: list[tuple[Any, ...]] = []

    async def talk(ws: ServerConnection) -> None:
        got = []
        try:
            while True:
                got.append(await ws.recv())
        except ConnectionClosed:
            ended.append((got, ws.close_code, ws.close_reason))

    async with ways(talk) as urls:
        for each in urls:
            async with dialled(each) as ws:
                await ws.send("last words")
                await end(ws, code, reason)
        await until(lambda: len(ended) == 2)
    assert ended == [(["last words"], 1005 if code is None else code, reason)] * 2


async def end(ws: ServerConnection | ClientConnection, code: int | None, reason: str) -> None:
    """Close as somebody does who may say no code."""
    if code is not None:
        await ws.close(code, reason)
        return
    ws.protocol.send_close()
    ws.transport.write(b"".join(ws.protocol.data_to_send()))
    await ws.wait_closed()


async def test_a_client_that_vanishes_is_gone_for_the_far_side_too() -> None:
    ended: list[int | None] = []

    async def talk(ws: ServerConnection) -> None:
        await ws.wait_closed()
        ended.append(ws.close_code)

    async with ways(talk) as urls:
        for each in urls:
            ws = await dialled(each)
            ws.transport.abort()
        await until(lambda: len(ended) == 2)
    assert ended == [1006, 1006]


async def test_a_client_that_breaks_the_protocol_never_leaves_the_far_side_with_1000() -> None:
    ended: list[int | None] = []

    async def talk(ws: ServerConnection) -> None:
        await ws.wait_closed()
        ended.append(ws.close_code)

    async with ways(talk) as urls:
        for each in urls:
            async with dialled(each) as ws:
                ws.transport.write(b"\xf3\x80\0\0\0\0")  # an opcode and bits that nobody knows
                await heard(ws)
        await until(lambda: len(ended) == 2)
    assert ended == [1006, 1002]


async def no_utf8(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x81\x02\xff\xff")


async def no_utf8_and_more(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x81\x02\xff\xff" + b"\x81\x01b" + b"\x88\x02\x03\xe8")


async def no_frame(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\xf3\x00")


async def half_a_message(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x81\x05he")


async def nothing(writer: asyncio.StreamWriter) -> None:
    pass


@pytest.mark.parametrize(
    ("misdeed", "said"),
    [
        (no_utf8, "broke the protocol: text that is no UTF-8"),
        (no_utf8_and_more, "broke the protocol: text that is no UTF-8"),
        (no_frame, "broke the protocol"),
        (half_a_message, "ended without a close frame"),
        (nothing, "ended without a close frame"),
    ],
)
async def test_a_far_side_that_breaks_or_vanishes_is_1014_and_a_sentence(
    misdeed: Callable[[asyncio.StreamWriter], Awaitable[None]], said: str
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await accepted(reader) + b"\x81\x02hi")
        await misdeed(writer)
        await writer.drain()

    async with bytes_side(answer) as url:
        lab = led_to(url)
        async with dialled(address(lab)) as ws:
            assert await heard(ws) == ["hi"]
        row = await lab.until("client:upstream kind:close")
    assert ws.close_code == 1014
    assert said in str(ws.close_reason)
    assert (row.code, row.note) == (1006, "not clean")
    assert said in str(row.data)


async def accepted(reader: asyncio.StreamReader) -> bytes:
    """Return the answer to an opening handshake."""
    head = await reader.readuntil(b"\r\n\r\n")
    key = next(
        line.partition(b":")[2].strip()
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key")
    )
    magic = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key + magic).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        b"sec-websocket-accept: " + accept + b"\r\n\r\n"
    )


async def refused(lab: Any) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as refusal:
        await dialled(address(lab), open_timeout=LONG)
    answer = refusal.value.response
    return answer.status_code, bytes(answer.body or b"").decode()


async def test_a_far_side_that_is_not_there_is_502() -> None:
    async with bytes_side(hang) as url:
        lab = led_to(url)
    assert await refused(lab) == (502, f"nobody answers at {url}; is the server running?")
    row = await lab.until("client:upstream kind:close")
    assert (row.code, row.data) == (1006, f"nobody answers at {url}; is the server running?")
    answer = await lab.get("/")
    assert (answer.status, answer.text) == (502, f"nobody answers at {url}; is the server running?")


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_a_far_side_that_hangs_is_504() -> None:
    async with bytes_side(hang) as url:
        lab = led_to(url, timeout=0.2)
        assert await refused(lab) == (504, f"{url} did not answer the handshake within 0.2 s")
        answer = await lab.get("/", timeout=LONG)
        assert (answer.status, answer.text) == (504, f"{url} did not answer within 1.2 s")


async def vanish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"220 mail.example.org ready\r\n\r\n")
    await writer.drain()


async def test_what_is_no_web_server_is_502() -> None:
    async with bytes_side(vanish) as url:
        lab = led_to(url)
        status, said = await refused(lab)
        assert (status, said) == (
            502,
            f"{url} closed the connection in the middle of the handshake",
        )
        answer = await lab.get("/")
        assert answer.status == 502
        assert "ended without an answer" in answer.text
    async with bytes_side(babble) as url:
        lab = led_to(url)
        status, said = await refused(lab)
        assert (status, said) == (502, f"what answers at {url} is no HTTP; is it the right port?")
        answer = await lab.get("/")
        assert answer.status == 502
        assert "gives no HTTP for an answer" in answer.text


async def test_a_lab_that_stops_says_going_away_to_the_far_side() -> None:
    ended: list[int | None] = []

    async def talk(ws: ServerConnection) -> None:
        await ws.wait_closed()
        ended.append(ws.close_code)

    async with far_side(talk) as url:
        lab = led_to(url)
        alice = await lab.connect("/", client="alice")
        await asyncio.to_thread(lab.stop)
        await until(lambda: ended)
    assert ended == [1001]
    assert alice.code == 1012
