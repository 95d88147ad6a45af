"""A request body in: limits, time-out, JSON, forms, and a client that leaves."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from drive import Answer, form, http_scope, json_body, request
from hypothesis import given
from hypothesis import strategies as st

from micropie import App
from micropie.bodies import BODY_METHODS

FORM = [("content-type", "application/x-www-form-urlencoded")]


class Site(App):
    def page(self, a=None, b=None):
        return [a, b, self.request.body_parsed]

    def fields(self):
        return self.request.body_params


@pytest.mark.parametrize("method", sorted(BODY_METHODS))
async def test_a_form_fills_parameters(method: str) -> None:
    answer = await request(Site(), method, "/page", **form("a=1&a=2&b=%C3%A4+x&c="))
    assert answer.json() == ["1", "ä x", True]


async def test_a_body_without_a_type_is_a_form() -> None:
    assert (await request(Site(), "POST", "/page", body=b"a=1")).json() == ["1", None, True]


async def test_other_methods_do_not_read_the_body() -> None:
    assert (await request(Site(), "DELETE", "/page", **form("a=1"))).json() == [None, None, False]


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
