"""What a handler returned becomes a response."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, namedtuple
from http import HTTPStatus
from typing import Any

import pytest
from drive import Answer, http_scope, request

from micropie import App

HTML = "text/html; charset=utf-8"
JSON = "application/json"


Pair = namedtuple("Pair", "status body")


class Text(str):
    pass


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
        *(3, 1.5, object(), True, (1,), (200, "x", [], 1), ("200", "x"), (True, "x")),
        *((99, "x"), (101, "x"), (600, "x"), (200, 3), (200, "x", 3), (200, "x", ["a"])),
        *({"a": object()}, "\ud800", set),
    ],
)
async def test_a_wrong_shape_is_a_logged_500(result: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = await request(answering(lambda: result), "GET", "/")
    assert (answer.status, answer.text) == (500, "500 Internal Server Error")
    assert caplog.records[0].exc_info


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
    hook = {"micropie.error_hook": lambda error, request: seen.append(request.method)}
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


async def numbers():
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
