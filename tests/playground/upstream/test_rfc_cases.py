"""What RFC 6455 says of messages, fragments and errors: through an upstream as straight."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from tests.playground.upstream.far import LONG, address, dialled, far_side, heard, led_to

pytestmark = pytest.mark.live

SIZES = (0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537, 300_000)
TEXTS = ("Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "\U0010ffff", "\ufffe", "\0", "a\u0301")


def masked(first: int, payload: bytes) -> bytes:
    """Return a frame of a client's; its mask is zero, which masks nothing (RFC 6455 5.3)."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([first]) + length + b"\0\0\0\0" + payload


# What a client sends, by name.
BYE = masked(0x88, b"\x03\xe8")
FRAMES = {
    "fragments": masked(0x01, b"one ") + masked(0x00, b"two ") + masked(0x80, b"three"),
    "fragments of a character": masked(0x01, b"\xce") + masked(0x80, b"\xba"),
    "a ping between fragments": masked(0x01, b"a") + masked(0x89, b"?") + masked(0x80, b"b"),
    "an unsolicited pong": masked(0x8A, b"!") + masked(0x81, b"hi"),
    "a ping with 125 bytes": masked(0x89, b"p" * 125),
    "a close without a code": masked(0x88, b""),
    "a close with half a code": masked(0x88, b"\x03"),
    "a close with a code that is none": masked(0x88, (999).to_bytes(2, "big")),
    "a close with 1005": masked(0x88, (1005).to_bytes(2, "big")),
    "a close whose reason is no UTF-8": masked(0x88, b"\x03\xe8\xff"),
    "an opcode that is none": masked(0x83, b"x"),
    "a bit that is not agreed on": masked(0xD1, b"x"),
    "a frame without a mask": b"\x81\x01x",
    "a ping in fragments": masked(0x09, b"x"),
    "a ping that is too long": masked(0x89, b"x" * 126),
    "a continuation of nothing": masked(0x80, b"x"),
    "a message within a message": masked(0x01, b"x") + masked(0x81, b"y"),
    "text that is no UTF-8": masked(0x81, b"\xce\xba\xed\xa0\x80"),
}


# Of these one message comes back, and then the client closes; none comes of the others.
ANSWERED = (
    "fragments",
    "fragments of a character",
    "a ping between fragments",
    "an unsolicited pong",
)


async def outcome(url: str, name: str) -> tuple[list[str | bytes], int | None]:
    """Return what a client hears that sends these bytes, and how it ends."""
    async with dialled(url, compression=None) as ws:
        ws.transport.write(FRAMES[name])
        first = [await asyncio.wait_for(ws.recv(), LONG)] if name in ANSWERED else []
        if name in (*ANSWERED, "a ping with 125 bytes"):
            ws.transport.write(BYE)
        return first + await heard(ws), closing(ws)


def closing(ws: ClientConnection) -> int | None:
    """Return the code that the server says, which may differ from how the client sees the end."""
    return None if ws.protocol.close_rcvd is None else int(ws.protocol.close_rcvd.code)


async def test_frames_of_every_kind_have_the_same_outcome() -> None:
    async with far_side() as url:
        led = address(led_to(url))
        straight: dict[str, Any] = {}
        through: dict[str, Any] = {}
        for name in FRAMES:
            straight[name] = await outcome(url, name)
            through[name] = await outcome(led, name)
    assert through == straight
    assert straight["fragments"] == (["one two three"], 1000)


@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_messages_of_every_size_come_back_as_they_were(compression: str | None) -> None:
    async with far_side(max_size=None) as url:
        led = address(led_to(url))
        async with dialled(led, compression=compression, max_size=None) as ws:
            for size in SIZES:
                for message in ("*" * size, b"\xfe" * size):
                    await ws.send(message)
                    assert await asyncio.wait_for(ws.recv(), LONG) == message
            for text in TEXTS:
                await ws.send(text)
                assert await asyncio.wait_for(ws.recv(), LONG) == text


async def test_each_leg_answers_its_own_pings() -> None:
    async def talk(ws: Any) -> None:
        await asyncio.wait_for(await ws.ping(b"far"), LONG)
        await ws.send("answered")
        await ws.wait_closed()

    async with far_side(talk, ping_interval=None) as url:
        async with dialled(address(led_to(url)), ping_interval=None) as ws:
            assert await asyncio.wait_for(ws.recv(), LONG) == "answered"
        lab = led_to(url)
        async with dialled(address(lab), ping_interval=None) as ws:
            await asyncio.wait_for(await ws.ping(b"near"), LONG)
