"""The state as lines: indented, and with what a row has changed marked."""

from __future__ import annotations

from typing import Any

from playground.sight.changes import changes_of
from playground.sight.painting import Painter
from playground.sight.tree import LINES, Line, lines_of
from playground.sight.watches import Deaths


def shown(before: Any, now: Any) -> list[Line]:
    old, new = ({"x": Painter(lambda _: None, Deaths()).paint(each, None).node} for each in
                (before, now))  # fmt: skip
    return lines_of(new, changes_of(old, new))


def test_what_came_is_marked_where_it_stands() -> None:
    assert shown({"lobby": {"ann"}}, {"lobby": {"ann", "bob"}, "tea": set()}) == [
        Line(0, "x", "2 items"),
        Line(1, "lobby", "2 items"),
        Line(2, "", "'ann'"),
        Line(2, "", "'bob'", "+"),
        Line(1, "tea", "empty", "+"),
    ]


def test_what_left_is_shown_once_more() -> None:
    assert shown({"lobby": {"ann", "bob"}, "tea": {"cid"}}, {"lobby": {"ann"}}) == [
        Line(0, "x", "1 item"),
        Line(1, "lobby", "1 item"),
        Line(2, "", "'ann'"),
        Line(2, "", "'bob'", "-"),
        Line(1, "tea", "'cid'", "-"),
        Line(1, "tea", "", "-"),
    ]


def test_another_value_says_what_it_was() -> None:
    assert shown({"n": 1, "board": [0, 0, 0]}, {"n": 2, "board": [0, 1, 0]}) == [
        Line(0, "x", "2 items"),
        Line(1, "n", "2", "→", "1"),
        Line(1, "board", "3 items"),
        Line(2, "", "0"),
        Line(2, "", "1", "→", "0"),
        Line(2, "", "0"),
    ]


def test_an_attribute_that_went_is_said() -> None:
    old = {"x": Painter(lambda _: None, Deaths()).paint(3, None).node}
    assert lines_of({}, changes_of(old, {})) == [Line(0, "x", "3", "-")]


def test_very_many_lines_are_cut() -> None:
    found = shown({}, {number: [0] * 50 for number in range(20)})
    assert len(found) == LINES + 1
    assert found[-1] == Line(0, "", "…")
