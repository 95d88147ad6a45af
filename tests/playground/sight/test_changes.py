"""What has changed of an app's state is said in lines, one for each change."""

from __future__ import annotations

import copy
from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sight.changes import LINES, changes_of, told
from playground.sight.painting import Painter
from playground.sight.pictures import plain
from playground.sight.watches import Deaths, Watch


class Socket:
    def __init__(self, client: str) -> None:
        self.client = client


class Room:
    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.members: set[Any] = set()


ANN, BOB, OTHER_BOB = Socket("ann"), Socket("bob"), Socket("bob")


def named(value: object) -> str | None:
    return value.client if type(value) is Socket else None


def painted(value: Any, old: Watch | None = None) -> Watch:
    return Painter(named, Deaths()).paint(value, old)


def lines(before: Any, now: Any) -> list[str]:
    """Return what is said when an attribute x is `now` and was `before`."""
    old, new = painted(before), painted(now)
    return [str(each) for each in changes_of({"x": old.node}, {"x": new.node})]


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (1, 2, ["x: 1 → 2"]),
        (1, True, ["x: 1 → True"]),
        ("a", "b", ["x: 'a' → 'b'"]),
        ("bob", BOB, ["x: 'bob' → bob"]),
        (None, [], ["x: None → []"]),
        ({}, {"lobby": set()}, ["+ x.lobby"]),
        ({}, {"lobby": {BOB}}, ["+ x.lobby: bob"]),
        ({"lobby": {ANN}}, {"lobby": {ANN, BOB}}, ["+ x.lobby: bob"]),
        ({"lobby": {ANN, BOB}}, {"lobby": {ANN}}, ["- x.lobby: bob"]),
        ({"lobby": {BOB}}, {}, ["- x.lobby: bob", "- x.lobby"]),
        ({"lobby": {BOB}}, {"lobby": {OTHER_BOB}}, []),
        ({"lobby": {BOB}}, {"lobby": {BOB, OTHER_BOB}}, ["+ x.lobby: bob"]),
        ({BOB: "b"}, {BOB: "b", OTHER_BOB: "b"}, ["+ x.bob (2): 'b'"]),
        ({7: 1, "7": 1}, {7: 2, "7": 3}, ["x.7: 1 → 2", "x.'7': 1 → 3"]),
        ({"a.b": 1}, {"a.b": 2}, ["x.'a.b': 1 → 2"]),
        ({"my room": 1}, {"my room": 2}, ["x.my room: 1 → 2"]),
        ([1, 2, 3], [1, 2, 3, 4], ["+ x: 4"]),
        (deque([1, 2, 3]), deque([2, 3, 4]), ["- x: 1", "+ x: 4"]),
        ([0, 0, 0], [0, 1, 0], ["x.1: 0 → 1"]),
        ([{"turn": "x"}], [{"turn": "o"}], ["x.0.turn: 'x' → 'o'"]),
        (set(range(50)), set(range(51)), ["x: 50 items → 51 items"]),
        (list(range(60)), list(range(61)), ["x: 60 items → 61 items"]),
        ("a" * 100, "b" * 100, [f"x: '{'a' * 59}…' → '{'b' * 59}…'"]),
        ("two\nlines", "", ["x: 'two\\nlines' → ''"]),
    ],
)  # fmt: skip
def test_a_change_is_a_line(before: Any, now: Any, said: list[str]) -> None:
    assert lines(before, now) == said


def test_what_an_object_holds_is_told_by_its_attributes() -> None:
    room = Room("tea")
    old = painted({"lobby": room})
    room.members.add(BOB)
    room.topic = "coffee"
    new = painted({"lobby": room}, old)
    assert [str(each) for each in changes_of({"x": old.node}, {"x": new.node})] == [
        "x.lobby.topic: 'tea' → 'coffee'",
        "+ x.lobby.members: bob",
    ]
    assert plain(new.node) == {"lobby": {"topic": "coffee", "members": ["bob"]}}


def test_of_very_many_changes_it_is_said_how_many_others_there_are() -> None:
    old, new = painted({}), painted({f"k{each}": each for each in range(60)})
    text = told(changes_of({"x": old.node}, {"x": new.node}))
    assert len(text.splitlines()) == LINES + 1
    assert text.endswith("… 1 more")  # 50 keys are seen, and one line says how many there are


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from([ANN, BOB]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3) | st.integers(0, 9), inner, max_size=4)
        | st.sets(st.integers(0, 9) | st.sampled_from([ANN, BOB]), max_size=4)
    ),
    max_leaves=12,
)


@given(values, values)
def test_what_is_painted_on_is_what_is_painted_anew(before: Any, now: Any) -> None:
    old, fresh = painted(before), painted(now)
    on = painted(now, old)
    assert plain(on.node) == plain(fresh.node)
    assert not old.same(now) or plain(old.node) == plain(fresh.node)


@given(values)
def test_what_stays_is_known_to_stay(value: Any) -> None:
    watch = painted(value)
    assert plain(painted(value, watch).node) == plain(watch.node)
    assert lines(value, value) == []


@given(values)
def test_what_is_the_same_once_more_is_no_change(value: Any) -> None:
    assert lines(value, copy.copy(value)) == []
