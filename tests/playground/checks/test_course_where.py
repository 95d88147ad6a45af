"""The exercises on where the code is: the printed answers are done, wrong ones hear why."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest

from micropie import App
from playground import check, serve
from playground.lab import TransportName

pytestmark = pytest.mark.live

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "13-where-the-code-is.ipynb"
NAMES = ["where-tea", "where-tickets"]


def printed() -> Any:
    """Return the app that the notebook prints as its answers."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    (text,) = (cell.source for cell in cells if "<summary>Answers" in cell.source)
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {"App": App, "asyncio": asyncio}
    exec(compile(code, "answers", "exec"), names)
    return names["Shop"]


class Blocks(App):
    async def ws_table(self, ws: Any) -> None:
        await ws.accept()
        async for order in ws:
            if order == "cake":
                time.sleep(0.1)  # noqa: ASYNC251 - that is the mistake
            await ws.send_text(order)


class Hurries(Blocks):
    async def ws_table(self, ws: Any) -> None:
        await ws.accept()
        async for order in ws:
            await ws.send_text(order)


class SellsTwice(App):
    def __init__(self) -> None:
        super().__init__()
        self.left = 3

    async def ws_buy(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            if self.left > 0:
                await asyncio.sleep(0.1)
                self.left -= 1
                await ws.send_text("yours")
            else:
                await ws.send_text("sold out")


class SaysNo(SellsTwice):
    async def ws_buy(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            self.left -= 1
            await ws.send_text("yours" if self.left >= 0 else "no")


@pytest.mark.parametrize("transport", ["server", "memory"])
async def test_the_printed_answers_are_done(transport: TransportName) -> None:
    board = await check(NAMES, serve(printed(), transport=transport))
    assert [board[name].fault for name in NAMES] == ["", ""]
    assert board.done


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("where-tea", Blocks, "got the cake first: nobody else is served"),
        ("where-tea", Hurries, "got the cake first"),
        ("where-tickets", SellsTwice, "expected 3 of 5 who buy at once to hear 'yours', got 5"),
        ("where-tickets", SaysNo, "to hear 'sold out', got ['no', 'no', 'yours'"),
    ],
)
async def test_a_wrong_one_is_open_and_hears_why(name: str, wrong: Any, words: str) -> None:
    result = (await check(name, serve(wrong)))[name]
    assert (result.state, words in result.fault) == ("open", True), result.fault
