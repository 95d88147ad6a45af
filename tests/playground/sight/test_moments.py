"""What was there at each change can be had as long as its entry, within bounds."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from playground.sight.changes import Change
from playground.sight.moments import STRETCH, Moments
from playground.sight.pictures import Leaf, Many, Name, Pairs, Picture, plain
from playground.traffic.log import Log


def rooms(*members: str) -> Picture:
    held = (*[Leaf(Name(each)) for each in members],)
    room = Many(held, 0, 1 + len(held), False)
    return {"rooms": Pairs(("lobby",), (room,), 0, 1 + room.size), "count": Leaf(0)}


def shown(moments: Moments, seq: int) -> Any:
    moment = moments.at(seq)
    if moment is None:
        return None
    said = [str(each) for each in moment.changes]
    return moment.seq, {name: plain(node) for name, node in moment.picture.items()}, said


@pytest.fixture
def log() -> Log:
    log = Log()
    for number in range(10):
        log.append(0.0, 0, "lab", "lab", str(number))
    return log


def test_what_has_changed_is_worked_out_from_the_picture_before(log: Log) -> None:
    moments = Moments(log)
    assert (shown(moments, 9), moments.oldest) == (None, 0)
    moments.keep(2, (), 0, lambda: rooms("bob"))
    moments.keep(4, (("rooms", ((0, (), ("bob", "cid")),), None),), 150, dict)
    changes = [Change("→", ("count",), "0", "7")]
    moments.keep(
        6, (("rooms", ((0, ("bob",), ("ann",)),), None), ("count", Leaf(7), changes)), 150, dict
    )
    assert shown(moments, 1) is None
    assert shown(moments, 3) == (2, {"rooms": {"lobby": ["bob"]}, "count": 0}, [])
    assert shown(moments, 5) == (
        4,
        {"rooms": {"lobby": ["bob", "bob", "cid"]}, "count": 0},
        ["+ rooms.lobby: bob", "+ rooms.lobby: cid"],
    )
    assert shown(moments, 99) == (
        6,
        {"rooms": {"lobby": ["ann", "bob", "cid"]}, "count": 7},
        ["- rooms.lobby: bob", "+ rooms.lobby: ann", "count: 0 → 7"],
    )
    at = moments.at(99)
    assert at is not None
    assert [each.size for each in at.picture.values()] == [5, 1]


def test_a_whole_picture_is_kept_now_and_then_and_where_it_must_be(log: Log) -> None:
    moments, asked = Moments(log), []

    def picture() -> Picture:
        asked.append(len(moments._stretches))
        return rooms(f"m{len(asked)}")

    come = (("rooms", ((0, (), ("x",)),), None),)
    for seq in range(1, STRETCH + 2):
        moments.keep(seq, come, 150, picture)
    assert len(asked) == 2
    moments.keep(STRETCH + 2, come, 150, picture, whole=True)
    assert len(asked) == 3
    assert shown(moments, STRETCH + 2)[1] == {"rooms": {"lobby": ["m3"]}, "count": 0}
    assert shown(moments, STRETCH)[1]["rooms"]["lobby"] == ["m1", *["x"] * (STRETCH - 1)]
    moments.clear()
    assert (len(moments), moments.weight, moments.at(5)) == (0, 0, None)
    moments.keep(1, (), 0, picture)
    assert len(asked) == 4


def test_what_is_older_than_the_log_goes_but_for_what_its_first_entry_needs() -> None:
    log = Log(max_entries=10)
    moments = Moments(log)
    for number in range(5 * STRETCH):
        seq = log.append(0.0, 0, "state", "server", "x") or 0
        now: Picture = {"count": Leaf(number)}
        moments.keep(seq, (("count", now["count"], []),), 150, now.copy)
    assert len(moments) <= 2 * STRETCH
    assert moments.oldest <= log.first
    for seq in range(log.first, log.last + 1):
        assert shown(moments, seq)[:2] == (seq, {"count": seq - 1})


@pytest.mark.parametrize("weight", [0, 150, 5_000, 100_000])
def test_what_is_kept_is_bounded_by_the_logs_own_bytes(weight: int) -> None:
    log = Log(max_bytes=100_000)
    moments = Moments(log)
    for number in range(1_000):
        seq = log.append(0.0, 0, "state", "server", "x") or 0
        moments.keep(seq, (("count", Leaf(number), []),), weight, lambda: {"count": Leaf(0)})
        assert moments.weight <= 25_000 + weight + 300
    assert moments.at(log.last) is not None
    # Limits that are set later hold from then on.
    log.limit_to(50_000, 10_000)
    for _ in range(3 * STRETCH):
        seq = log.append(0.0, 0, "state", "server", "x") or 0
        moments.keep(seq, (("count", Leaf(1), []),), weight, lambda: {"count": Leaf(0)})
    assert moments.weight <= 2_500 + weight + 300


def test_what_moved_is_nothing_that_a_collector_has_to_go_through(log: Log) -> None:
    moments = Moments(log)
    moments.keep(1, (), 0, lambda: rooms("bob"))
    come = ("cid", "dan")
    moments.keep(2, (("rooms", ((0, ("bob",), come),), None),), 150, dict)
    for _ in range(5):  # each lets one tuple that holds no other go
        gc.collect()
    assert not gc.is_tracked(moments._stretches[0].kept[1])
