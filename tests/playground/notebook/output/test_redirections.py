"""A cell that redirects its output gets none of a handler's, and a handler keeps its own."""

from __future__ import annotations

import contextlib
import io
import sys

import httpx2
import pytest

from micropie import App
from playground import Lab, serve

pytestmark = pytest.mark.live


class Printing(App):
    async def index(self) -> str:
        print("out")
        sys.stdout.write("written\n")
        print("err", file=sys.stderr)
        return "done"

    async def own(self) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as mine:
            print("mine")
        return mine.getvalue()


def printed(lab: Lab) -> list[object]:
    return [entry.data for entry in lab.log if entry.kind == "print"]


def test_a_redirecting_cell_gets_its_own_text_alone(capsys: pytest.CaptureFixture[str]) -> None:
    lab = serve(Printing)
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        print("before")
        httpx2.get(lab.local_url)
        print("after", file=sys.stderr)
    lab.stop()
    assert (out.getvalue(), err.getvalue()) == ("before\n", "after\n")
    assert printed(lab) == ["out", "written", "err"]
    assert capsys.readouterr() == ("out\nwritten\n", "err\n")


def test_what_a_handler_redirects_is_its_own() -> None:
    lab = serve(Printing)
    assert httpx2.get(f"{lab.local_url}own").text == "mine\n"
    assert printed(lab) == []
    lab.stop()


def test_nothing_is_left_behind() -> None:
    stdout, enter = sys.stdout, contextlib.redirect_stdout.__enter__
    for _ in range(2):
        lab = serve(Printing)
        with contextlib.redirect_stdout(io.StringIO()) as text:
            print("x")
        assert text.getvalue() == "x\n"
        lab.stop()
    assert sys.stdout is stdout
    assert contextlib.redirect_stdout.__enter__ is enter
