"""Multipart forms cut anywhere, made by others, and larger than anybody wants to hold."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import httpx2
from hypothesis import given, settings
from hypothesis import strategies as st

from micropie import App, MultipartFileError
from micropie.filenames import safe_name
from micropie.types import Event
from tests.micropie.drive import Answer, http_scope, request

TYPE = [("content-type", "multipart/form-data; boundary=x")]
LEAVE: Event = {"type": "http.disconnect"}
BODY = (
    b'--x\r\nContent-Disposition: form-data; name="a\\"b"\r\n\r\n\xc3\xa4\r\n'
    b'--x\r\nContent-Disposition: form-data; name="empty"; filename="e"\r\n\r\n\r\n'
    b'--x\r\nContent-Disposition: form-data; name="doc"; filename="\xc3\xb6.txt"\r\n'
    b"Content-Type: text/x-test\r\n\r\none\r\n--two\r\n-\r\n--\r\n"
    b'--x\r\nContent-Disposition: form-data; name="c"\r\n\r\n\r\n'
    b"--x--\r\nand more that nobody reads"
)
# From here on the form is whole.
WHOLE = BODY.index(b"--x--") + len(b"--x--")
FORM = {'a"b': ["ä"], "c": [""]}
FILES = {
    "empty": ["e", "application/octet-stream", ""],
    "doc": ["ö.txt", "text/x-test", "one\r\n--two\r\n-\r\n--"],
}


async def drained(file: Any) -> list[str]:
    """Read a file to its end."""
    parts = []
    while (chunk := await file["content"].get()) is not None:
        parts.append(chunk)
    return [file["filename"], file["content_type"], b"".join(parts).decode("latin-1")]


class Site(App):
    """What a form has become.

    Attributes:
        ran: Whether a handler ran.
        failures: What a file ended with instead of its end.
    """

    def __init__(self) -> None:
        super().__init__(max_body_size=None, max_form_field_size=None)
        self.ran = False
        self.failures: list[Any] = []

    async def whole(self) -> Any:
        self.ran = True
        files = {name: await drained(file) for name, file in self.request.files.items()}
        return [self.request.body_params, files]

    async def early(self, doc: Any) -> Any:
        self.ran = True
        try:
            return await drained(doc)
        except MultipartFileError as error:
            self.failures.append(type(error.cause).__name__)
            raise


async def test_a_form_cut_in_two_anywhere_is_the_same_form() -> None:
    app = Site()
    for cut in range(len(BODY) + 1):
        parts: dict[str, Any] = {"headers": TYPE, "chunks": [BODY[:cut], BODY[cut:]]}
        assert (await request(app, "POST", "/whole", **parts)).json() == [FORM, FILES], cut
        early = await request(app, "POST", "/early", **parts, slow=True)
        assert early.json() == FILES["doc"], cut


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, len(BODY)), max_size=12))
async def test_however_a_form_is_chunked_it_is_the_same_form(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(BODY)]
    chunks = [BODY[start:end] for start, end in itertools.pairwise(edges)]
    answer = await request(Site(), "POST", "/whole", headers=TYPE, chunks=chunks)
    assert answer.json() == [FORM, FILES]


async def test_a_form_cut_off_anywhere_is_refused_and_no_handler_runs_on_it() -> None:
    for cut in range(WHOLE):
        app = Site()
        answer = await request(app, "POST", "/whole", headers=TYPE, body=BODY[:cut])
        assert (answer.status, app.ran) == (400, False), cut
        answer = await request(app, "POST", "/early", headers=TYPE, body=BODY[:cut], slow=True)
        file_is_whole = BODY[:cut].count(b"--x") > 3 and not BODY[:cut].endswith(b"--x")
        assert answer.status == 400 or (file_is_whole and answer.status == 200), cut
        assert set(app.failures) <= {"BadRequest"}, cut


async def test_a_client_that_leaves_anywhere_gets_no_answer_and_no_handler() -> None:
    for cut in range(len(BODY)):
        app = Site()
        parts: dict[str, Any] = {"headers": TYPE, "chunks": [BODY[:cut]], "then": LEAVE}
        answer = await request(app, "POST", "/whole", **parts)
        assert (answer.status, app.ran) == (0, False), cut
        await request(app, "POST", "/early", **parts, slow=True)
        assert set(app.failures) <= {"ClientDisconnected"}, cut


# Without quotes, backslashes and line breaks: httpx2 writes those as browsers do, and no parser
# reads them back.
NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"]), min_size=1, max_size=6)
# A file's name is made safe, so that " " is none.
FILE_NAMES = NAMES.filter(lambda name: safe_name(name) == name)
VALUES = st.text(st.characters(codec="utf-8"), max_size=8)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3), max_size=4),
    st.dictionaries(NAMES, st.tuples(FILE_NAMES, st.binary(max_size=40)), min_size=1, max_size=3),
    st.integers(1, 50),
)
async def test_what_httpx2_has_written_is_read(
    fields: dict[str, list[str]], files: dict[str, tuple[str, bytes]], step: int
) -> None:
    sent = httpx2.Request("POST", "http://x/", data=fields, files=files)
    body = sent.read()
    chunks = [body[start : start + step] for start in range(0, len(body), step)]
    headers = [("content-type", sent.headers["content-type"])]
    answer = await request(Site(), "POST", "/whole", headers=headers, chunks=chunks)
    got_fields, got_files = answer.json()
    assert got_fields == fields
    assert {name: (file[0], file[2].encode("latin-1")) for name, file in got_files.items()} == files


async def test_ten_thousand_fields_are_a_form() -> None:
    fields = "".join(
        f'--x\r\nContent-Disposition: form-data; name="a{index}"\r\n\r\n{index}\r\n'
        for index in range(10_000)
    )
    body = f"{fields}--x--".encode()
    chunks = [body[start : start + 65536] for start in range(0, len(body), 65536)]
    app = Site()
    app.max_form_fields = app.max_form_parts = None
    got, _ = (await request(app, "POST", "/whole", headers=TYPE, chunks=chunks)).json()
    assert got == {f"a{index}": [str(index)] for index in range(10_000)}


# Back-pressure.

PIECE = 64 * 1024
HEAD = b'--x\r\nContent-Disposition: form-data; name="doc"; filename="a"\r\n\r\n'


class Source:
    """A client that sends a large file as fast as it is received.

    Args:
        pieces: How many pieces the file has.
    """

    def __init__(self, pieces: int) -> None:
        self.left = [HEAD, *[b"y" * PIECE] * pieces, b"\r\n--x--"]
        self.gone = asyncio.Event()
        self.answer = Answer()

    async def receive(self) -> Event:
        await asyncio.sleep(0)
        if not self.left:
            await self.gone.wait()
            return LEAVE
        piece = self.left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.left)}

    async def send(self, event: Event) -> None:
        self.answer.take(event)

    async def serve(self, app: App) -> Answer:
        async with asyncio.timeout(5):
            await app(http_scope("POST", "/page", TYPE), self.receive, self.send)
        return self.answer


async def turns(count: int = 200) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_client_waits_for_a_handler_that_drains_slowly() -> None:
    source = Source(100)
    seen: list[int] = []

    class Slow(App):
        async def page(self, doc):
            size = 0
            while (chunk := await doc["content"].get()) is not None:
                size += len(chunk)
                await turns()
                seen.append(size + PIECE * sum(piece[:1] == b"y" for piece in source.left))
            return str(size)

    answer = await source.serve(Slow(max_body_size=None))
    assert answer.text == str(100 * PIECE)
    # What is neither drained nor still with the client is held: a megabyte, and what comes at once.
    assert 100 * PIECE - min(seen) <= 1024 * 1024 + 2 * PIECE


async def test_before_its_handler_runs_nobody_waits_for_it() -> None:
    source = Source(40)
    source.left[-1:] = [b'\r\n--x\r\nContent-Disposition: form-data; name="late"\r\n\r\n1\r\n--x--']

    class Late(App):
        async def page(self, doc, late):
            return (await drained(doc))[2] + late

    answer = await source.serve(Late(max_body_size=None))
    assert len(answer.body) == 40 * PIECE + 1


async def test_a_handler_that_does_not_drain_its_file_is_not_waited_for() -> None:
    source = Source(100)

    class Lazy(App):
        async def page(self, doc):
            await turns()
            return "enough"

    before = asyncio.all_tasks()
    assert (await source.serve(Lazy(max_body_size=None))).text == "enough"
    assert source.left
    assert asyncio.all_tasks() == before


async def test_a_stream_beside_an_upload_that_nobody_drains_ends_with_its_client() -> None:
    source = Source(100)
    closed = asyncio.Event()

    class Streaming(App):
        async def page(self, doc):
            await turns()
            return self._chunks()

        async def _chunks(self) -> AsyncIterator[str]:
            try:
                yield "first"
                source.gone.set()
                await asyncio.Event().wait()
            finally:
                closed.set()

    answer = await source.serve(Streaming(max_body_size=None))
    assert (answer.body, answer.complete, closed.is_set()) == (b"first", False, True)
