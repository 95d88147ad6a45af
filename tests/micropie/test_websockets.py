"""`WebSocket` and its state machine, and what becomes of a connection when its handler ends."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micropie import App, ConnectionClosed, WebSocket
from micropie.exceptions import InvalidJSON
from tests.micropie.drive import CONNECT, LEAVE, Socket, connect, http_scope, text

BINARY = {"type": "websocket.receive", "text": None, "bytes": b"\xff\x00"}
TEXT = {"type": "websocket.receive", "bytes": None, "text": "hi"}


async def opened(*events: Any, gone: bool = False) -> tuple[WebSocket, Socket]:
    socket = Socket(CONNECT, *events)
    ws = WebSocket(socket.receive, socket.send)
    await ws.accept()
    socket.gone = gone
    return ws, socket


@pytest.mark.parametrize(
    ("event", "as_text", "as_bytes", "as_is"),
    [
        (TEXT, "hi", b"hi", "hi"),
        (BINARY, "\ufffd\x00", b"\xff\x00", b"\xff\x00"),
        ({"type": "websocket.receive", "bytes": b"hi"}, "hi", b"hi", b"hi"),
        ({"type": "websocket.receive", "text": ""}, "", b"", ""),
        ({"type": "websocket.receive"}, "", b"", b""),
    ],
)
async def test_either_kind_of_message_is_converted(
    event: Any, as_text: str, as_bytes: bytes, as_is: str | bytes
) -> None:
    ws, _ = await opened(event, event, event)
    assert await ws.receive_text() == as_text
    assert await ws.receive_bytes() == as_bytes
    assert await ws.receive() == as_is


async def test_messages_go_out_as_they_are() -> None:
    ws, socket = await opened()
    await ws.send_text("a")
    await ws.send_bytes(bytearray(b"b"))
    await ws.send_json({"ä": [1, None]})
    assert socket.messages == ["a", b"b", '{"ä":[1,null]}']


@pytest.mark.parametrize("data", [b"bytes", None, 3, ["text"]])
async def test_sending_something_else_than_text_is_a_type_error(data: Any) -> None:
    ws, socket = await opened()
    with pytest.raises(TypeError, match="expected str"):
        await ws.send_text(data)
    with pytest.raises(TypeError, match="expected bytes"):
        await ws.send_bytes("text")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        await ws.send_json(object())
    assert socket.kinds == ["accept"]
    assert ws.state == "open"


async def test_json_comes_in_and_rubbish_leaves_the_socket_open() -> None:
    ws, _ = await opened(text('{"a": 1}'), text("{"), text("NaN"), BINARY)
    assert await ws.receive_json() == {"a": 1}
    for _ in range(3):
        with pytest.raises(InvalidJSON, match="expected JSON, got"):
            await ws.receive_json()
    assert ws.state == "open"


@pytest.mark.parametrize("code", [1000, 1001, 1005])
async def test_iteration_ends_at_a_normal_close(code: int) -> None:
    ws, _ = await opened(text("a"), BINARY, {"type": "websocket.disconnect", "code": code})
    assert [message async for message in ws] == ["a", b"\xff\x00"]
    assert [message async for message in ws.iter_text()] == []


async def test_iteration_raises_at_any_other_close() -> None:
    ws, _ = await opened(text("1"), {"type": "websocket.disconnect", "code": 1006})
    values = ws.iter_json()
    assert await anext(values) == 1
    with pytest.raises(ConnectionClosed):
        await anext(values)


async def test_iteration_ends_when_we_close() -> None:
    ws, _ = await opened(text("a"))
    async for message in ws.iter_bytes():
        assert message == b"a"
        await ws.close(4000, "enough")
    with pytest.raises(ConnectionClosed, match="4000: enough"):
        await ws.receive_text()


async def test_before_accept_nothing_is_sent_or_received() -> None:
    socket = Socket(CONNECT, text("hi"))
    ws = WebSocket(socket.receive, socket.send)
    for attempt in (ws.receive_text, ws.receive_bytes, lambda: ws.send_text("x")):
        with pytest.raises(RuntimeError, match=r"call await ws\.accept\(\)"):
            await attempt()
    assert (ws.state, ws.accepted, socket.sent) == ("connecting", False, [])
    await ws.accept()
    assert await ws.receive_text() == "hi"
    assert (ws.state, ws.accepted) == ("open", True)


async def test_accepting_twice_is_an_error_and_does_no_harm() -> None:
    ws, socket = await opened()
    with pytest.raises(RuntimeError, match="accepted already"):
        await ws.accept()
    with pytest.raises(RuntimeError, match="an open one"):
        await ws.refuse()
    await ws.send_text("still open")
    assert socket.messages == ["still open"]


async def test_accepting_a_client_that_left_is_connection_closed() -> None:
    socket = Socket({"type": "websocket.disconnect", "code": 1006})
    ws = WebSocket(socket.receive, socket.send)
    for _ in range(2):
        with pytest.raises(ConnectionClosed):
            await ws.accept()
    await ws.close()
    assert socket.sent == []
    socket = Socket(CONNECT, gone=True)
    ws = WebSocket(socket.receive, socket.send)
    with pytest.raises(ConnectionClosed):
        await ws.accept()
    assert (ws.accepted, ws.state) == (False, "closed")


async def test_a_client_that_left_is_connection_closed_again_and_again() -> None:
    ws, socket = await opened(LEAVE)
    for _ in range(2):
        for attempt in (ws.receive, ws.receive_text, lambda: ws.send_text("x"), ws.receive_json):
            with pytest.raises(ConnectionClosed) as caught:
                await attempt()
            assert (caught.value.code, caught.value.reason) == (1001, "bye")
    await ws.close()
    assert socket.kinds == ["accept"]


@pytest.mark.parametrize("error", [OSError("gone"), RuntimeError("after sending close")])
@pytest.mark.parametrize("kind", ["text", "bytes"])
async def test_a_send_the_server_cannot_do_is_connection_closed(
    error: Exception, kind: str
) -> None:
    async def send(event: Any) -> None:
        if event["type"] != "websocket.accept":
            raise error

    ws = WebSocket(Socket(CONNECT).receive, send)
    await ws.accept()
    for _ in range(2):
        with pytest.raises(ConnectionClosed) as caught:
            await (ws.send_bytes(b"x") if kind == "bytes" else ws.send_text("x"))
        assert caught.value.code == 1006
    await ws.close()


async def test_closing_a_client_that_vanished_is_quiet() -> None:
    ws, _ = await opened(gone=True)
    await ws.close()
    assert ws.state == "closed"


async def test_closing_twice_closes_once() -> None:
    ws, socket = await opened()
    await ws.close(3000, "done")
    await ws.close()
    assert socket.kinds == ["accept", "close"]
    assert socket.closing == (3000, "done")


async def test_closing_before_accept_refuses() -> None:
    socket = Socket(CONNECT)
    ws = WebSocket(socket.receive, socket.send)
    await ws.close(4001, "no")
    assert (socket.kinds, socket.closing) == (["close"], (4001, "no"))
    with pytest.raises(ConnectionClosed):
        await ws.accept()


async def test_refusing_has_a_status_and_a_body_where_the_server_can() -> None:
    socket = Socket(CONNECT)
    scope = http_scope("GET", "/", extensions={"websocket.http.response": {}})
    await WebSocket(socket.receive, socket.send, scope).refuse(401, "who are you?")
    start, body = socket.sent
    assert (start["status"], body["body"]) == (401, b"who are you?")
    assert (b"content-length", b"12") in start["headers"]
    socket = Socket(CONNECT)
    await WebSocket(socket.receive, socket.send).refuse(401, "who are you?")
    assert socket.closing == (1008, "who are you?")


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, "1000", None])
async def test_a_code_that_may_not_be_sent_is_a_value_error(code: Any) -> None:
    ws, socket = await opened()
    with pytest.raises(ValueError, match="expected a close code"):
        await ws.close(code)
    assert socket.kinds == ["accept"]


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1011, 1014, 3000, 4999])
async def test_a_code_that_may_be_sent_is(code: int) -> None:
    ws, socket = await opened()
    await ws.close(code)
    assert socket.closing == (code, "")


@given(st.text(st.characters(codec="utf-8")))
async def test_a_reason_is_cut_at_a_character(reason: str) -> None:
    ws, socket = await opened()
    await ws.close(1000, reason)
    sent = socket.closing[1]
    assert reason.startswith(sent)
    assert len(sent.encode()) <= 123
    assert sent == reason or len(sent.encode()) > 119


async def test_a_reason_that_is_no_text_is_a_type_error() -> None:
    ws, _ = await opened()
    with pytest.raises(TypeError, match="close reason"):
        await ws.close(1000, b"bytes")  # type: ignore[arg-type]


async def test_accept_sends_subprotocol_headers_and_cookie(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scope = http_scope("GET", "/", subprotocols=["chat", "json"])
    socket = Socket(CONNECT)
    ws = WebSocket(
        socket.receive, socket.send, scope, session_cookie_secure=False, session_id_validator=None
    )
    with pytest.raises(ValueError, match=r"choose from ws\.subprotocols"):
        await ws.accept("other")
    await ws.accept("json", "an-id", headers=[("X-Room", "lobby"), ("X-Bad", "a\r\nb")])
    (event,) = socket.sent
    assert event["subprotocol"] == "json"
    assert event["headers"] == [
        (b"x-room", b"lobby"),
        (b"set-cookie", b"session_id=an-id; Path=/; SameSite=Lax; HttpOnly"),
    ]
    assert ws.session_id == "an-id"
    assert "X-Bad" in caplog.text


@pytest.mark.parametrize(
    "session_id", ["an-id", "", 5, b"id", "a0f73968-ebeb-11f1-bdda-02fc00000001"]
)
async def test_accept_gives_no_id_that_the_validator_refuses(session_id: Any) -> None:
    socket = Socket(CONNECT)
    ws = WebSocket(socket.receive, socket.send)
    with pytest.raises(ValueError, match="expected a session id"):
        await ws.accept(session_id=session_id)
    # Nothing was sent or taken: it can be accepted still.
    assert (ws.state, ws.session_id, socket.sent, socket.events) == (
        ("connecting", None, [], [CONNECT])
    )
    known = str(uuid.uuid4())
    await ws.accept(session_id=known.upper())
    assert (ws.session_id, socket.cookie) == (known, known)


def test_a_socket_tells_what_the_client_asked_for() -> None:
    socket = Socket()
    scope = http_scope("GET", "/chat", [("X-A", "1")], subprotocols=["a"], client=["::1", 5])
    ws = WebSocket(socket.receive, socket.send, scope)
    assert (ws.path, ws.headers, ws.subprotocols, ws.client) == (
        "/chat",
        {"x-a": "1"},
        ["a"],
        ("::1", 5),
    )
    bare = WebSocket(socket.receive, socket.send)
    assert (bare.path, bare.headers, bare.subprotocols, bare.client) == ("/", {}, [], None)


def one(handler: Any) -> App:
    """Make an app with one WebSocket handler at `/`."""
    app = App()
    app.ws_index = handler  # type: ignore[attr-defined]
    return app


async def test_a_handler_that_returns_closes_with_1000() -> None:
    async def handler(ws: WebSocket) -> None:
        await ws.accept()

    socket = await connect(one(handler), "/")
    assert (socket.kinds, socket.closing) == (["accept", "close"], (1000, ""))


async def test_a_handler_that_never_accepts_refuses() -> None:
    async def handler(ws: WebSocket) -> None: ...

    socket = await connect(one(handler), "/")
    assert (socket.kinds, socket.closing) == (["close"], (1008, "Connection not accepted"))


@pytest.mark.parametrize("accepts", [True, False])
async def test_a_handler_that_raises_closes_with_1011(
    accepts: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(ws: WebSocket) -> None:
        if accepts:
            await ws.accept()
        raise KeyError("secret")

    seen: list[Any] = []
    app = one(handler)
    app.error_hooks.append(lambda error, request: seen.append((error, request)))
    socket = await connect(app, "/")
    assert socket.closing == (1011, "Internal server error")
    assert "KeyError: 'secret'" in caplog.text
    ((error, request),) = seen
    assert (type(error), request.scope["path"]) == (KeyError, "/")


async def test_another_sockets_end_does_not_pass_for_this_ones() -> None:
    other, _ = await opened(LEAVE)

    async def handler(ws: WebSocket) -> None:
        await ws.accept()
        await other.receive_text()

    assert (await connect(one(handler), "/")).closing == (1011, "Internal server error")


async def test_a_client_that_leaves_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(ws: WebSocket) -> None:
        await ws.accept()
        while True:
            await ws.send_text(await ws.receive_text())

    socket = await connect(one(handler), "/", text("a"), LEAVE)
    assert socket.kinds == ["accept", "send"]
    assert caplog.records == []


async def test_a_cancelled_handler_closes_with_1001_and_stays_cancelled() -> None:
    socket = Socket(CONNECT)

    async def handler(ws: WebSocket) -> None:
        await ws.accept()
        await ws.receive_text()

    scope = {**http_scope("GET", "/"), "type": "websocket"}
    running = asyncio.ensure_future(one(handler)(scope, socket.receive, socket.send))
    while not socket.accepted:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert socket.closing == (1001, "")


STEPS = st.sampled_from(
    [
        *("accept", "receive_text", "receive_bytes", "receive_json", "send", "send_bytes"),
        *("close", "close_4000", "refuse", "raise", "bad_send", "iterate", "swallow"),
    ]
)
EVENTS = st.sampled_from([TEXT, BINARY, text('{"a": 1}'), text(""), {"type": "websocket.receive"}])


async def take(step: str, ws: WebSocket) -> None:
    actions: dict[str, Any] = {
        "accept": ws.accept,
        "receive_text": ws.receive_text,
        "receive_bytes": ws.receive_bytes,
        "receive_json": ws.receive_json,
        "send": lambda: ws.send_text("x"),
        "send_bytes": lambda: ws.send_bytes(b"x"),
        "close": ws.close,
        "close_4000": lambda: ws.close(4000, "x"),
        "refuse": lambda: ws.refuse(401),
        "bad_send": lambda: ws.send_text(None),  # type: ignore[arg-type]
        "iterate": ws.__anext__,
    }
    if step == "raise":
        raise KeyError(step)
    if step in actions:
        await actions[step]()


@settings(max_examples=300)
@given(
    st.lists(STEPS, max_size=8),
    st.lists(EVENTS, max_size=5),
    st.sampled_from([1000, 1001, 1005, 1006, None]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
async def test_no_legal_sequence_raises_and_every_answer_is_legal(
    steps: list[str], events: list[Any], code: int | None, early: bool, extended: bool, gone: bool
) -> None:
    async def handler(ws: WebSocket) -> None:
        for step in steps:
            try:
                await take(step, ws)
            except Exception:
                if "swallow" not in steps:
                    raise

    leave = {"type": "websocket.disconnect", "code": code}
    start = [] if early else [CONNECT]
    socket = Socket(*start, *events[: 0 if early else 5], *[leave] * 20, gone=gone)
    scope = {**http_scope("GET", "/"), "type": "websocket"}
    if extended:
        scope["extensions"] = {"websocket.http.response": {}}
    async with asyncio.timeout(5):
        await one(handler)(scope, socket.receive, socket.send)
    left = early or gone or socket.events.count(leave) < 20
    assert socket.ended or left
