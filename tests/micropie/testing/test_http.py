"""The server's end of one HTTP exchange: what it lets through, and when it is over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from micropie.testing.http import CHUNK, Exchange, Finish, Response, ResponseIncomplete
from micropie.types import Event

DISCONNECT = {"type": "http.disconnect"}


def start(*headers: tuple[bytes, bytes], status: int = 200) -> Event:
    return {"type": "http.response.start", "status": status, "headers": headers}


def body(data: bytes, *, more: bool = False) -> Event:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def taken(exchange: Exchange) -> tuple[bytes, bool]:
    """Return what has come to the client, and whether it was all."""
    data = b""
    while isinstance(chunk := await exchange.chunks.get(), bytes):
        data += chunk
    return data, chunk.complete


async def test_a_whole_response_comes_through_and_then_the_client_leaves() -> None:
    exchange = Exchange("GET")
    exchange.upload(b"")
    await exchange.send(start((b"X-Name", b"y")))
    assert (await exchange.head).headers == [(b"x-name", b"y")]
    await exchange.send(body(b"a", more=True))
    await exchange.send(body(b"b"))
    assert await taken(exchange) == (b"ab", True)
    assert await exchange.receive() == DISCONNECT
    assert exchange.app_ended(None) is None


@pytest.mark.parametrize(
    ("events", "match"),
    [
        ([body(b"a")], "expected ASGI event 'http.response.start'"),
        ([start(), start()], "expected ASGI event 'http.response.body'"),
        ([start(), body(b""), body(b"")], "after the response was complete"),
        ([start((b"content-length", b"1")), body(b"ab")], "at most 1 more bytes"),
        ([start((b"content-length", b"3")), body(b"ab")], "expected 1 more bytes"),
        ([start(status=204), body(b"a")], "at most 0 more bytes"),
        ([start(status=99)], "expected an HTTP status"),
        ([start((b"a b", b"c"))], "expected a header name"),
    ],
)
async def test_what_a_server_refuses_is_refused(events: list[Event], match: str) -> None:
    exchange = Exchange("GET")
    for event in events[:-1]:
        await exchange.send(event)
    with pytest.raises(RuntimeError, match=match):
        await exchange.send(events[-1])


@pytest.mark.parametrize(
    ("method", "event"),
    [
        ("HEAD", start((b"content-length", b"5"))),
        ("GET", start(status=204)),
        ("GET", start(status=304)),
        ("GET", start((b"content-length", b"0"))),
    ],
)
async def test_without_a_body_a_response_is_over_when_it_begins(method: str, event: Event) -> None:
    exchange = Exchange(method)
    await exchange.send(event)
    assert await taken(exchange) == (b"", True)
    await exchange.send(body(b""))
    assert exchange.app_ended(None) is None


async def test_to_head_a_body_is_not_sent() -> None:
    exchange = Exchange("HEAD")
    await exchange.send(start((b"content-length", b"5")))
    await exchange.send(body(b"hello"))
    assert await taken(exchange) == (b"", True)


async def test_a_chunked_response_counts_no_bytes() -> None:
    exchange = Exchange("GET")
    await exchange.send(start((b"transfer-encoding", b"Chunked"), (b"content-length", b"1")))
    await exchange.send(body(b"more than one"))
    assert await taken(exchange) == (b"more than one", True)


async def test_an_app_that_ends_before_it_began_is_a_500() -> None:
    error = KeyError("x")
    for raised in (None, error):
        exchange = Exchange("GET")
        kept = exchange.app_ended(raised)
        assert kept is error or isinstance(kept, RuntimeError)
        assert (await exchange.head).status == 500
        assert await taken(exchange) == (b"Internal Server Error", True)


async def test_an_app_that_ends_in_the_middle_cuts_its_response() -> None:
    exchange = Exchange("GET")
    await exchange.send(start())
    await exchange.send(body(b"half", more=True))
    assert isinstance(exchange.app_ended(None), RuntimeError)
    assert await taken(exchange) == (b"half", False)


async def test_what_is_sent_to_a_client_that_left_goes_nowhere() -> None:
    exchange = Exchange("GET")
    exchange.upload(b"unread")
    exchange.leave()
    assert await exchange.receive() == DISCONNECT
    assert await exchange.receive() == DISCONNECT
    await exchange.send(start())
    await exchange.send(body(b"x"))
    assert await exchange.chunks.get() == Finish(complete=False)
    assert exchange.app_ended(None) is None


async def test_a_long_body_comes_in_pieces_as_from_a_socket() -> None:
    exchange = Exchange("POST")
    exchange.upload(b"x" * (CHUNK + 1))
    first, last = await exchange.receive(), await exchange.receive()
    assert (len(first["body"]), first["more_body"]) == (CHUNK, True)
    assert (len(last["body"]), last["more_body"]) == (1, False)


async def test_a_body_that_is_made_meanwhile_ends_with_an_empty_piece() -> None:
    async def pieces() -> Any:
        yield b"a"
        yield bytearray(b"b")

    exchange = Exchange("POST")
    await exchange.feed(pieces())
    events = [await exchange.receive() for _ in range(3)]
    assert [(event["body"], event["more_body"]) for event in events] == [
        (b"a", True),
        (b"b", True),
        (b"", False),
    ]


async def test_who_waits_for_the_status_of_a_connection_that_fails_is_told() -> None:
    exchange = Exchange("GET")
    waiting = asyncio.ensure_future(asyncio.wait_for(exchange.head, 5))
    await asyncio.sleep(0)
    exchange.fail(ResponseIncomplete(None))
    with pytest.raises(ResponseIncomplete, match="got nothing before the connection ended"):
        await waiting


def test_a_response_is_read_as_what_it_is() -> None:
    response = Response(200, [("x-name", "1"), ("x-name", "2")], b'["\xc3\xa4"]')
    assert (response.text, response.json()) == ('["ä"]', ["ä"])
    assert (response.header("X-Name"), response.header("missing")) == ("1", None)
    assert Response(200, [], b"\xff").text == "\ufffd"
    with pytest.raises(ValueError, match="Expecting value"):
        Response(200, [], b"").json()


def test_an_incomplete_response_says_how_much_had_come() -> None:
    half = ResponseIncomplete(Response(200, [], b"half"))
    assert "got 200, 4 bytes before" in str(half)
    assert half.response is not None
