"""The exercises on orders: done by the notebook's answers, open with what learners do first."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App
from micropie.testing.orders import Exploration
from micropie.testing.search import Bounds
from playground import check, serve
from playground.checks.scripts import script_of
from playground.replays.orders import Player
from tests.playground.checks.test_course import SOLUTIONS
from tests.playground.checks.test_course_testing import Chat
from tests.playground.checks.test_live_exercises import Counting

pytestmark = pytest.mark.live


class Right(App):
    """The notebook's own answers."""

    def __init__(self) -> None:
        super().__init__()
        self.taken, self.votes = False, 0

    async def ws_seat(self, ws: Any) -> None:
        if self.taken:
            await ws.refuse(403, "taken")
            return
        self.taken = True
        try:
            await ws.accept()
            async for _ in ws:
                pass
        finally:
            self.taken = False

    async def ws_vote(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            self.votes += 1
            votes = self.votes
            await ws.send_text("noted")
            await ws.send_text(f"{votes}")


class First(Right):
    """What learners do."""

    async def ws_seat(self, ws: Any) -> None:
        if self.taken:
            await ws.refuse(403, "taken")
            return
        await ws.accept()
        self.taken = True
        async for _ in ws:
            pass
        self.taken = False

    async def ws_vote(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            votes = self.votes
            await ws.send_text("noted")
            self.votes = votes + 1
            await ws.send_text(f"{votes + 1}")


NAMES = ("orders-seat", "orders-vote")


async def test_the_answers_are_done_in_every_order() -> None:
    board = await check(NAMES, serve(Right, transport="memory"), orders=True)
    assert [board[name].fault for name in NAMES] == ["", ""]
    assert all("all with at most 2 departures" in board[name].orders for name in NAMES)


def explored(name: str, app: type[App]) -> Exploration:
    return Player(app, lambda file: None).explore(script_of(name), Bounds(2, 2000, 5.0)).result


def test_what_learners_do_first_loses_in_some_order() -> None:
    assert "expected one of two to be let in, got 2" in explored("orders-seat", First).why
    assert (
        "expected cleo to hear that there are 3 votes, got 2" in explored("orders-vote", First).why
    )


COURSE = {
    **{name: right for name, (right, _, _) in SOLUTIONS.items()},
    "test-goodbye": Chat,
    "test-empty": Chat,
    "live-tally": Counting,
    **dict.fromkeys(NAMES, Right),
}


@pytest.mark.parametrize("name", COURSE)
def test_the_answers_of_the_course_pass_in_every_order(name: str) -> None:
    tried = explored(name, COURSE[name])
    assert not tried, tried
    assert "all with at most 2 departures" in tried.covered or "there is no other" in tried.covered
