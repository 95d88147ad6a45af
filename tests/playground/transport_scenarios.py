"""What a client can do with a transport, each as an app and what the client then observes.

Law of the room: a scenario runs on the transport's own loop, names no transport, and returns plain
values. Two transports are the same where these are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple

import micropie
from playground.stage import Stage
from playground.transports import (
    ClientClosed,
    HandshakeRefused,
    ResponseBroken,
    Transport,
    Wire,
)

App = Callable[[Any, Any, Any], Awaitable[None]]
Observe = Callable[[Transport], Coroutine[Any, Any, Any]]

DEADLINE = 20.0
# Nothing moved for so long: whoever sends is being held up.
STILL = 0.5
CHUNK = b"x" * 65_536
# More than all buffers on the way may hold together.
PLENTY = 1_000


class Scenario(NamedTuple):
    """An app, and what is observed of it."""

    app: App
    observe: Observe


ALL: dict[str, Scenario] = {}


def scenario(app: App) -> Callable[[Observe], Observe]:
    """Make a function a scenario of that name."""

    def add(observe: Observe) -> Observe:
        ALL[observe.__name__.replace("_", " ")] = Scenario(app, observe)
        return observe

    return add


# What apps do.


async def accept(receive: Any, send: Any, **more: Any) -> None:
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept", **more})


async def answer(send: Any, status: int, body: bytes = b"", *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


async def say(send: Any, message: str | bytes) -> None:
    kind = "text" if isinstance(message, str) else "bytes"
    await send({"type": "websocket.send", kind: message})


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await accept(receive, send)
    while (event := await receive())["type"] == "websocket.receive":
        await say(send, event["bytes"] if event.get("bytes") is not None else event["text"])


def ending(**event: Any) -> App:
    """Return an app that accepts, and says one more thing."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await accept(receive, send)
        if event:
            await send({"type": "websocket.close", **event})

    return app


# What clients see.


async def end_of(wire: Wire) -> tuple[int, str]:
    """Return the code and the reason with which a connection ends."""
    try:
        while True:
            await wire.receive()
    except ClientClosed as end:
        return end.code, end.reason


async def refusal_of(transport: Transport) -> tuple[int, str]:
    """Return the status and the body with which a handshake is refused."""
    try:
        await transport.connect("/")
    except HandshakeRefused as refused:
        return refused.status, refused.body
    raise AssertionError("expected a refusal, got a connection")


async def ended(transport: Transport) -> tuple[int, str]:
    """Connect, and return how that ends."""
    return await end_of(await transport.connect("/"))


async def held_up(send: Callable[[bytes], Awaitable[None]]) -> tuple[bool, asyncio.Task[int]]:
    """Send plenty; return whether that came to a halt, and the task that goes on with it."""
    sent = 0

    async def all_of_it() -> int:
        nonlocal sent
        for _ in range(PLENTY):
            await send(CHUNK)
            sent += 1
        return sent

    task = asyncio.create_task(all_of_it())
    before = -1
    while not task.done() and sent != before:
        before = sent
        await asyncio.wait({task}, timeout=STILL)
    return not task.done(), task


# The opening handshake.


@scenario(echo)
async def a_handshake_is_accepted(transport: Transport) -> Any:
    wire = await transport.connect("/")
    return wire.subprotocol


async def second_subprotocol(scope: Any, receive: Any, send: Any) -> None:
    await accept(receive, send, subprotocol=scope["subprotocols"][1])
    await say(send, " ".join(scope["subprotocols"]))


@scenario(second_subprotocol)
async def the_app_chooses_a_subprotocol(transport: Transport) -> Any:
    wire = await transport.connect("/", subprotocols=["one", "two", "three"])
    return wire.subprotocol, await wire.receive()


@scenario(echo)
async def the_app_chooses_no_subprotocol(transport: Transport) -> Any:
    return (await transport.connect("/", subprotocols=["one"])).subprotocol


async def tell_scope(scope: Any, receive: Any, send: Any) -> None:
    ours = [pair for pair in scope["headers"] if pair[0].startswith(b"x-")]
    told = repr([scope["path"], scope["raw_path"], scope["query_string"], ours])
    if scope["type"] == "http":
        await answer(send, 200, told.encode())
        return
    await accept(receive, send)
    await say(send, told)


ADDRESS = "/a%20b/%C3%BC?x=1&y=%2B&z"
HEADERS = [("X-One", "first"), ("X-Two", "between"), ("X-One", "second")]


@scenario(tell_scope)
async def the_app_sees_path_query_and_headers_of_a_socket(transport: Transport) -> Any:
    return await (await transport.connect(ADDRESS, headers=HEADERS)).receive()


@scenario(tell_scope)
async def the_app_sees_path_query_and_headers_of_a_request(transport: Transport) -> Any:
    return (await transport.request("GET", ADDRESS, headers=HEADERS)).text


async def tell_client(scope: Any, receive: Any, send: Any) -> None:
    names = b" ".join(sorted({name for name, _ in scope["headers"]}))
    if scope["type"] == "http":
        await answer(send, 200, names)
        return
    await accept(receive, send)
    await say(send, scope["client"][0])
    await say(send, names.decode())


@scenario(tell_client)
async def who_the_app_takes_the_client_for(transport: Transport) -> Any:
    return await (await transport.connect("/")).receive()


@scenario(tell_client)
async def header_names_of_a_handshake(transport: Transport) -> Any:
    wire = await transport.connect("/")
    await wire.receive()
    return await wire.receive()


@scenario(tell_client)
async def header_names_of_a_request(transport: Transport) -> Any:
    return (await transport.request("GET", "/")).text


async def refuse_by_close(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": "members only"})


@scenario(refuse_by_close)
async def a_close_before_accept_refuses(transport: Transport) -> Any:
    return await refusal_of(transport)


async def refuse_by_response(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    headers = [(b"content-type", b"text/plain")]
    start = {"type": "websocket.http.response.start", "status": 401, "headers": headers}
    await send(start)
    for part in (b"who ", b"are you?"):
        more = part == b"who "
        await send({"type": "websocket.http.response.body", "body": part, "more_body": more})


@scenario(refuse_by_response)
async def a_response_refuses_with_its_status(transport: Transport) -> Any:
    return await refusal_of(transport)


async def redirect(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/elsewhere":
        await accept(receive, send)
    headers = [(b"location", b"/elsewhere"), (b"set-cookie", b"a=1")]
    start = {"type": "websocket.http.response.start", "status": 302, "headers": headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": b""})


@scenario(redirect)
async def a_redirected_handshake_is_refused(transport: Transport) -> Any:
    try:
        await transport.connect("/")
    except HandshakeRefused as refusal:
        return refusal.status, [value for name, value in refusal.headers if name == "set-cookie"]
    return "accepted"


async def refuse_by_mistake(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    raise KeyError("no settings")


@scenario(refuse_by_mistake)
async def an_exception_before_accept_refuses(transport: Transport) -> Any:
    return await refusal_of(transport)


async def no_answer(scope: Any, receive: Any, send: Any) -> None:
    await receive()


@scenario(no_answer)
async def returning_before_accept_refuses(transport: Transport) -> Any:
    return await refusal_of(transport)


# Messages.

MESSAGES: list[str | bytes] = ["", "héllo 🙂", b"", b"\x00\xff", "x" * 1_000_000, b"y" * 1_000_000]


@scenario(echo)
async def texts_and_bytes_arrive_as_they_were(transport: Transport) -> Any:
    wire = await transport.connect("/")
    heard = []
    for message in MESSAGES:
        await wire.send(message)
        heard.append(await wire.receive() == message)
    return heard


@scenario(echo)
async def messages_keep_their_order(transport: Transport) -> Any:
    wire = await transport.connect("/")
    for number in range(500):
        await wire.send(str(number))
    return [await wire.receive() for _ in range(500)]


@scenario(echo)
async def too_large_a_message_ends_the_connection(transport: Transport) -> Any:
    wire = await transport.connect("/")
    try:
        await wire.send(b"x" * (16 * 1024 * 1024 + 1))
    except ClientClosed as end:
        return end.code, end.reason
    return await end_of(wire)


class Pouring:
    """An app that sends plenty, and tells whether it was held up."""

    def __init__(self) -> None:
        self.halted: asyncio.Event

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await accept(receive, send)
        halted, task = await held_up(lambda chunk: say(send, chunk))
        self.halted.set()
        await task
        await send({"type": "websocket.close", "code": 4000, "reason": f"halted: {halted}"})


pouring = Pouring()


@scenario(pouring)
async def a_client_that_does_not_read_holds_the_app_up(transport: Transport) -> Any:
    pouring.halted = asyncio.Event()
    wire = await transport.connect("/")
    heard = 0
    # Nothing is read before the app has found out.
    await pouring.halted.wait()
    try:
        while True:
            heard += len(await wire.receive())
    except ClientClosed as end:
        return heard == PLENTY * len(CHUNK), end.code, end.reason


class Deaf:
    """An app that reads nothing until it is told to."""

    def __init__(self) -> None:
        self.hear: asyncio.Event
        self.heard = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.hear = asyncio.Event()
        self.heard = 0
        await accept(receive, send)
        await self.hear.wait()
        while (await receive())["type"] == "websocket.receive":
            self.heard += 1
            if self.heard == PLENTY:
                await say(send, "all of it")


deaf_app = Deaf()


@scenario(deaf_app)
async def an_app_that_does_not_read_holds_the_client_up(transport: Transport) -> Any:
    wire = await transport.connect("/")
    halted, task = await held_up(wire.send)
    deaf_app.hear.set()
    return halted, await task, await wire.receive()


# The end.


@scenario(ending(code=4003, reason="that is all — ü"))
async def the_app_closes_with_code_and_reason(transport: Transport) -> Any:
    return await ended(transport)


@scenario(ending(code=1000))
async def the_app_closes_without_a_reason(transport: Transport) -> Any:
    return await ended(transport)


@scenario(ending())
async def the_app_returns_without_closing(transport: Transport) -> Any:
    return await ended(transport)


async def fail(scope: Any, receive: Any, send: Any) -> None:
    await accept(receive, send)
    raise KeyError("on purpose")


@scenario(fail)
async def the_app_raises(transport: Transport) -> Any:
    return await ended(transport)


class Noting:
    """An app that notes how its connections and requests end."""

    def __init__(self) -> None:
        self.begun: asyncio.Event
        self.last: asyncio.Future[Any]

    def ready(self) -> None:
        """Begin anew, on this loop."""
        self.begun, self.last = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await accept(receive, send)
        else:
            await receive()
        self.begun.set()
        event = await receive()
        if scope["type"] == "http":
            self.last.set_result(event["type"])
            return
        try:
            await say(send, "too late")
            late = "nothing"
        except OSError:
            late = "OSError"
        self.last.set_result((event.get("code"), event.get("reason"), late))


noting = Noting()


@scenario(noting)
async def the_app_hears_that_the_client_closed(transport: Transport) -> Any:
    noting.ready()
    wire = await transport.connect("/")
    await wire.close(4001, "bye")
    return await noting.last, await end_of(wire)


@scenario(noting)
async def the_app_hears_that_a_request_was_given_up(transport: Transport) -> Any:
    noting.ready()
    asking = asyncio.create_task(transport.request("GET", "/"))
    await noting.begun.wait()
    asking.cancel()
    return await noting.last


@scenario(ending(code=4000, reason="done"))
async def sending_on_a_closed_connection_raises(transport: Transport) -> Any:
    wire = await transport.connect("/")
    told = await end_of(wire)
    try:
        await wire.send("hello?")
    except ClientClosed as end:
        return told, (end.code, end.reason)
    return told, "nothing"


@scenario(echo)
async def closing_twice_is_closing_once(transport: Transport) -> Any:
    wire = await transport.connect("/")
    await wire.close(4001, "first")
    await wire.close(4002, "second")
    return await end_of(wire)


async def say_and_close(scope: Any, receive: Any, send: Any) -> None:
    await accept(receive, send)
    for number in range(10):
        await say(send, str(number))
    await send({"type": "websocket.close", "code": 4000})


@scenario(say_and_close)
async def what_was_sent_before_the_close_can_still_be_read(transport: Transport) -> Any:
    wire = await transport.connect("/")
    return [await wire.receive() for _ in range(10)], await end_of(wire)


# HTTP.


async def page(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"x-one", b"1"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"x-one", b"2")]
    await answer(send, 418, "ü".encode(), *headers)


@scenario(page)
async def a_response_has_its_status_headers_and_body(transport: Transport) -> Any:
    got = await transport.request("GET", "/")
    ours = [pair for pair in got.headers if pair[0].lower() in ("x-one", "set-cookie")]
    return got.status, ours, got.body


@scenario(page)
async def header_names_of_a_response(transport: Transport) -> Any:
    got = await transport.request("GET", "/")
    return " ".join(sorted({name.lower() for name, _ in got.headers}))


@scenario(page)
async def a_head_response_has_no_body(transport: Transport) -> Any:
    got = await transport.request("HEAD", "/")
    return got.status, got.body


async def stream(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(20):
        body = str(number).encode() * 10_000
        await send({"type": "http.response.body", "body": body, "more_body": number < 19})


@scenario(stream)
async def a_streamed_response_is_whole_and_in_order(transport: Transport) -> Any:
    got = await transport.request("GET", "/")
    return got.status, got.body == b"".join(str(n).encode() * 10_000 for n in range(20))


async def stream_on(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass
    noting.last.set_result("disconnect")


@scenario(stream_on)
async def a_response_is_read_as_it_comes_and_left(transport: Transport) -> Any:
    noting.ready()
    coming = await transport.ask("GET", "/")
    first = await coming.receive()
    await coming.close()
    await coming.close()
    return coming.status, first, await noting.last


@scenario(stream)
async def a_response_that_is_read_as_it_comes_has_an_end(transport: Transport) -> Any:
    coming = await transport.ask("GET", "/")
    size = 0
    while part := await coming.receive():
        size += len(part)
    again = await coming.receive()
    await coming.close()
    return size, again


async def marking(scope: Any, receive: Any, send: Any) -> None:
    await accept(receive, send, headers=[(b"x-mark", b"1"), (b"set-cookie", b"a=1")])


@scenario(marking)
async def an_accept_brings_headers(transport: Transport) -> Any:
    wire = await transport.connect("/")
    return [(name.lower(), value) for name, value in wire.headers if value in ("1", "a=1")]


async def give_back(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        event = await receive()
        body, more = body + event.get("body", b""), event.get("more_body", False)
    await answer(send, 200, scope["method"].encode() + b" " + body)


@scenario(give_back)
async def a_body_reaches_the_app(transport: Transport) -> Any:
    asked = [("POST", b"x" * 300_000), ("PUT", b""), ("DELETE", b"\x00")]
    return [
        (await transport.request(method, "/", body=body)).body == method.encode() + b" " + body
        for method, body in asked
    ]


async def empty(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, 204)


@scenario(empty)
async def a_response_without_content(transport: Transport) -> Any:
    got = await transport.request("GET", "/")
    return got.status, got.body


async def break_at_once(scope: Any, receive: Any, send: Any) -> None:
    raise KeyError("on purpose")


@scenario(break_at_once)
async def an_exception_before_the_response(transport: Transport) -> Any:
    got = await transport.request("GET", "/")
    return got.status, got.text


async def nothing(scope: Any, receive: Any, send: Any) -> None: ...


@scenario(nothing)
async def no_response_at_all(transport: Transport) -> Any:
    got = await transport.request("GET", "/")
    return got.status, got.text


async def break_off(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise KeyError("on purpose")


@scenario(break_off)
async def an_exception_within_the_response(transport: Transport) -> Any:
    try:
        return (await transport.request("GET", "/")).body
    except ResponseBroken as broken:
        return str(broken)


# Through a stage: the code changes, the sockets stay.


def numbered(number: int) -> App:
    """Return an app that answers with its number."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        await accept(receive, send)
        while (event := await receive())["type"] == "websocket.receive":
            await say(send, f"{number}: {event['text']}")

    return app


async def greeting(wire: Wire, count: int) -> list[str | bytes]:
    for each in range(count):
        await wire.send(str(each))
    return [await wire.receive() for _ in range(count)]


class Staged:
    """A stage that each run has for itself."""

    def __init__(self) -> None:
        self.stage: Stage

    def ready(self) -> Stage:
        """Begin with an empty stage, on this loop."""
        self.stage = Stage(on_trouble=lambda said: None)
        return self.stage

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.stage(scope, receive, send)


staged = Staged()


@scenario(staged)
async def an_open_socket_is_handed_over(transport: Transport) -> Any:
    stage = staged.ready()
    await stage.swap(numbered(1))
    wire = await transport.connect("/")
    before = await greeting(wire, 3)
    await stage.swap(numbered(2))
    return before, await greeting(wire, 3)


@scenario(staged)
async def an_open_socket_is_closed_by_a_swap_that_shall(transport: Transport) -> Any:
    stage = staged.ready()
    await stage.swap(numbered(1))
    wire = await transport.connect("/")
    await greeting(wire, 1)
    await stage.swap(numbered(2), "close")
    return await end_of(wire)


# The framework's own words.


class Faulty(micropie.App):
    """Handlers that fail, and one that tells what it was asked."""

    async def index(self, name: str = "nobody") -> Any:
        return {"hello": name}

    async def broken(self) -> None:
        raise KeyError("on purpose")

    async def ws_broken(self, ws: Any) -> None:
        await ws.accept()
        raise KeyError("on purpose")


@scenario(Faulty())
async def a_handler_that_raises_ends_its_connection_with_1011(transport: Transport) -> Any:
    return await end_of(await transport.connect("/broken"))


@scenario(Faulty())
async def a_path_without_a_handler_refuses(transport: Transport) -> Any:
    try:
        await transport.connect("/nowhere")
    except HandshakeRefused as refused:
        return str(refused)


@scenario(Faulty())
async def a_handler_that_raises_answers_500(transport: Transport) -> Any:
    got = await transport.request("GET", "/broken")
    return got.status, got.text


@scenario(Faulty())
async def json_arrives_as_json(transport: Transport) -> Any:
    got = await transport.request("GET", "/?name=Ada")
    return got.status, got.header("content-type"), got.json()


class Ticking(micropie.App):
    """A handler that only sends, and what it learns of its client's end."""

    end: asyncio.Future[tuple[int, str]]

    async def ws_index(self, ws: micropie.WebSocket) -> None:
        self.end = asyncio.get_running_loop().create_future()
        await ws.accept()
        try:
            while True:
                await ws.send("tick")
                await asyncio.sleep(0.001)
        except micropie.ConnectionClosed as closed:
            self.end.set_result((closed.code, closed.reason))


TICKING = Ticking()


@scenario(TICKING)
async def a_handler_that_only_sends_hears_how_its_client_closed(transport: Transport) -> Any:
    wire = await transport.connect("/")
    await wire.receive()
    await wire.close(4001, "enough")
    return await TICKING.end
