"""What is side by side, and what only came otherwise by chance."""

from __future__ import annotations

from playground.replays.comparing import compared
from playground.replays.heard import Heard
from playground.traffic.model import Exchange

EXCHANGES = {1: Exchange(1, "websocket", "ann", "GET", "/clock")}


def kinds(old: list[Heard], new: list[Heard]) -> list[str]:
    return [row.kind for row in compared(EXCHANGES, {1: old}, {1: new}, str, False)]


def test_what_a_timer_sent_is_the_same_where_it_was_taken_for_an_answer() -> None:
    hello = Heard("message", "hello", seq=1, act=1)
    ticks = [Heard("message", f"tick {number}", seq=number).by_a_timer() for number in (2, 3, 4)]
    taken = ticks[0]._replace(act=1)
    assert kinds([hello, *ticks], [hello, taken, *ticks[1:]]) == ["same"] * 4
    assert kinds([hello, taken, *ticks[1:]], [hello, *ticks]) == ["same"] * 4


def test_an_answer_that_no_longer_comes_is_missing_though_a_timer_says_the_same() -> None:
    once = Heard("message", "tick", seq=1, act=1)
    tick = Heard("message", "tick", seq=2).by_a_timer()
    assert sorted(kinds([once, tick], [tick])) == ["missing", "same"]
