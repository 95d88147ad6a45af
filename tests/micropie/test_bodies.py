"""A request body in: limits, time-out, JSON, forms, and a client that leaves."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropie import App
from micropie.bodies import BODILESS_METHODS, DEFAULT_MAX_JSON_KEYS
from micropie.jsontext import has_more_keys
from tests.micropie.drive import Answer, form, http_scope, json_body, request

FORM = [("content-type", "application/x-www-form-urlencoded")]
MULTIPART = "multipart/form-data; boundary=x"


class Site(App):
    def page(self, a=None, b=None):
        return [a, b, self.request.body_parsed]

    def fields(self):
        return self.request.body_params


METHODS = ["POST", "PUT", "PATCH", "DELETE", "QUERY", "BREW"]


@pytest.mark.parametrize("method", METHODS)
async def test_a_form_fills_parameters(method: str) -> None:
    answer = await request(Site(), method, "/page", **form("a=1&a=2&b=%C3%A4+x&c="))
    assert answer.json() == ["1", "ä x", True]


async def test_a_body_without_a_type_is_a_form() -> None:
    assert (await request(Site(), "POST", "/page", body=b"a=1")).json() == ["1", None, True]


@pytest.mark.parametrize("method", sorted(BODILESS_METHODS - {"HEAD"}))
async def test_other_methods_do_not_read_the_body(method: str) -> None:
    assert (await request(Site(), method, "/page", **form("a=1"))).json() == [None, None, False]


@pytest.mark.parametrize("method", METHODS)
async def test_json_is_read_whatever_the_method(method: str) -> None:
    answer = await request(Site(), method, "/page", **json_body('{"a": 1}'))
    assert answer.json() == [1, None, True]
    assert (await request(Site(), method, "/page", **json_body("{"))).status == 400


@pytest.mark.parametrize(("method", "status"), [("DELETE", 200), ("QUERY", 200), ("PUT", 400)])
async def test_a_method_that_needs_no_body_may_have_none(method: str, status: int) -> None:
    assert (await request(Site(), method, "/page", **json_body(""))).status == status


@pytest.mark.parametrize("coding", ["gzip", "GZIP", " br ", "deflate, gzip", "x-gzip"])
@pytest.mark.parametrize("media", ["application/json", "a/b+json", FORM[0][1], MULTIPART, None])
async def test_a_compressed_body_is_415_with_a_reason(coding: str, media: str | None) -> None:
    headers = [("content-encoding", coding), *([("content-type", media)] if media else [])]
    answer = await request(Site(), "POST", "/page", headers=headers, body=gzip.compress(b"{}"))
    assert answer.status == 415
    assert f"got Content-Encoding {coding.strip()}; send it as it is" in answer.text
    assert answer.header("accept-encoding") == "identity"


@pytest.mark.parametrize(
    ("coding", "media"),
    [("identity", "application/json"), ("", "application/json"), ("gzip", "application/zip")],
)
async def test_what_is_not_compressed_or_not_read_here_passes(coding: str, media: str) -> None:
    headers = [("content-encoding", coding), ("content-type", media)]
    assert (await request(Site(), "POST", "/page", headers=headers, body=b"{}")).status == 200


@pytest.mark.parametrize(
    ("body", "charset", "told"),
    [
        ('{"a": 1}'.encode("utf-16"), None, "UTF-16"),
        ('{"a": 1}'.encode("utf-16-le"), None, "UTF-16"),
        ('{"a": 1}'.encode("utf-16-be"), "utf-16", "UTF-16"),
        ("1".encode("utf-16-le"), None, "UTF-16"),
        ('"\u4e2d"'.encode("utf-16"), None, "UTF-16"),
        ('{"a": 1}'.encode("utf-32"), None, "UTF-32"),
        ('{"a": 1}'.encode("utf-32-be"), None, "UTF-32"),
        ('{"ä": 1}'.encode("latin-1"), '"iso-8859-1"', "iso-8859-1"),
    ],
)
async def test_json_in_another_charset_is_415_with_a_reason(
    body: bytes, charset: str | None, told: str
) -> None:
    media = "application/json" + (f"; charset={charset}" if charset else "")
    answer = await request(Site(), "POST", "/page", headers=[("content-type", media)], body=body)
    expected = f"415 Unsupported Media Type: expected JSON in UTF-8, got {told}"
    assert (answer.status, answer.text) == (415, expected)


@pytest.mark.parametrize("media", [FORM[0][1], None, "text/plain"])
@pytest.mark.parametrize(("count", "status"), [(3, 200), (4, 413)])
async def test_a_form_has_so_many_fields(media: str | None, count: int, status: int) -> None:
    app = Site(max_form_fields=3)
    headers = [("content-type", media)] if media else []
    body = "&".join(["a=1"] * count).encode()
    answer = await request(app, "POST", "/page", headers=headers, body=body)
    assert answer.status == status
    assert answer.text in ('["1",null,true]', "413 Payload Too Large: more than 3 form fields")
    app = Site(max_form_fields=None)
    assert (await request(app, "POST", "/page", headers=headers, body=body)).status == 200


async def test_other_bytes_than_a_form_may_have_any_number_of_ampersands() -> None:
    class Plain(App):
        def page(self):
            return "read by nobody"

    headers = [("content-type", "application/octet-stream")]
    answer = await request(Plain(), "PUT", "/page", headers=headers, body=b"&" * 5000)
    assert answer.status == 200


@pytest.mark.parametrize(("count", "status"), [(100, 200), (101, 413)])
async def test_json_has_so_many_keys(count: int, status: int) -> None:
    text = json.dumps([{f"{number}:": '"a":{"b":1'} for number in range(count)])
    answer = await request(Site(max_json_keys=100), "POST", "/page", **json_body(text))
    assert answer.status == status
    assert answer.status == 200 or answer.text == "413 Payload Too Large: more than 100 JSON keys"
    answer = await request(Site(max_json_keys=None), "POST", "/page", **json_body(text))
    assert answer.status == 200


async def test_by_default_json_has_a_hundred_thousand_keys() -> None:
    text = json.dumps(dict.fromkeys(map(str, range(DEFAULT_MAX_JSON_KEYS + 1))))
    assert (await request(Site(), "POST", "/page", **json_body(text))).status == 413


_JSON = st.recursive(
    st.none() | st.text() | st.text(alphabet='\\":{,', max_size=9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='\\":a'), inner),
    max_leaves=20,
)


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0


@given(_JSON, st.sampled_from([None, 1]), st.booleans(), st.integers(1, 9))
def test_keys_are_counted_without_reading(
    value: Any, indent: int | None, ascii_only: bool, step: int
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("micropie.jsontext._SLICE", step)
        count = _keys(value)
        assert not has_more_keys(text, count)
        assert count == 0 or has_more_keys(text, count - 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "b": [2]}', [1, [2], True]),
        ("[1]", [None, None, True]),
        ("3", [None, None, True]),
    ],
)
async def test_json_fills_parameters_with_its_own_types(text: str, expected: Any) -> None:
    assert (await request(Site(), "POST", "/page", **json_body(text))).json() == expected


async def test_a_json_suffix_is_json() -> None:
    headers = [("content-type", "application/vnd.api+json")]
    answer = await request(Site(), "POST", "/page", headers=headers, body=b'{"a": 1}')
    assert answer.json() == [1, None, True]


@pytest.mark.parametrize(
    "text", ["", " ", "{", '{"a": NaN}', "[1,]", "'a'", "\ufeff{", "[" * 100000]
)
async def test_bad_json_is_refused(text: str) -> None:
    answer = await request(Site(), "POST", "/page", **json_body(text))
    assert (answer.status, answer.text) == (400, "400 Bad Request: Bad JSON")


@pytest.mark.parametrize("length", ["x", "-1", "1.5", "", "²"])
async def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    headers = [*FORM, ("content-length", length)]
    answer = await request(Site(), "POST", "/page", headers=headers, body=b"a=1")
    assert (answer.status, answer.text) == (400, "400 Bad Request: Invalid Content-Length")


@pytest.mark.parametrize(("size", "status"), [(9, 200), (10, 200), (11, 413)])
@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("step", [1, 4, 100])
async def test_the_limit_is_inclusive(size: int, status: int, declared: bool, step: int) -> None:
    body = b"a=" + b"x" * (size - 2)
    headers = [*FORM, *([("content-length", str(size))] if declared else [])]
    chunks = [body[start : start + step] for start in range(0, size, step)]
    answer = await request(Site(max_body_size=10), "POST", "/page", headers=headers, chunks=chunks)
    assert answer.status == status
    assert status == 200 or answer.text == "413 Payload Too Large"


async def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    async def receive() -> Any:
        raise AssertionError("read")

    answer = Answer()

    async def send(event: Any) -> None:
        answer.take(event)

    scope = http_scope("POST", "/page", [("content-length", "9" * 5000)])
    await Site()(scope, receive, send)
    assert answer.status == 413


async def test_the_limit_may_be_switched_off() -> None:
    app = Site(max_body_size=None, body_timeout=None)
    body = b"a=" + b"x" * (17 * 1024 * 1024)
    assert (await request(app, "POST", "/page", body=body)).status == 200


async def silent(first: list[Any], content_type: str = "") -> Answer:
    """Post to an app that waits 10 ms for a body that stops after some events."""
    answer = Answer()

    async def receive() -> Any:
        if first:
            return first.pop(0)
        await asyncio.Event().wait()

    async def send(event: Any) -> None:
        answer.take(event)

    scope = http_scope("POST", "/page", [("content-type", content_type)])
    await Site(body_timeout=0.01)(scope, receive, send)
    return answer


@pytest.mark.parametrize("content_type", ["", "multipart/form-data; boundary=b"])
@pytest.mark.parametrize("count", [0, 1])
async def test_a_body_that_stops_is_a_408(content_type: str, count: int) -> None:
    events = [{"type": "http.request", "body": b"--b\r\n", "more_body": True}] * count
    answer = await silent(events, content_type)
    assert (answer.status, answer.text) == (408, "408 Request Timeout: Failed to receive body")


async def test_a_body_that_comes_late_is_read() -> None:
    chunks = [b"a=", b"1", b"&b=2"]
    answer = Answer()

    async def receive() -> Any:
        await asyncio.sleep(0)
        chunk = chunks.pop(0)
        await asyncio.sleep(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    async def send(event: Any) -> None:
        answer.take(event)

    await Site()(http_scope("POST", "/page"), receive, send)
    assert answer.json() == ["1", "2", True]


async def test_cancelling_a_request_cancels_its_receive() -> None:
    cancelled = asyncio.Event()
    waiting = asyncio.Event()

    async def receive() -> Any:
        waiting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def send(event: Any) -> None:
        raise AssertionError(event)

    running = asyncio.ensure_future(Site()(http_scope("POST", "/page"), receive, send))
    await waiting.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert cancelled.is_set()


async def test_a_receive_that_is_no_coroutine_works_too() -> None:
    loop = asyncio.get_running_loop()

    def receive() -> Any:
        future = loop.create_future()
        loop.call_soon(future.set_result, {"type": "http.request", "body": b"a=1"})
        return future

    answer = Answer()

    async def send(event: Any) -> None:
        answer.take(event)

    await Site()(http_scope("POST", "/page"), receive, send)
    assert answer.json() == ["1", None, True]


@pytest.mark.parametrize("headers", [FORM, [("content-type", "application/json")]])
async def test_half_a_body_runs_no_handler(headers: Any) -> None:
    class Never(App):
        def page(self, a=None):
            raise AssertionError("called")

    leave = {"type": "http.disconnect"}
    answer = await request(Never(), "POST", "/page", headers=headers, body=b"a=1", then=leave)
    assert answer.status == 0


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(VALUES, st.integers(1, 50))
async def test_chunking_never_matters(value: Any, step: int) -> None:
    class Echo(App):
        def page(self):
            return [self.request.json()]

    body = json.dumps(value).encode()
    chunks = [body[start : start + step] for start in range(0, len(body), step)]
    headers = [("content-type", "application/json")]
    answer = await request(Echo(), "POST", "/page", headers=headers, chunks=chunks)
    assert answer.json() == [value]
