"""A stream that a handler puts in the place of `sys.stdout` is its own; all others keep theirs."""

from __future__ import annotations

import asyncio
import io
import sys
from typing import Literal

import pytest

from micropie import App
from playground import serve

pytestmark = pytest.mark.live


class Keeping(App):
    async def mine(self) -> str:
        before, sys.stdout = sys.stdout, io.StringIO()
        print("mine")
        await asyncio.to_thread(print, "of my thread")
        text = str(sys.stdout.getvalue())
        sys.stdout = before
        return text

    async def forgets(self) -> str:
        sys.stdout = io.StringIO()
        sys.stdout.close()
        return "forgotten"

    async def breaks(self) -> str:
        sys.stdout = None
        return "broken"

    async def prints(self) -> str:
        print("of another")
        return "printed"


@pytest.mark.parametrize("transport", ["memory", "server"])
async def test_what_a_handler_sets_is_its_own(
    transport: Literal["memory", "server"], capsys: pytest.CaptureFixture[str]
) -> None:
    before = sys.stdout
    lab = serve(Keeping, transport=transport)
    try:
        assert (await lab.get("/mine")).text == "mine\nof my thread\n"
        assert (await lab.get("/forgets")).text == "forgotten"
        print("of the cell")
        assert (await lab.get("/prints")).text == "printed"
        assert [entry.data for entry in lab.log if entry.kind == "print"] == ["of another"]
    finally:
        lab.stop()
    assert sys.stdout is before
    assert capsys.readouterr().out == "of the cell\nof another\n"


async def test_it_is_refused_at_the_handlers_line() -> None:
    lab = serve(Keeping, transport="memory")
    try:
        answer = await lab.get("/breaks")
        assert answer.status == 500
        assert "test_lent.py line 3" in answer.why
        assert "expected sys.stdout to stay what every cell writes to, got None" in answer.why
    finally:
        lab.stop()


async def test_a_second_lab_wraps_no_lent_stream() -> None:
    before = sys.stdout
    first = serve(Keeping, transport="memory")
    await first.get("/forgets")
    second = serve(Keeping, transport="memory", name="second")
    second.stop()
    first.stop()
    assert sys.stdout is before
