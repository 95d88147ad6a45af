"""What a handler returned becomes a response."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import OrderedDict, namedtuple
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from micropie import App
from micropie.responses import make_response
from tests.micropie.drive import Answer, http_scope, request

HTML = "text/html; charset=utf-8"
JSON = "application/json"


Pair = namedtuple("Pair", "status body")


class Text(str):
    pass


class Words:
    def __str__(self) -> str:
        return "schön"

    def say(self) -> str:
        return str(self)


class Colour(Enum):
    RED = 1


def answering(result: Any) -> App:
    """Make an app whose root returns something."""
    app = App()
    app.index = lambda: result() if callable(result) else result  # type: ignore[attr-defined]
    return app


@pytest.mark.parametrize(
    ("result", "status", "media", "body"),
    [
        ("ä", 200, HTML, "ä".encode()),
        (b"\xff", 200, HTML, b"\xff"),
        (bytearray(b"x"), 200, HTML, b"x"),
        (memoryview(b"x"), 200, HTML, b"x"),
        (None, 200, HTML, b""),
        ("", 200, HTML, b""),
        (Text("x"), 200, HTML, b"x"),
        (42, 200, HTML, b"42"),
        (0, 200, HTML, b"0"),
        (True, 200, HTML, b"True"),
        (False, 200, HTML, b"False"),
        (1.5, 200, HTML, b"1.5"),
        (Decimal("1.50"), 200, HTML, b"1.50"),
        (date(2026, 1, 2), 200, HTML, b"2026-01-02"),
        (UUID(int=1), 200, HTML, b"00000000-0000-0000-0000-000000000001"),
        (Path("a"), 200, HTML, b"a"),
        (Words(), 200, HTML, "schön".encode()),
        (Colour.RED, 200, HTML, b"Colour.RED"),
        ((201, 7), 201, HTML, b"7"),
        ((404, False), 404, HTML, b"False"),
        ((201, 404), 201, HTML, b"404"),
        ((200, 3, [("Content-Type", "text/plain")]), 200, "text/plain", b"3"),
        ({"a": "ä"}, 200, JSON, '{"a":"ä"}'.encode()),
        ([1, None], 200, JSON, b"[1,null]"),
        ({}, 200, JSON, b"{}"),
        (OrderedDict(a=1), 200, JSON, b'{"a":1}'),
        ((201, "x"), 201, HTML, b"x"),
        ((HTTPStatus.CREATED, {"a": 1}), 201, JSON, b'{"a":1}'),
        (Pair(202, "x"), 202, HTML, b"x"),
        ((404, None), 404, HTML, b""),
        ((200, "x", None), 200, HTML, b"x"),
        ((200, "x", [("Content-Type", "text/plain")]), 200, "text/plain", b"x"),
        (
            (200, {"a": 1}, [("CONTENT-TYPE", "application/ld+json")]),
            200,
            "application/ld+json",
            b'{"a":1}',
        ),
    ],
)
async def test_a_result_is_a_response(result: Any, status: int, media: str, body: bytes) -> None:
    answer = await request(answering(result), "GET", "/")
    assert (answer.status, answer.all("content-type"), answer.body) == (status, [media], body)
    assert answer.all("content-length") == [str(len(body))]
    assert answer.complete


@pytest.mark.parametrize(
    "result",
    [
        *((), (1,), (200, "x", [], 1), ("200", "x"), (True, "x"), (1.5, 2), (7, 8), ("x", 200)),
        *((99, "x"), (101, "x"), (600, "x"), (200, "x", 3), (200, "x", ["a"])),
        *({"a": object()}, "\ud800", (200, int), (200, print), (200, "x".upper), (200, Words.say)),
        *((200, partial(print)), (200, ValueError("x")), ValueError("x")),
    ],
)
async def test_a_wrong_shape_is_a_logged_500(result: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = await request(answering(lambda: result), "GET", "/")
    assert (answer.status, answer.text) == (500, "500 Internal Server Error")
    assert caplog.records[0].exc_info


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (asyncio.sleep, "got what can be awaited.*; await it"),
        (lambda: (201, asyncio.sleep(0)), "; await it"),
        (lambda: Words, "got a class.*; make an object of it"),
        (lambda: Words.say, "got a function.*; call it"),
        (lambda: Words().say, "got a function.*; call it"),
        (lambda: KeyError("x"), "got an exception.*; raise it"),
    ],
)
async def test_code_that_has_not_run_is_no_answer(
    result: Any, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Site(App):
        async def index(self):
            return result(0) if result is asyncio.sleep else result()

    assert (await request(Site(), "GET", "/")).status == 500
    (record,) = caplog.records
    assert record.exc_info is not None
    assert re.search(says, str(record.exc_info[1]))


async def test_an_exception_is_a_logged_500_and_hooks_hear_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Site(App):
        async def index(self):
            raise KeyError("secret")

    seen: list[Any] = []

    def bad_hook(error: Any, request: Any) -> None:
        raise ValueError("hook")

    app = Site()
    app.error_hooks += [bad_hook, lambda error, request: seen.append(error)]
    hook: dict[str, Any] = {
        "micropie.error_hook": lambda error, request: seen.append(request.method)
    }
    answer = await request(app, "GET", "/", **hook)
    assert answer.text == "500 Internal Server Error"
    assert [type(seen[0]), seen[1]] == [KeyError, "GET"]
    assert "Traceback" in caplog.text
    assert "An error hook failed." in caplog.text


async def test_headers_go_out_in_lower_case_and_bad_ones_do_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    headers = [
        ("X-Good", "1"),
        ("X-Good", "é"),
        ("X-Split", "a\r\nX-Evil: 1"),
        ("X-Wide", "€"),
        ("X Space", "1"),
        ("", "1"),
        ("X-Nul", "\0"),
        ("Content-Length", "99"),
        ("Content-Type", "text/a"),
        ("Content-Type", "text/b"),
    ]
    answer = await request(answering((200, "x", headers)), "GET", "/")
    assert answer.headers == [
        (b"content-type", b"text/b"),
        (b"content-length", b"1"),
        (b"x-good", b"1"),
        (b"x-good", b"\xe9"),
    ]
    assert len(caplog.records) == 5


@pytest.mark.parametrize(("status", "length"), [(204, []), (304, []), (200, ["1"])])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_some_responses_have_no_body(status: int, length: list[str], method: str) -> None:
    result = status, "x", [("X-A", "1")]
    answer = await request(answering(result), method, "/")
    assert answer.all("content-length") == length
    assert answer.header("x-a") == "1"
    assert answer.body == (b"x" if (status, method) == (200, "GET") else b"")
    assert answer.all("content-type") == ([HTML] if status == 200 else [])


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/a?b=c&d=%20#e", "/a?b=c&d=%20#e"),
        ("https://user@example.org:1/ä b", "https://user@example.org:1/%C3%A4%20b"),
        ("/x\r\nX-Evil: 1", "/x%0D%0AX-Evil:%201"),
    ],
)
async def test_a_redirect_has_a_safe_location(location: str, sent: str) -> None:
    class Site(App):
        def index(self):
            return self._redirect(location, [("X-A", "1")])

    answer = await request(Site(), "GET", "/")
    assert (answer.status, answer.header("location"), answer.header("x-a")) == (302, sent, "1")


async def numbers() -> AsyncIterator[str]:
    for number in range(3):
        yield f"{number} "


@pytest.mark.parametrize(
    ("make", "body"),
    [
        (numbers, b"0 1 2 "),
        (lambda: (chunk for chunk in ("a", b"b", "", bytearray(b"c"))), b"abc"),
        (lambda: iter(["a", "b"]), b"ab"),
        (lambda: (200, numbers()), b"0 1 2 "),
    ],
)
async def test_iterables_are_streamed(make: Any, body: bytes) -> None:
    answer = await request(answering(make), "GET", "/")
    assert (answer.status, answer.body, answer.complete) == (200, body, True)
    assert answer.all("content-length") == []
    assert len(answer.chunks) > 1


async def test_a_stream_keeps_its_own_headers() -> None:
    headers = [("Content-Type", "text/event-stream"), ("Content-Length", "6")]
    answer = await request(answering(lambda: (200, numbers(), headers)), "GET", "/")
    assert answer.all("content-type") == ["text/event-stream"]
    assert answer.all("content-length") == ["6"]


async def test_a_sync_stream_is_stepped_in_a_thread() -> None:
    threads = []

    def steps():
        threads.append(threading.current_thread())
        yield "x"

    await request(answering(steps), "GET", "/")
    assert threads[0] is not threading.current_thread()


async def test_a_head_request_runs_no_stream() -> None:
    closed = []

    class Chunks:
        def __iter__(self):
            return self

        def __next__(self):
            raise AssertionError("stepped")

        def close(self):
            closed.append(True)

    answer = await request(answering(Chunks), "HEAD", "/")
    assert (answer.body, answer.complete, closed) == (b"", True, [True])


@pytest.mark.parametrize("kind", ["sync", "async", "chunk"])
async def test_an_error_in_mid_stream_is_logged_and_the_response_not_ended(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    def sync_stream():
        yield "one"
        raise OSError("disk")

    async def async_stream():
        yield "one"
        raise KeyError("x")

    async def chunk_stream():
        yield "one"
        yield 3

    seen: list[Any] = []
    app = answering({"sync": sync_stream, "async": async_stream, "chunk": chunk_stream}[kind])
    app.error_hooks.append(lambda error, request: seen.append(type(error)))
    answer = await request(app, "GET", "/")
    assert (answer.status, answer.body, answer.complete) == (200, b"one", False)
    assert seen == [{"sync": OSError, "async": KeyError, "chunk": TypeError}[kind]]
    assert "the stream of /" in caplog.text


async def leave_after(app: App, count: int, error: bool = False) -> Answer:
    """Take some chunks, then leave: by an event, or so that sending fails."""
    answer = Answer()
    leave = asyncio.Event()

    async def receive() -> Any:
        if not error:
            await leave.wait()
            return {"type": "http.disconnect"}
        await asyncio.Event().wait()

    async def send(event: Any) -> None:
        if leave.is_set() and error:
            raise OSError("gone")
        answer.take(event)
        if len(answer.chunks) >= count:
            leave.set()

    async with asyncio.timeout(5):
        await app(http_scope("GET", "/"), receive, send)
    return answer


@pytest.mark.parametrize("error", [False, True])
@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_stream_is_closed_when_the_client_leaves(
    kind: str, error: bool, caplog: pytest.LogCaptureFixture
) -> None:
    closed = []

    def sync_stream():
        try:
            while True:
                yield "x"
        finally:
            closed.append(kind)

    async def async_stream():
        try:
            while True:
                await asyncio.sleep(0)
                yield "x"
        finally:
            closed.append(kind)

    app = answering(sync_stream if kind == "sync" else async_stream)
    answer = await leave_after(app, 3, error)
    assert not answer.complete
    assert closed == [kind]
    assert caplog.records == []


async def test_a_waiting_stream_is_closed_when_the_client_leaves() -> None:
    closed = asyncio.Event()

    async def stream():
        try:
            yield "x"
            await asyncio.Event().wait()
        finally:
            closed.set()

    await leave_after(answering(stream), 1)
    assert closed.is_set()


async def test_a_client_that_left_before_the_response_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def send(event: Any) -> None:
        raise OSError("gone")

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    closed = []

    def stream():
        try:
            yield "x"
        finally:
            closed.append(True)

    for result in ("text", {"a": 1}, stream, numbers):
        await answering(result)(http_scope("GET", "/"), receive, send)
    assert caplog.records == []


async def test_the_request_is_current_while_a_stream_runs() -> None:
    class Site(App):
        async def index(self):
            yield self.request.scope["path"]

        def sync(self):
            yield self.request.scope["path"]

    assert (await request(Site(), "GET", "/")).text == "/"
    assert (await request(Site(), "GET", "/sync")).text == "/sync"


def test_a_body_before_its_status_is_told_the_order() -> None:
    with pytest.raises(TypeError, match=r"return 403, 'no'"):
        make_response(("no", 403))
    with pytest.raises(ValueError, match="from 200 to 599"):
        make_response((42, 403))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({1, 2}, "expected a body that has an order, got a set, {1, 2}; return sorted("),
        (("a", "b"), "expected a status before the body, got 'a'; return one body, or a list of"),
        ((1, 2, 3, 4), "got 4 values; return a list of them to answer JSON"),
        (App(), "got an object without a text, <micropie.app.App object at"),
    ],
)
def test_what_is_no_answer_says_what_to_return(answer: Any, words: str) -> None:
    with pytest.raises(TypeError, match=re.escape(words)):
        make_response(answer)
