"""The server's end of one WebSocket connection: its states, and what each lets through."""

from __future__ import annotations

from typing import Any

import pytest

from micropie.testing.scopes import websocket_scope
from micropie.testing.websocket import (
    ABNORMAL,
    CLOSED,
    CONNECTING,
    GONE,
    OPEN,
    REFUSING,
    TOO_BIG,
    Accepted,
    ClientGone,
    Closed,
    Connection,
    Refused,
)
from micropie.types import Event

ACCEPT: Event = {"type": "websocket.accept"}
CLOSE: Event = {"type": "websocket.close", "code": 4000, "reason": "bye"}
SEND: Event = {"type": "websocket.send", "text": "hi"}
START: Event = {"type": "websocket.http.response.start", "status": 401, "headers": []}
BODY: Event = {"type": "websocket.http.response.body", "body": b"who?"}


def connection() -> Connection:
    scope = websocket_scope("/", [], ["json"], ("127.0.0.1", 5), "")
    return Connection(scope, max_message=10)


async def after(*events: Event) -> Connection:
    """Return a connection on which an app has sent these events."""
    made = connection()
    for event in events:
        await made.send(event)
    return made


STATES: list[tuple[str, list[Event], list[Event]]] = [
    (CONNECTING, [], [ACCEPT, CLOSE, START]),
    (REFUSING, [START], [BODY]),
    (OPEN, [ACCEPT], [SEND, CLOSE]),
    (CLOSED, [ACCEPT, CLOSE], []),
    (CLOSED, [CLOSE], []),
    (CLOSED, [START, BODY], []),
]


@pytest.mark.parametrize(("state", "events", "legal"), STATES)
async def test_a_state_lets_through_what_asgi_lets_through(
    state: str, events: list[Event], legal: list[Event]
) -> None:
    assert (await after(*events)).state == state
    for event in (ACCEPT, CLOSE, SEND, START, BODY):
        made = await after(*events)
        if event in legal:
            await made.send(event)
        else:
            with pytest.raises(RuntimeError, match=r"expected .*ASGI event"):
                await made.send(event)
            assert made.state == state


async def test_a_client_that_is_gone_gets_nothing() -> None:
    for events in ([], [START], [ACCEPT]):
        made = await after(*events)
        made.client_vanishes()
        assert made.state == GONE
        for event in (ACCEPT, CLOSE, SEND, BODY):
            with pytest.raises(ClientGone, match="the client is gone"):
                await made.send(event)
        assert made.app_ended(ClientGone()) is None


async def test_the_app_is_told_how_it_ended_again_and_again() -> None:
    made = await after(ACCEPT)
    made.client_sends("one")
    made.client_closes(4001, "enough")
    made.client_sends("late")
    assert (await made.receive())["type"] == "websocket.connect"
    assert (await made.receive())["text"] == "one"
    for _ in range(3):
        assert await made.receive() == {
            "type": "websocket.disconnect",
            "code": 4001,
            "reason": "enough",
        }


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ([ACCEPT], Accepted(None, [])),
        ([{**ACCEPT, "subprotocol": "json"}], Accepted("json", [])),
        ([{**ACCEPT, "headers": [(b"X", b"y")]}], Accepted(None, [(b"x", b"y")])),
        ([CLOSE], Refused(403, [], b"", 4000, "bye")),
        ([START, {**BODY, "more_body": True}, BODY], Refused(401, [], b"who?who?")),
    ],
)
async def test_the_client_gets_the_answer(events: list[Event], answer: Any) -> None:
    assert (await after(*events)).answer.result() == answer


async def test_a_subprotocol_that_was_not_offered_ends_the_connection() -> None:
    made = connection()
    with pytest.raises(RuntimeError, match="expected a subprotocol out of"):
        await made.send({**ACCEPT, "subprotocol": "xml"})
    assert (made.state, made.answer.result().status) == (GONE, 0)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({"type": "websocket.send"}, TypeError),
        ({"type": "websocket.send", "text": 5}, TypeError),
        ({"type": "websocket.send", "bytes": "text"}, TypeError),
        ({"type": "websocket.send", "text": "\ud800"}, UnicodeEncodeError),
        ({**CLOSE, "code": 1006}, ValueError),
        ({**CLOSE, "reason": "ä" * 62}, ValueError),
        ({"type": "websocket.close", "code": None, "reason": "why"}, ValueError),
    ],
)
async def test_what_cannot_be_written_raises_and_leaves_the_connection_open(
    event: Event, error: type[Exception]
) -> None:
    made = await after(ACCEPT)
    with pytest.raises(error):
        await made.send(event)
    assert made.state == OPEN


@pytest.mark.parametrize("message", ["x" * 11, "ä" * 6, b"x" * 11])
async def test_a_message_that_is_too_big_closes_with_1009(message: str | bytes) -> None:
    made = await after(ACCEPT)
    made.client_sends(message[:5])
    made.client_sends(message)
    assert made.closed is not None
    assert (made.state, made.closed.code) == (GONE, TOO_BIG)
    assert "exceeds limit of 10 bytes" in made.closed.reason
    events = [await made.receive() for _ in range(3)]
    assert [event["type"].partition(".")[2] for event in events] == [
        "connect",
        "receive",
        "disconnect",
    ]


async def test_a_message_at_the_limit_comes_through() -> None:
    made = await after(ACCEPT)
    made.client_sends("ä" * 5)
    made.client_sends(b"x" * 10)
    await made.receive()
    assert (await made.receive())["text"] == "ä" * 5
    assert (await made.receive())["bytes"] == b"x" * 10


async def test_an_app_that_ends_without_an_answer_is_a_500() -> None:
    made = connection()
    assert isinstance(made.app_ended(None), RuntimeError)
    assert made.answer.result().status == 500  # type: ignore[union-attr]
    half = await after(START)
    assert isinstance(half.app_ended(None), RuntimeError)
    assert half.answer.result().status == 0  # type: ignore[union-attr]


async def test_an_app_that_ends_without_a_close_loses_its_client() -> None:
    made = await after(ACCEPT, SEND)
    assert made.app_ended(None) is None
    assert await made.messages.get() == "hi"
    assert await made.messages.get() == Closed(ABNORMAL, "")
    error = KeyError("x")
    assert (await after(ACCEPT)).app_ended(error) is error


async def test_a_close_without_a_code_is_1005() -> None:
    made = await after(ACCEPT, {"type": "websocket.close", "code": None})
    assert made.closed == Closed(1005, "")
    assert (await after(ACCEPT, {"type": "websocket.close"})).closed == Closed(1000, "")
