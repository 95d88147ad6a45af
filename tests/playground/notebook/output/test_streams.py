"""Text a handler writes is recorded and passed on; all other text just passes."""

from __future__ import annotations

import contextvars
import io
import logging
import sys
from typing import Any

import httpx2
import pytest

from micropie import App
from playground import serve
from playground.notebook.output import RoutedStream, route, unroute
from playground.recorder import current_tap

pytestmark = pytest.mark.live


class Printing(App):
    async def index(self) -> str:
        print("one", "two", flush=True)
        print("oops", file=sys.stderr)
        return "done"


class User:
    """Something that wants output routed."""


def test_what_a_handler_prints_is_an_entry_and_still_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lab = serve(Printing)
    assert httpx2.get(lab.local_url).text == "done"
    printed = [(entry.data, entry.note) for entry in lab.log if entry.kind == "print"]
    assert printed == [("one two", "stdout"), ("oops", "stderr")]
    print("not a handler's")
    assert len([entry for entry in lab.log if entry.kind == "print"]) == 2
    lab.stop()
    assert capsys.readouterr() == ("one two\nnot a handler's\n", "oops\n")


def test_a_log_handler_that_was_made_before_is_routed_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Logging(App):
        async def index(self) -> str:
            logging.getLogger("shop").warning("sold out")
            return ""

    handler = logging.StreamHandler(sys.stderr)
    logging.getLogger("shop").addHandler(handler)
    lab = serve(Logging)
    httpx2.get(lab.local_url)
    lab.stop()
    logging.getLogger("shop").removeHandler(handler)
    printed = [(entry.data, entry.note) for entry in lab.log if entry.kind == "print"]
    assert printed == [("sold out", "stderr")]
    assert handler.stream is sys.stderr
    assert capsys.readouterr().err == "sold out\n"


def test_streams_are_put_back_after_the_last_user() -> None:
    before = sys.stdout
    first, second = User(), User()
    route(first, current_tap)
    route(second, current_tap)
    assert isinstance(sys.stdout, RoutedStream)
    unroute(first)
    assert isinstance(sys.stdout, RoutedStream)
    unroute(second)
    assert sys.stdout is before


def test_a_wrapped_stream_is_as_good_as_the_one_behind() -> None:
    base = io.StringIO()
    stream: Any = RoutedStream(base, "stdout")
    print("text", file=stream, flush=True)
    assert base.getvalue() == "text\n"
    assert stream.writable()
    assert stream.encoding == "utf-8"
    assert stream.getvalue() == "text\n"


def test_text_is_passed_on_in_the_context_of_the_cell_the_code_belongs_to() -> None:
    cell = contextvars.ContextVar("cell", default="whichever runs")
    seen: list[str] = []

    class Base(io.StringIO):
        def write(self, text: str) -> int:
            seen.append(cell.get())
            return len(text)

    streams = sys.stdout
    sys.stdout = Base()
    try:
        cell.set("the defining cell")
        lab = serve(Printing)
        cell.set("another cell")
        httpx2.get(lab.local_url)
        lab.stop()
    finally:
        sys.stdout = streams
    assert set(seen) == {"the defining cell"}


def test_a_wrapped_stream_that_is_dropped_leaves_the_one_behind_alone() -> None:
    base = io.StringIO()
    RoutedStream(base, "stdout").close()
    assert not base.closed
    base.close()
    RoutedStream(base, "stdout").close()
