"""The exercises on a server elsewhere: done by the notebook's answers, open with what is first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from micropie import App
from playground import check, serve

pytestmark = pytest.mark.live

NAMES = ("elsewhere-sorry", "elsewhere-broken")


class Right(App):
    """The notebook's own answers."""

    async def ws_orders(self, ws: Any) -> None:
        await ws.accept()
        total = 0
        async for text in ws:
            try:
                order = json.loads(text)
            except ValueError:
                await ws.close(1003)
                return
            if order["item"] not in ("tea", "cake"):
                await ws.send_json({"type": "sorry", "item": order["item"]})
                continue
            total += {"tea": 2, "cake": 4}[order["item"]]
            await ws.send_json({"type": "bill", "item": order["item"], "total": total})


class First(App):
    """What stands in the notebook."""

    async def ws_orders(self, ws: Any) -> None:
        await ws.accept()
        total = 0
        async for order in ws.iter_json():
            total += {"tea": 2, "cake": 4}[order["item"]]
            await ws.send_json({"type": "bill", "item": order["item"], "total": total})


class OneTill(Right):
    """Counts for all guests together."""

    total = 0

    async def ws_orders(self, ws: Any) -> None:
        await ws.accept()
        async for order in ws.iter_json():
            if order["item"] not in ("tea", "cake"):
                await ws.send_json({"type": "sorry", "item": order["item"]})
                continue
            self.total += {"tea": 2, "cake": 4}[order["item"]]
            await ws.send_json({"type": "bill", "item": order["item"], "total": self.total})


async def test_the_answers_are_done() -> None:
    board = await check(NAMES, serve(Right, transport="memory"))
    assert [board[name].fault for name in NAMES] == ["", ""]


@pytest.mark.parametrize(
    ("app", "name", "words"),
    [
        (First, "elsewhere-sorry", "expected the JSON {'type': 'sorry', 'item': 'soup'}"),
        (First, "elsewhere-broken", "expected to be closed with 1003, got closed with 1011"),
        (OneTill, "elsewhere-sorry", "'total': 4"),
    ],
)
async def test_what_is_not_yet_right_is_open(app: type[App], name: str, words: str) -> None:
    board = await check(name, serve(app, transport="memory"))
    assert words in board[name].fault
