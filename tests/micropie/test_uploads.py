"""A multipart form, parsed while it arrives."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropie import App, HttpMiddleware, MultipartFileError
from micropie.exceptions import ClientDisconnected, PayloadTooLarge
from tests.micropie.drive import Answer, http_scope, request

TYPE = [("content-type", 'Multipart/Form-Data; boundary="a b"')]


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """Make one part of a form with the boundary of `TYPE`."""
    ending = "" if filename is None else f'; filename="{filename}"\r\nContent-Type: text/plain'
    head = f'--a b\r\nContent-Disposition: form-data; name="{name}"{ending}\r\n\r\n'
    return head.encode() + content + b"\r\n"


END = b"--a b--\r\n"
BODY = part("title", "Ünï".encode()) + part("doc", b"x" * 300, "a.txt") + part("late", b"z") + END


async def drained(file: Any) -> bytes:
    parts = []
    while (chunk := await file["content"].get()) is not None:
        parts.append(chunk)
    assert await file["content"].get() is None
    return b"".join(parts)


class Site(App):
    async def upload(self, title, doc, late="missing"):
        content = await drained(doc)
        return [title, doc["filename"], doc["content_type"], len(content), late]

    async def form(self):
        request = self.request
        return [request.form("title"), request.form("late"), sorted(request.files)]

    async def only(self, doc):
        try:
            content = await drained(doc)
        except MultipartFileError as error:
            self.seen = error
            raise
        return str(len(content))

    async def rest(self, **fields):
        return sorted(fields)


FILES = [("content-type", "multipart/form-data; boundary=b")]


async def named(disposition: str) -> Any:
    """Return the name that a handler gets for a file."""

    class Names(App):
        async def page(self, f):
            await drained(f)
            return [f["filename"]]

    head = f"--b\r\nContent-Disposition: form-data; name=f; {disposition}\r\n\r\nx\r\n--b--\r\n"
    answer = await request(Names(), "POST", "/page", headers=FILES, body=head.encode())
    (name,) = answer.json()
    return name


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('filename="a.txt"', "a.txt"),
        ('filename="../../etc/passwd"', "passwd"),
        ('filename="..\\\\..\\\\boot.ini"', "boot.ini"),
        ("filename*=UTF-8''%e2%82%ac%20rates.txt", "€ rates.txt"),
        ("filename=\"plain.txt\"; filename*=UTF-8'en'na%C3%AFve.txt", "naïve.txt"),
        ("filename*=iso-8859-1''%a3.txt; filename=x.txt", "£.txt"),
        ("filename*=UTF-8''..%2f..%5cevil.sh", "evil.sh"),
        ("filename*=UTF-8''%00CON.txt", "_CON.txt"),
        ("filename*=koi8-r''%c1; filename=safe.txt", "safe.txt"),
        ("filename*=broken; filename=safe.txt", "safe.txt"),
        ("filename=\"a; filename*=UTF-8''b\"", "a; filename_=UTF-8''b".replace("_", "*")),
    ],
)
async def test_a_file_has_the_name_that_was_meant_and_no_path(disposition: str, name: str) -> None:
    assert await named(disposition) == name


@pytest.mark.parametrize(
    ("files", "fields", "status"), [(2, 2, 200), (4, 0, 200), (3, 2, 413), (5, 0, 413), (0, 3, 413)]
)
async def test_a_form_has_so_many_parts_and_fields(files: int, fields: int, status: int) -> None:
    app = Site(max_form_parts=4, max_form_fields=2)
    body = part("doc", b"x", "a") * files + part("title", b"y") * fields + END
    assert (await request(app, "POST", "/form", headers=TYPE, body=body)).status == status


async def test_too_many_parts_are_refused_with_words_before_they_are_all_read() -> None:
    for app, says in [
        (Site(max_form_parts=5), "more than 5 parts"),
        (Site(max_form_fields=5), "more than 5 form fields"),
        (Site(), "more than 1000"),
    ]:
        body = part("title", b"") * 30_000 + END
        answer = await request(app, "POST", "/form", headers=TYPE, body=body)
        assert answer.status == 413
        assert says in answer.text


@pytest.mark.parametrize("step", [1, 7, 64, 10000])
async def test_chunking_never_matters(step: int) -> None:
    chunks = [BODY[start : start + step] for start in range(0, len(BODY), step)]
    answer = await request(Site(), "POST", "/upload", headers=TYPE, chunks=chunks)
    assert answer.json() == ["Ünï", "a.txt", "text/plain", 300, "z"]


async def test_a_handler_without_parameters_sees_the_whole_form() -> None:
    answer = await request(Site(), "POST", "/form", headers=TYPE, body=BODY)
    assert answer.json() == ["Ünï", "z", ["doc"]]
    answer = await request(Site(), "POST", "/rest", headers=TYPE, body=BODY)
    assert answer.json() == ["doc", "late", "title"]


async def test_a_file_is_drained_while_it_arrives() -> None:
    drained_first = asyncio.Event()

    class Eager(App):
        async def page(self, doc):
            first = await doc["content"].get()
            drained_first.set()
            return first + await drained(doc)

    head, tail = part("doc", b"first", "a")[:-2], b"second\r\n" + END
    answer = Answer()
    events = [head, tail]

    async def receive() -> Any:
        if len(events) == 1:
            await drained_first.wait()
        return {"type": "http.request", "body": events.pop(0), "more_body": bool(events)}

    async def send(event: Any) -> None:
        answer.take(event)

    async with asyncio.timeout(5):
        await Eager()(http_scope("POST", "/page", TYPE), receive, send)
    assert answer.text == "firstsecond"


async def test_an_upload_that_ends_early_never_reads_as_complete() -> None:
    app = Site()
    leave = {"type": "http.disconnect"}
    body = part("doc", b"half", "a")[:-2]
    answer = await request(app, "POST", "/only", headers=TYPE, body=body, then=leave, slow=True)
    assert answer.status == 0
    assert isinstance(app.seen.cause, ClientDisconnected)


async def test_an_upload_over_the_limit_is_413_for_a_running_handler() -> None:
    app = Site(max_body_size=200)
    body = part("doc", b"x" * 1000, "a") + END
    chunks = [body[start : start + 50] for start in range(0, len(body), 50)]
    answer = await request(app, "POST", "/only", headers=TYPE, chunks=chunks, slow=True)
    assert (answer.status, answer.text) == (413, "413 Payload Too Large")
    assert isinstance(app.seen.cause, PayloadTooLarge)


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        (TYPE, b"", "400 Bad Request: Malformed multipart body"),
        (TYPE, b"rubbish", "400 Bad Request: Malformed multipart body"),
        (TYPE, BODY[:-9], "400 Bad Request: Malformed multipart body"),
        (TYPE, b"--a b\r\nX: y\r\n\r\n\r\n" + END, "400 Bad Request: Malformed multipart body"),
        ([("content-type", "multipart/form-data")], BODY, "400 Bad Request: Missing boundary"),
        (
            [("content-type", "multipart/form-data; boundary=")],
            BODY,
            "400 Bad Request: Missing boundary",
        ),
        (TYPE, part("title", b"x" * 101) + END, "413 Payload Too Large: Multipart form field"),
    ],
)
async def test_a_bad_form_is_refused(headers: Any, body: bytes, expected: str) -> None:
    app = Site(max_form_field_size=100)
    answer = await request(app, "POST", "/form", headers=headers, body=body)
    assert (answer.status, answer.text) == (int(expected[:3]), expected)


async def test_a_field_at_the_limit_is_accepted() -> None:
    body = part("title", b"x" * 100) + END
    app = Site(max_form_field_size=100)
    assert (await request(app, "POST", "/form", headers=TYPE, body=body)).json()[0] == "x" * 100


async def test_an_empty_file_input_is_no_file() -> None:
    body = part("doc", b"", "") + part("title", b"t") + END
    answer = await request(Site(), "POST", "/only", headers=TYPE, body=body)
    assert answer.text == "400 Bad Request: Missing required parameter 'doc'"


async def test_an_empty_file_ends_at_once() -> None:
    body = part("doc", b"", "empty.txt") + END
    assert (await request(Site(), "POST", "/only", headers=TYPE, body=body)).text == "0"


async def test_of_files_with_one_name_the_first_counts() -> None:
    body = part("doc", b"one", "1") + part("doc", b"second", "2") + END
    assert (await request(Site(), "POST", "/only", headers=TYPE, body=body)).text == "3"


async def test_without_the_parser_the_remedy_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "multipart", None)
    answer = await request(Site(), "POST", "/form", headers=TYPE, body=BODY)
    assert (answer.status, answer.text) == (
        500,
        "500 Internal Server Error: multipart not installed.",
    )
    assert "install micropie-playground[standard]" in caplog.text


async def test_a_handler_that_ignores_its_upload_leaves_no_task() -> None:
    class Lazy(App):
        async def page(self, doc):
            return "done"

    before = asyncio.all_tasks()
    chunks = [part("doc", b"x", "a")[:-2], *[b"x" * 1000] * 5]
    answer = await request(Lazy(), "POST", "/page", headers=TYPE, chunks=chunks, slow=True)
    assert answer.text == "done"
    assert asyncio.all_tasks() == before


async def test_middleware_may_answer_before_the_form_is_there() -> None:
    class Origins(HttpMiddleware):
        async def before_request(self, request):
            return {"status_code": 401, "body": "no"}

    app = Site()
    app.middlewares.append(Origins())
    answer = await request(app, "POST", "/form", headers=TYPE, body=BODY)
    assert answer.status == 401


@given(st.binary(max_size=200), st.integers(1, 40))
async def test_no_body_raises_and_files_come_as_they_were_sent(data: bytes, step: int) -> None:
    class Echo(App):
        async def page(self, doc):
            return await drained(doc)

    body = part("doc", data, "x") + END
    chunks = [body[start : start + step] for start in range(0, len(body), step)]
    answer = await request(Echo(), "POST", "/page", headers=TYPE, chunks=chunks)
    assert b"--a b" in data or answer.body == data
    answer = await request(Echo(), "POST", "/page", headers=TYPE, chunks=[data])
    assert answer.status in (200, 400)
