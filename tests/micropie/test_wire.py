"""Malformed, half and vanishing: what clients can do on the wire, against real servers."""

from __future__ import annotations

import asyncio
import json
import logging
import struct
from collections.abc import AsyncIterator, Iterator
from typing import Any

import h11
import pytest
from peers import MAX_MESSAGE
from raw_client import RawClient, frame, raw_client, raw_socket
from wire_site import H11, HTTPTOOLS, HYPERCORN, MAX_BODY, PLACES, Place, everywhere


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Place]]:
    with everywhere() as places:
        yield places


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, servers: dict[str, Place]) -> Place:
    found = servers[request.param]
    found.reset()
    return found


@pytest.fixture(autouse=True)
async def no_task_is_left(place: Place) -> AsyncIterator[None]:
    """Whatever a test did to a server, it still answers, and has nothing left to do."""
    yield
    async with asyncio.timeout(5):
        while (await ask(place, get("/tasks"))).body != b"0":
            await asyncio.sleep(0.001)


async def ask(place: Place, data: bytes, method: str = "GET") -> Any:
    async with raw_client(place.port) as client:
        await client.send(data)
        return await client.reply(method)


def get(target: str | bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    """Make a request, as it is."""
    target = target.encode() if isinstance(target, str) else target
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: x", b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def post(body: bytes, media: bytes, target: str = "/echo") -> bytes:
    length = b"Content-Length: %d" % len(body)
    return get(target, b"Content-Type: " + media, length, method=b"POST") + body


async def vanish(client: RawClient, how: str) -> None:
    """Go away: with a reset, with an end, or with half an end and then the other half."""
    getattr(client, how)()
    while how == "half_close" and await client.read():
        pass


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


# Requests that are whole, but wrong.

ROUTED = {
    "/%": ["%"],
    "/%zz/%f": ["%zz", "%f"],
    "/%ff%fe": ["\ufffd\ufffd"],
    "/%00": ["\0"],
    "/%ED%A0%80": ["\ufffd" * 3],
    "/a%2Fb/c": ["a/b", "c"],
    "/..%2f..%2fetc": ["../../etc"],
    "/greet%3Fx": ["greet?x"],
    "//": [],
    "/;a=b": [";a=b"],
    "/" + "a" * 20000: ["a" * 20000],
    "/?" + "&=%" * 5000: [],
    "/?%ff=%00&%=%&&&=": [],
}


async def test_any_path_is_routed(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    for target, segments in ROUTED.items():
        reply = await ask(place, get(target))
        assert (reply.status, json.loads(reply.body)) == (200, segments), target
    assert errors(caplog) == []


REFUSED = {
    "a private name": (get("/_private"), 404),
    "an encoded private name": (get("/%5F_init__"), 404),
    "a socket's name": (get("/ws_echo"), 404),
    "a number of 5000 digits": (get("/typed/" + "9" * 5000), 400),
    "a number of another script": (get("/typed/%D9%A3"), 400),
    "no JSON": (post(b"", b"application/json"), 400),
    "half a JSON": (post(b"[" * 1900, b"application/json"), 400),
    "NaN": (post(b"[NaN]", b"application/json"), 400),
    "JSON in latin-1": (post(b'"\xe4"', b"application/json"), 400),
    "JSON in UTF-16": (post('"a"'.encode("utf-16"), b"application/json"), 400),
    "a digit too many for Python": (post(b"9" * 1900, b"application/json"), 200),
    "no boundary": (post(b"--x--", b"multipart/form-data"), 400),
    "a boundary in latin-1": (post(b"--x--", b"multipart/form-data; boundary=\xff"), 400),
    "half a boundary": (post(b"--x--", b'multipart/form-data; boundary="x'), 400),
    "a part without headers": (
        post(b"--x\r\n\r\n1\r\n--x--", b"multipart/form-data; boundary=x"),
        400,
    ),
    "no form": (post(b"rubbish", b"multipart/form-data; boundary=x"), 400),
    "a body too large": (post(b"x" * (MAX_BODY + 1), b"text/plain"), 413),
    "a body of the limit": (post(b"x" * MAX_BODY, b"text/plain"), 200),
}


async def test_a_wrong_request_is_refused_in_words(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    for case, (data, status) in REFUSED.items():
        reply = await ask(place, data)
        assert reply.status == status, case
        assert status == 200 or reply.body.startswith(b"%d " % status), case
    assert errors(caplog) == []


COOKIES = [
    b";;;==;session_id",
    b"session_id=" + b"x" * 5000,
    b'session_id="a',
    b"session_id=\xff\xfe",
    b"\xff=\xff",
    b"session_id=;session_id=;" * 100,
    b"session_id=00000000-0000-4000-8000-000000000000",
    b"session_id=../../etc/passwd",
]


async def test_no_cookie_is_believed_that_we_did_not_give(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    for cookie in COOKIES:
        reply = await ask(place, get("/visit", b"Cookie: " + cookie))
        assert (reply.status, reply.body) == (200, b"1"), cookie
        given = reply.headers["set-cookie"].encode("latin-1")
        assert b"session_id=" in given
        assert cookie not in given
    assert errors(caplog) == []


async def test_a_cookie_among_hundreds_is_found(place: Place) -> None:
    given = (await ask(place, get("/visit"))).headers["set-cookie"].partition(";")[0].encode()
    others = [b"Cookie: a%d=b" % index for index in range(200)]
    others.insert(100, b"Cookie: x=y; " + given)
    assert (await ask(place, get("/visit", *others))).body == b"2"


async def test_no_value_splits_or_spoils_a_response(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    for value in ("%0d%0aX-Evil:1", "%00", "%01", "%7f", "%e2%82%ac", "%0b"):
        caplog.clear()
        reply = await ask(place, get(f"/header?value={value}"))
        assert (reply.status, reply.body) == (200, b"x"), value
        assert not {"x-value", "location", "x-evil"} & set(reply.headers), value
        assert errors(caplog) == []
        assert "Dropped the response header" in caplog.text


async def test_a_handler_does_not_decide_how_a_body_is_cut(place: Place) -> None:
    reply = await ask(place, get("/framing"))
    assert (reply.body, reply.headers["content-length"]) == (b"hello", "5")
    assert "transfer-encoding" not in reply.headers


async def test_space_around_a_length_means_nothing(place: Place) -> None:
    data = get("/echo", b"Content-Length:  3 \t", method=b"POST") + b"a=1"
    assert json.loads((await ask(place, data)).body)[1] == {"a": ["1"]}


# Requests that are not whole.


def chunked(*chunks: bytes, target: str = "/echo", media: bytes = b"text/plain") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    headers = b"Content-Type: " + media, b"Transfer-Encoding: chunked"
    return get(target, *headers, method=b"POST") + body


FORM = b"multipart/form-data; boundary=x"
HALF_FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf'

STALLED = {
    "no chunk": chunked(),
    "a chunk and no more": chunked(b"a=1"),
    "half a chunk": chunked(b"a=1")[:-3],
    "a length and no body": get("/echo", b"Content-Length: 30", method=b"POST"),
    "half a body": get("/echo", b"Content-Length: 30", method=b"POST") + b"a=1",
    "no JSON": chunked(b"{", media=b"application/json"),
    "half a form": chunked(HALF_FORM, media=FORM),
    "half an upload": chunked(HALF_FORM, target="/upload", media=FORM),
}


async def test_a_body_that_never_comes_is_a_408(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    replies = await asyncio.gather(*[ask(place, data, "POST") for data in STALLED.values()])
    for case, reply in zip(STALLED, replies, strict=True):
        text = b"408 Request Timeout: Failed to receive body"
        assert (reply.status, reply.body) == (408, text), case
    assert "echo" not in place.site.seen
    assert errors(caplog) == []


@pytest.mark.parametrize("how", ["half_close", "reset"])
async def test_a_client_that_goes_in_mid_body_runs_no_handler(
    place: Place, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    for case, data in STALLED.items():
        async with raw_client(place.port) as client:
            await client.send(data)
            if case == "half an upload":
                await place.until(lambda: "chunk" in place.site.seen)
            await vanish(client, how)
    await place.until(lambda: "incomplete" in place.site.seen)
    assert "echo" not in place.site.seen
    assert errors(caplog) == []


async def test_a_stream_of_chunks_over_the_limit_is_a_413(place: Place) -> None:
    reply = await ask(place, chunked(*[b"x" * 500] * 5), "POST")
    assert (reply.status, reply.body) == (413, b"413 Payload Too Large")


async def test_a_body_that_trickles_is_read_to_its_end(place: Place) -> None:
    body = b"a=" + b"1" * 20
    async with raw_client(place.port) as client:
        await client.send(get("/echo", b"Content-Length: 22", method=b"POST"))
        for index in range(len(body)):
            await client.send(body[index : index + 1])
            await asyncio.sleep(0)
        assert json.loads((await client.reply("POST")).body)[1] == {"a": ["1" * 20]}


# Clients that vanish while they are served.


@pytest.mark.parametrize("path", ["/flow", "/flow_in_steps", "/silence"])
@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_stream_is_closed_when_its_client_vanishes(
    place: Place, path: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with raw_client(place.port) as client:
        await client.send(get(path))
        await client.until(b"first")
        getattr(client, how)()
        await place.until(lambda: place.site.seen)
    assert place.site.seen == ["closed"]
    assert errors(caplog) == []


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_client_that_does_not_wait_for_its_answer_is_no_error(
    place: Place, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with raw_client(place.port) as client:
        await client.send(get("/wait"))
        await place.until(lambda: "waiting" in place.site.seen)
        getattr(client, how)()
    place.site.seen.append("go on")
    if place.name != HYPERCORN:  # it cancels the handler, the others let it end
        await place.until(lambda: "answered" in place.site.seen)
    assert errors(caplog) == []


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
async def test_a_client_that_does_not_read_meets_back_pressure(place: Place, method: bytes) -> None:
    async with raw_client(place.port) as client:
        await client.send(get("/flow", method=method))
        if method == b"HEAD":
            assert (await client.reply("HEAD")).body == b""
        else:
            await client.read()
    await place.until(lambda: place.site.seen == ["closed"] or method == b"HEAD")


async def test_a_handler_that_fails_is_a_500_and_a_stream_that_fails_is_cut(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await ask(place, get("/fail"))).status == 500
    with pytest.raises((h11.RemoteProtocolError, TimeoutError)):
        await ask(place, get("/fail_in_stream"))
    said = [text for text in errors(caplog) if text.startswith("Unhandled exception in")]
    assert said == [
        "Unhandled exception in GET /fail.",
        "Unhandled exception in the stream of /fail_in_stream.",
    ]


# WebSockets: frames that are wrong.


def close_frame(code: int, reason: bytes = b"") -> bytes:
    return frame(8, struct.pack("!H", code) + reason)


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


async def test_a_wrong_frame_ends_the_connection_once(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
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
    assert [text for text in errors(caplog) if "Invalid UTF-8" not in text] == []


async def test_control_frames_between_the_parts_of_a_message_do_no_harm(place: Place) -> None:
    async with raw_socket(place.port, "/echo") as socket:
        await socket.send(
            frame(1, b"a", fin=False) + frame(9, b"ping") + frame(10) + frame(0, b"b")
        )
        assert await socket.message() == b"2"


# WebSockets: clients that vanish in every state.


def handshake(path: str) -> bytes:
    headers = (
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        b"Sec-WebSocket-Version: 13",
    )
    return get(path, *headers).replace(b"Connection: close\r\n", b"")


HOW = pytest.mark.parametrize("how", ["reset", "close", "half_close"])


@HOW
async def test_a_client_that_vanishes_while_we_listen_is_connection_closed(
    place: Place, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    for sent in (b"", frame(1, b"hello")[:-2], frame(1, b"a", fin=False)):
        place.reset()
        async with raw_socket(place.port, "/echo") as socket:
            await socket.send(sent)
            await vanish(socket.client, how)
            await place.until(lambda: place.site.ends)
        assert place.site.ends == [1006 if place.name == HYPERCORN else 1005], sent
    assert errors(caplog) == []


@HOW
async def test_a_client_that_vanishes_while_we_send_is_connection_closed(
    place: Place, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    if place.name == HYPERCORN:
        return  # it drops in silence what is sent to a client that is gone
    async with raw_socket(place.port, "/flood") as socket:
        assert await socket.message()
        await vanish(socket.client, how)
        await place.until(lambda: place.site.ends)
    assert errors(caplog) == []


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_client_that_vanishes_before_it_is_accepted_is_connection_closed(
    place: Place, how: str, caplog: pytest.LogCaptureFixture
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
    assert errors(caplog) == []


async def test_half_a_handshake_is_nothing(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    for size in (0, 5, 60, 120):
        async with raw_client(place.port) as client:
            await client.send(handshake("/echo")[:size])
            client.reset()
    assert (place.site.ends, errors(caplog)) == ([], [])


# Handlers that raise in every state.

FAILING = {"/fail_after": 1011, "/fail_later": 1011, "/fail_closed": 4001}


@pytest.mark.parametrize("path", FAILING)
async def test_a_handler_that_raises_closes_once_and_is_logged(
    place: Place, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with raw_socket(place.port, path) as socket:
        await socket.send(frame(1, b"hi"))
        assert await socket.end() == FAILING[path]
        await socket.send(close_frame(FAILING[path]))
        await place.until(lambda: errors(caplog))
    assert errors(caplog) == [f"Unhandled exception in the WebSocket {path}."]


@pytest.mark.parametrize(("path", "status"), [("/fail_before", 500), ("/fail_refused", 403)])
async def test_a_handler_that_raises_before_it_accepts_refuses(
    place: Place, path: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await ask(place, handshake(path))).status == status
    await place.until(lambda: errors(caplog))
    assert errors(caplog) == [f"Unhandled exception in the WebSocket {path}."]


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_handler_that_raises_when_its_client_is_gone_is_logged(
    place: Place, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with raw_socket(place.port, "/fail_later") as socket:
        await socket.send(frame(1, b"hi"))
        getattr(socket.client, how)()
        await place.until(lambda: errors(caplog) or place.name == H11)
    assert set(errors(caplog)) <= {"Unhandled exception in the WebSocket /fail_later."}
