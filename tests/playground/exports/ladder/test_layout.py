"""A ladder's layout, held to the table of cases that JavaScript is held to as well."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from playground.exports.ladder.lanes import GUTTER, lanes
from playground.exports.ladder.layout import lay_out, width_of
from playground.exports.ladder.steps import joined_in, lasted, newest
from playground.traffic.log import Log
from playground.traffic.words import swapped
from tests.playground.ladder_cases import (
    CASES,
    TWELVE,
    case_of,
    laid_out,
    plain,
    record_of,
    rows_of,
)

NAMES = [f"user-{number}" for number in range(1, 51)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_the_ladder_is_laid_out_as_in_javascript(case: dict[str, Any]) -> None:
    assert rows_of(case) == case["rows"]
    assert plain(laid_out(case)) == case["expected"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_words_stay_in_the_window_and_off_the_server(case: dict[str, Any]) -> None:
    ladder = laid_out(case)
    left, right = case.get("window", (GUTTER, ladder.lanes.width))
    server = case.get("server", ladder.lanes.server.x)
    for step, placed in zip(ladder.steps, ladder.placed, strict=True):
        wide = width_of(placed.chip, placed.label)
        start = placed.x - {"start": 0, "middle": wide / 2, "end": wide}[placed.anchor]
        assert left <= start
        assert start + wide <= right
        if step.shape in ("arrow", "mark"):
            assert not start < server < start + wide


@pytest.mark.parametrize("width", [240, 320, 400, 640, 900, 1600])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 8, 9, 10, 50])
def test_everybody_has_a_lane_or_shares_one(width: int, count: int) -> None:
    made = lanes(NAMES[:count], width)
    assert made.width == width
    assert [name for lane in made.lanes for name in lane.clients] == NAMES[:count]
    assert len(made.lanes) <= 10
    assert all(other.x - one.x >= 57 for one, other in pairwise(made.lanes))
    assert made.lanes[0].x >= GUTTER
    assert made.lanes[-1].x <= width


def test_the_server_stands_in_the_middle() -> None:
    for count in range(1, 10):
        roles = [lane.role for lane in lanes(NAMES[:count], 900).lanes]
        assert roles.index("server") == (count + 1) // 2


def test_nobody_shares_a_lane_alone() -> None:
    for count in range(1, 51):
        for width in range(240, 1000, 20):
            shared = [lane for lane in lanes(NAMES[:count], width).lanes if lane.role == "others"]
            assert not shared or len(shared[0].clients) > 1


def test_unfolded_lanes_take_the_width_they_need() -> None:
    made = lanes(NAMES, 900, unfolded=True)
    assert len(made.lanes) == 51
    assert made.width > 3000
    assert made.lanes[-1].x < made.width


def test_lanes_stand_in_the_order_of_joining() -> None:
    record = record_of(case_of(TWELVE))
    told = newest(record, 2)[0]
    order = {name: 20 - number for name, number in joined_in(record).items()}
    ladder = lay_out(told, order, 900)
    assert [lane.name for lane in ladder.lanes.lanes] == ["user-12", "server", "user-10"]


def test_the_newest_steps_say_how_many_entries_went_before() -> None:
    record = record_of(case_of(TWELVE))
    told, earlier = newest(record, 3)
    assert [len(step.members) for step in told] == [12, 1, 2]
    assert earlier == len(record) - 15
    assert newest(record, 0) == ([], len(record))


def test_what_is_published_is_scrubbed() -> None:
    log = Log()
    exchange = log.open("websocket", "/home/ada", path="/").id
    log.append(1.0, exchange, "text", "client", "Bearer abcdefghijkl /home/ada/x", 9)
    (step,), _ = newest(log, 5)
    assert step.clients == ("~",)
    assert "abcdefghijkl" not in step.label
    assert "/home/ada" not in step.label


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1.04, "1.0 s"), (1.05, "1.1 s"), (59.4, "59.4 s"), (59.5, "1 min 0 s"), (60, "1 min 0 s"),
     (3599, "59 min 59 s"), (3600, "1 h 0 min"), (90_061, "25 h 1 min")],
)  # fmt: skip
def test_a_pause_is_said_as_people_do(seconds: float, said: str) -> None:
    assert lasted(seconds) == said


def test_the_first_revision_comes_from_nowhere() -> None:
    assert swapped("revision 1 on stage · In[3]", 1) == "revision 1 on stage · In[3]"
    assert swapped("revision 3 on stage", 3) == "revision 2 → 3"
    assert swapped("something else", 3) == "something else"
