"""The exercises on live code: done by the notebook's answer, open with what learners do first."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App
from playground import check, serve

pytestmark = pytest.mark.live


class Counting(App):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    async def ws_tally(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            self.count += 1
            await ws.send_text(str(self.count))


class EachForItself(App):
    async def ws_tally(self, ws: Any) -> None:
        await ws.accept()
        count = 0
        async for _ in ws:
            count += 1
            await ws.send_text(str(count))


async def test_the_answers_are_done() -> None:
    lab = serve(Counting, carry=["count"])
    board = await check(["live-tally", "live-carry"], lab)
    assert [board[name].fault for name in ("live-tally", "live-carry")] == ["", ""]
    assert board.done


async def test_a_count_for_each_client_is_no_tally() -> None:
    board = await check("live-tally", serve(EachForItself))
    assert "expected '2', got '1'" in board["live-tally"].fault


@pytest.mark.parametrize("carry", [False, True, ["count", "name"]])
async def test_carrying_nothing_or_too_much_is_open(carry: Any) -> None:
    class Named(Counting):
        name = "tally"

    board = await check("live-carry", serve(Named, carry=carry))
    assert f"got carry={carry!r}" in board["live-carry"].fault
