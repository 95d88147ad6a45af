"""Malformed, half and vanishing: what HTTP clients can do on the wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import h11
import pytest

from tests.micropie.raw_client import get, raw_client, vanish
from tests.micropie.wire_site import HYPERCORN, MAX_BODY, Place

Errors = Callable[[], list[str]]


def post(body: bytes, media: bytes, target: str = "/echo") -> bytes:
    length = b"Content-Length: %d" % len(body)
    return get(target, b"Content-Type: " + media, length, method=b"POST") + body


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


async def test_any_path_is_routed(place: Place, errors: Errors) -> None:
    for target, segments in ROUTED.items():
        reply = await place.ask(get(target))
        assert (reply.status, json.loads(reply.body)) == (200, segments), target
    assert errors() == []


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
    "JSON in UTF-16": (post('"a"'.encode("utf-16"), b"application/json"), 415),
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


async def test_a_wrong_request_is_refused_in_words(place: Place, errors: Errors) -> None:
    for case, (data, status) in REFUSED.items():
        reply = await place.ask(data)
        assert reply.status == status, case
        assert status == 200 or reply.body.startswith(b"%d " % status), case
    assert errors() == []


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


async def test_no_cookie_is_believed_that_we_did_not_give(place: Place, errors: Errors) -> None:
    for cookie in COOKIES:
        reply = await place.ask(get("/visit", b"Cookie: " + cookie))
        assert (reply.status, reply.body) == (200, b"1"), cookie
        given = reply.headers["set-cookie"].encode("latin-1")
        assert b"session_id=" in given
        assert cookie not in given
    assert errors() == []


async def test_a_cookie_among_hundreds_is_found(place: Place) -> None:
    given = (await place.ask(get("/visit"))).headers["set-cookie"].partition(";")[0].encode()
    others = [b"Cookie: a%d=b" % index for index in range(200)]
    others.insert(100, b"Cookie: x=y; " + given)
    assert (await place.ask(get("/visit", *others))).body == b"2"


async def test_no_value_splits_or_spoils_a_response(
    place: Place, caplog: pytest.LogCaptureFixture, errors: Errors
) -> None:
    for value in ("%0d%0aX-Evil:1", "%00", "%01", "%7f", "%e2%82%ac", "%0b"):
        caplog.clear()
        reply = await place.ask(get(f"/header?value={value}"))
        assert (reply.status, reply.body) == (200, b"x"), value
        assert not {"x-value", "location", "x-evil"} & set(reply.headers), value
        assert errors() == []
        assert "Dropped the response header" in caplog.text


async def test_a_handler_does_not_decide_how_a_body_is_cut(place: Place) -> None:
    reply = await place.ask(get("/framing"))
    assert (reply.body, reply.headers["content-length"]) == (b"hello", "5")
    assert "transfer-encoding" not in reply.headers


async def test_space_around_a_length_means_nothing(place: Place) -> None:
    data = get("/echo", b"Content-Length:  3 \t", method=b"POST") + b"a=1"
    assert json.loads((await place.ask(data)).body)[1] == {"a": ["1"]}


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


async def test_a_body_that_never_comes_is_a_408(place: Place, errors: Errors) -> None:
    replies = await asyncio.gather(*[place.ask(data, "POST") for data in STALLED.values()])
    for case, reply in zip(STALLED, replies, strict=True):
        text = b"408 Request Timeout: Failed to receive body"
        assert (reply.status, reply.body) == (408, text), case
    assert "echo" not in place.site.seen
    assert errors() == []


@pytest.mark.parametrize("how", ["half_close", "reset"])
async def test_a_client_that_goes_in_mid_body_runs_no_handler(
    place: Place, how: str, errors: Errors
) -> None:
    for case, data in STALLED.items():
        async with raw_client(place.port) as client:
            await client.send(data)
            if case == "half an upload":
                await place.until(lambda: "chunk" in place.site.seen)
            await vanish(client, how)
    await place.until(lambda: "incomplete" in place.site.seen)
    assert "echo" not in place.site.seen
    assert errors() == []


async def test_a_stream_of_chunks_over_the_limit_is_a_413(place: Place) -> None:
    reply = await place.ask(chunked(*[b"x" * 500] * 5), "POST")
    assert (reply.status, reply.body) == (413, b"413 Payload Too Large")


async def test_a_body_that_trickles_is_read_to_its_end(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy the machine is.
    monkeypatch.setattr(place.site, "body_timeout", 60)
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
    place: Place, path: str, how: str, errors: Errors
) -> None:
    async with raw_client(place.port) as client:
        await client.send(get(path))
        await client.until(b"first")
        getattr(client, how)()
        await place.until(lambda: place.site.seen)
    assert place.site.seen == ["closed"]
    assert errors() == []


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_client_that_does_not_wait_for_its_answer_is_no_error(
    place: Place, how: str, errors: Errors
) -> None:
    async with raw_client(place.port) as client:
        await client.send(get("/wait"))
        await place.until(lambda: "waiting" in place.site.seen)
        getattr(client, how)()
    place.site.seen.append("go on")
    if place.name != HYPERCORN:  # it cancels the handler, the others let it end
        await place.until(lambda: "answered" in place.site.seen)
    assert errors() == []


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
    place: Place, errors: Errors
) -> None:
    assert (await place.ask(get("/fail"))).status == 500
    with pytest.raises((h11.RemoteProtocolError, TimeoutError)):
        await place.ask(get("/fail_in_stream"))
    said = [text for text in errors() if text.startswith("Unhandled exception in")]
    assert said == [
        "Unhandled exception in GET /fail.",
        "Unhandled exception in the stream of /fail_in_stream.",
    ]
