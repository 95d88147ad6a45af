"""Requests and what comes back; ASGI's own rules are in `test_conformance.py`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from micropie.testing import Client, Response, ResponseIncomplete, WebSocketRefused
from micropie.types import Receive, Scope, Send
from tests.micropie.testing_apps import START, echo


async def test_a_request_carries_json_form_or_bytes() -> None:
    async with Client(echo) as client:
        answer = await client.post("/", json={"a": [1, None]})
        assert (answer.json(), answer.header("X-Type")) == ({"a": [1, None]}, "application/json")
        answer = await client.post("/", form={"a": "1 2", "b": "ü"})
        assert answer.text == "a=1+2&b=%C3%BC"
        assert answer.header("x-type") == "application/x-www-form-urlencoded"
        answer = await client.request("PUT", "/", body=b"\xff")
        assert (answer.body, answer.text, answer.header("nope")) == (b"\xff", "�", None)
        assert client.errors == []


async def test_two_bodies_are_refused() -> None:
    async with Client(echo) as client:
        with pytest.raises(TypeError, match="one of body, json and form"):
            await client.post("/", json=1, body=b"1")


async def test_a_path_must_be_one() -> None:
    async with Client(echo) as client:
        with pytest.raises(ValueError, match="got 'http://x/'"):
            await client.get("http://x/")
        with pytest.raises(TypeError, match="sequence of subprotocols"):
            await client.connect("/", subprotocols="chat")


async def look(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the scope."""
    shown = {name: scope[name] for name in ("path", "root_path", "client", "server", "state")}
    raw = {name: scope[name].decode() for name in ("raw_path", "query_string")}
    fields = [[name.decode(), value.decode()] for name, value in scope["headers"]]
    body = json.dumps({**shown, **raw, "headers": fields}).encode()
    await send(START)
    await send({"type": "http.response.body", "body": body})


async def test_the_scope_has_what_the_client_was_made_with() -> None:
    headers = {"X-One": "1", "Host": "example.org"}
    client = Client(look, headers=headers, client=("10.0.0.1", 7), root_path="/app")
    seen = (await client.get("/ü x?q=ü#part", headers=[("x-one", "2")])).json()
    assert seen["path"] == "/app/ü x"
    assert seen["raw_path"] == "/app/%C3%BC%20x"
    assert seen["query_string"] == "q=%C3%BC"
    assert (seen["client"], seen["root_path"], seen["state"]) == (["10.0.0.1", 7], "/app", {})
    assert seen["headers"] == [["host", "example.org"], ["x-one", "2"]]


async def test_an_exception_is_a_500_and_kept() -> None:
    wrong = LookupError("wrong")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise wrong

    client = Client(app)
    assert await client.get("/") == Response(
        500,
        [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", "21"),
            ("connection", "close"),
        ],
        b"Internal Server Error",
    )
    with pytest.raises(WebSocketRefused, match=r"refused with 500: Internal Server Error"):
        await client.connect("/")
    assert client.errors == [wrong]
    await client.stop()


async def test_what_the_hook_hears_is_kept_once() -> None:
    handled, raised = ValueError("handled"), ValueError("raised")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for error in (handled, raised):
            scope["micropie.error_hook"](error, None)
        raise raised

    client = Client(app)
    await client.get("/")
    assert client.errors == [handled, raised]
    await client.stop()


async def test_only_the_last_errors_are_kept() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError(scope["path"])

    client = Client(app)
    for number in range(110):
        await client.get(f"/{number}")
    assert [str(error) for error in client.errors] == [f"/{number}" for number in range(10, 110)]
    await client.stop()


async def test_an_incomplete_response_shows_what_came() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    async with Client(app) as client:
        with pytest.raises(
            ResponseIncomplete, match=r"got 200, 4 bytes .*; see client.errors"
        ) as e:
            await client.get("/")
        assert e.value.response == Response(200, [], b"half")
        assert "returned without" in str(client.errors[-1])


async def test_a_stream_is_read_while_it_is_written_and_can_be_left() -> None:
    left = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send(START)
        await send({"type": "http.response.body", "body": b"tick", "more_body": True})
        assert (await receive())["type"] == "http.disconnect"
        left.set()

    async with Client(app) as client:
        async with client.stream("GET", "/") as stream:
            assert (stream.status, await anext(stream)) == (200, b"tick")
            assert not left.is_set()
        async with asyncio.timeout(1):
            await left.wait()


async def test_an_error_in_the_request_body_comes_out_of_the_request() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        raise LookupError("no two")

    async with Client(echo) as client:
        with pytest.raises(LookupError, match="no two"):
            await client.post("/", body=pieces())
        assert isinstance(client.errors[-1], KeyError)  # echo does not expect a disconnect
