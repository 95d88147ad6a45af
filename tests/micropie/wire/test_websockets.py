"""Malformed, half and vanishing: what WebSocket clients can do on the wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.micropie.peers import MAX_MESSAGE
from tests.micropie.raw_client import close_frame, frame, handshake, raw_client, raw_socket, vanish
from tests.micropie.servers import uvicorn_server
from tests.micropie.wire_site import H11, HTTPTOOLS, HYPERCORN, Place, Site

Errors = Callable[[], list[str]]


# WebSockets: frames that are wrong.


BIG = b"x" * (MAX_MESSAGE + 1)
WRONG_FRAMES = {
    "a message too big": (frame(2, BIG), 1009),
    "a text too big": (frame(1, BIG), 1009),
    "a message too big in parts": (frame(2, BIG[:40000], fin=False) + frame(0, BIG[40000:]), 1009),
    "text that is no UTF-8": (frame(1, b"\xff"), 1007),
    "half a character": (frame(1, b"\xe2\x82"), 1007),
    "a surrogate": (frame(1, b"\xed\xa0\x80"), 1007),
    "a reason that is no UTF-8": (close_frame(1000, b"\xff"), 1007),
    "no mask": (frame(1, b"hi", masked=False), 1002),
    "an unknown opcode": (frame(3), 1002),
    "an unknown control opcode": (frame(11), 1002),
    "a reserved bit": (frame(1, b"hi", rsv=4), 1002),
    "a ping in parts": (frame(9, fin=False), 1002),
    "a ping too long": (frame(9, b"x" * 126), 1002),
    "a continuation of nothing": (frame(0, b"x"), 1002),
    "a message within a message": (frame(1, b"a", fin=False) + frame(1, b"b"), 1002),
    "half a close code": (frame(8, b"\x03"), 1002),
    "a close code for local use": (close_frame(1006), 1002),
    "a close code too small": (close_frame(999), 1002),
    "a close frame too long": (frame(8, b"\x03\xe8" + b"x" * 124), 1002),
    "HTTP": (b"GET / HTTP/1.1\r\n\r\n", 1002),
    "nothing but zeros": (b"\0" * 100, 1002),
    "two closes": (close_frame(4000) + close_frame(4001), 4000),
    "a message after the close": (close_frame(4000) + frame(1, b"hi"), 4000),
    "a close without a code": (frame(8), 1005),
}


async def test_a_wrong_frame_ends_the_connection_once(place: Place, errors: Errors) -> None:
    for case, (data, code) in WRONG_FRAMES.items():
        place.reset()
        async with raw_socket(place.port, "/echo") as socket:
            await socket.send(data)
            # wsproto and Hypercorn hang up on a client that breaks the protocol.
            codes = {code} if place.name == HTTPTOOLS else {code, None}
            assert await socket.end() in codes, case
            # Hypercorn tells its app of a message too big when the client is gone.
            socket.client.close()
            await place.until(lambda: place.site.ends)
        assert place.site.ends == [1006 if place.name == HYPERCORN else code], case
    assert [text for text in errors() if "Invalid UTF-8" not in text] == []


async def test_control_frames_between_the_parts_of_a_message_do_no_harm(place: Place) -> None:
    async with raw_socket(place.port, "/echo") as socket:
        await socket.send(
            frame(1, b"a", fin=False) + frame(9, b"ping") + frame(10) + frame(0, b"b")
        )
        assert await socket.message() == b"2"


# WebSockets: clients that vanish in every state.


HOW = pytest.mark.parametrize("how", ["reset", "close", "half_close"])


@HOW
async def test_a_client_that_vanishes_while_we_listen_is_connection_closed(
    place: Place, how: str, errors: Errors
) -> None:
    for sent in (b"", frame(1, b"hello")[:-2], frame(1, b"a", fin=False)):
        place.reset()
        async with raw_socket(place.port, "/echo") as socket:
            await socket.send(sent)
            await vanish(socket.client, how)
            await place.until(lambda: place.site.ends)
        assert place.site.ends == [1006 if place.name == HYPERCORN else 1005], sent
    assert errors() == []


@HOW
async def test_a_client_that_vanishes_while_we_send_is_connection_closed(
    place: Place, how: str, errors: Errors
) -> None:
    if place.name == HYPERCORN:
        return  # it drops in silence what is sent to a client that is gone
    async with raw_socket(place.port, "/flood") as socket:
        assert await socket.message()
        await vanish(socket.client, how)
        await place.until(lambda: place.site.ends)
    assert errors() == []


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_client_that_vanishes_before_it_is_accepted_is_connection_closed(
    place: Place, how: str, errors: Errors
) -> None:
    async with raw_client(place.port) as client:
        await client.send(handshake("/late"))
        await place.until(lambda: place.site.seen)
        getattr(client, how)()
    place.site.seen.append("go on")
    if place.name != HYPERCORN:
        await place.until(lambda: place.site.ends)
        # Whether it is known to be gone before it is accepted or after, nobody can say.
        assert place.site.ends in ([1005], [1006])
    assert errors() == []


async def test_a_client_that_answers_no_ping_is_connection_closed(place: Place) -> None:
    if place.name == HYPERCORN:
        return  # it sends no pings by itself
    site, ws = Site(), "websockets-sansio" if place.name == HTTPTOOLS else "wsproto"
    pings = {"ws_ping_interval": 0.01, "ws_ping_timeout": 0.01}
    with uvicorn_server(site, http="h11", ws=ws, **pings) as port:
        quiet = Place(ws, port, site)
        async with raw_socket(port, "/echo") as socket:
            # To the network it is still there: nothing is reset, nothing is ended.
            assert await socket.end() == 1011
            await quiet.until(lambda: site.ends)
    assert site.ends == [1005]


async def test_half_a_handshake_is_nothing(place: Place, errors: Errors) -> None:
    for size in (0, 5, 60, 120):
        async with raw_client(place.port) as client:
            await client.send(handshake("/echo")[:size])
            client.reset()
    assert (place.site.ends, errors()) == ([], [])


# Handlers that raise in every state.

FAILING = {"/fail_after": 1011, "/fail_later": 1011, "/fail_closed": 4001}


@pytest.mark.parametrize("path", FAILING)
async def test_a_handler_that_raises_closes_once_and_is_logged(
    place: Place, path: str, errors: Errors
) -> None:
    async with raw_socket(place.port, path) as socket:
        await socket.send(frame(1, b"hi"))
        assert await socket.end() == FAILING[path]
        await socket.send(close_frame(FAILING[path]))
        await place.until(lambda: errors())
    assert errors() == [f"Unhandled exception in the WebSocket {path}."]


@pytest.mark.parametrize(("path", "status"), [("/fail_before", 500), ("/fail_refused", 403)])
async def test_a_handler_that_raises_before_it_accepts_refuses(
    place: Place, path: str, status: int, errors: Errors
) -> None:
    assert (await place.ask(handshake(path))).status == status
    await place.until(lambda: errors())
    assert errors() == [f"Unhandled exception in the WebSocket {path}."]


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_handler_that_raises_when_its_client_is_gone_is_logged(
    place: Place, how: str, errors: Errors
) -> None:
    async with raw_socket(place.port, "/fail_later") as socket:
        await socket.send(frame(1, b"hi"))
        getattr(socket.client, how)()
        await place.until(lambda: errors() or place.name == H11)
    assert set(errors()) <= {"Unhandled exception in the WebSocket /fail_later."}
