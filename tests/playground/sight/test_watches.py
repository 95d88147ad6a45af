"""An app's state is painted within bounds, without its code, and without keeping what it holds."""

from __future__ import annotations

import datetime
import gc
import weakref
from typing import Any

import pytest

from playground.sight.painting import MOST, Painter
from playground.sight.pictures import plain
from playground.sight.rooms import Rooms
from playground.sight.watches import ITEMS, Deaths, Watch


class Thing:
    pass


class Slots:
    __slots__ = ("a",)


class Refuses:
    """Every method that Python might call by itself is an error."""

    def __init__(self) -> None:
        self.rooms = {"lobby": [1]}

    def _refuse(self, *args: Any) -> Any:
        raise AssertionError("code of the app's was run")

    __repr__ = __str__ = __eq__ = __hash__ = __len__ = __iter__ = __bool__ = _refuse
    __getattr__ = __getitem__ = __contains__ = __format__ = _refuse

    @property
    def computed(self) -> Any:
        return self._refuse()


class Zone(datetime.tzinfo):
    def utcoffset(self, when: Any) -> Any:
        raise AssertionError("code of the app's was run")

    dst = tzname = __repr__ = utcoffset  # type: ignore[assignment]


class Odd(dict[Any, Any]):
    __iter__ = __len__ = items = values = keys = __getitem__ = Refuses._refuse


class OddList(list[Any]):
    __iter__ = __len__ = __getitem__ = __eq__ = Refuses._refuse


def painted(value: Any, old: Watch | None = None, deaths: Deaths | None = None) -> Watch:
    return Painter(lambda _: None, deaths or Deaths()).paint(value, old)


WHEN = datetime.datetime(2026, 1, 1, tzinfo=Zone())
ODD: list[Any] = [
    Refuses(), {"a": Refuses()}, [Refuses()], Odd(a=1), OddList([1]), {"a": OddList([Thing()])},
    WHEN, {"when": WHEN},
]  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_no_code_of_the_app_is_run(value: Any) -> None:
    watch = painted(value)
    watch.same(value)
    painted(value, watch)
    plain(watch.node)


def test_nothing_of_the_app_is_kept_alive() -> None:
    things = [Thing() for _ in range(3)]
    gone = [weakref.ref(each) for each in things]
    watch = painted({"a": set(things), "b": things, "c": {things[0]: 1}})
    del things[:]
    gc.collect()
    assert [each() for each in gone] == [None] * 3
    assert watch.node.size > 1


def test_another_object_at_the_same_address_is_another() -> None:
    while True:  # until one comes to that address, unless something else has: mostly at once
        deaths, room = Deaths(), {Thing()}
        watch = painted(room, deaths=deaths)
        where = id(next(iter(room)))
        room.clear()
        room.add(Thing())
        if id(next(iter(room))) == where:
            break
    assert deaths.heard
    assert not watch.same(room)


def test_a_room_of_sockets_each_is_compared_at_once() -> None:
    rooms = {f"room{each}": {Thing() for _ in range(8)} for each in range(10)}
    watch = painted(rooms)
    assert watch.flat is not None  # type: ignore[attr-defined]
    assert watch.same(rooms)
    rooms["room3"].add(Thing())
    assert not watch.same(rooms)
    again = painted(rooms, watch)
    assert again.same(rooms)
    rooms["room3"] = [*rooms["room3"]]  # type: ignore[assignment]
    assert not again.same(rooms)


def test_sets_of_numbers_are_not_compared_by_their_hashes() -> None:
    rooms = {"a": {-1}, "b": {2}}
    assert hash(frozenset({-1})) == hash(frozenset({-2}))
    watch = painted(rooms)
    assert watch.same(rooms)
    rooms["a"] = {-2}
    assert not watch.same(rooms)


def rooms_of(rooms: dict[str, set[Thing]], deaths: Deaths) -> Rooms:
    painter = Painter(lambda _: "bob", deaths)
    watch = Rooms.of("rooms", painter.paint(rooms, None), painter.item)
    assert isinstance(watch, Rooms)
    return watch


def shown(rooms: dict[str, set[Thing]]) -> Any:
    return plain(Painter(lambda _: "bob", Deaths()).paint(rooms, None).node)


def test_who_moves_between_rooms_is_told_without_a_look_at_the_others() -> None:
    one, other, third = Thing(), Thing(), Thing()
    rooms: dict[str, set[Thing]] = {"a": {one}, "b-c": {other}, "d": {third}}
    watch = rooms_of(rooms, Deaths())
    assert watch.moves(rooms) == ()
    rooms["a"].clear()
    rooms["d"].add(one)
    moves = watch.moves(rooms)
    assert moves == ((0, ("bob",), ()), (2, (), ("bob",)))
    assert type(moves[0][1][0]) is str
    assert watch.lines == ["- rooms.a: bob", "+ rooms.d: bob"]
    # What was found is seen when it is taken as seen, and not before.
    assert plain(watch.node) == {"a": ["bob"], "b-c": ["bob"], "d": ["bob"]}
    watch.follow()
    assert watch.moves(rooms) == ()
    assert plain(watch.node) == shown(rooms)
    painted = watch.as_painted(rooms)
    assert painted.same(rooms)
    assert painted.node.size == watch.size == 7


def test_rooms_are_painted_where_that_is_not_all_there_is_to_it() -> None:
    deaths = Deaths()
    rooms: dict[str, Any] = {"a": {Thing()}, "b": {Thing()}}
    for change in (
        lambda: rooms.update(c=set()),  # a room comes
        lambda: rooms.update(a=[*rooms["a"]]),  # it is no set any more
        lambda: rooms.update(a={1}),  # it holds what is not known by its hash
        lambda: rooms.update(a={Thing()}),  # one bob goes, another comes
        lambda: rooms["a"].update(Thing() for _ in range(ITEMS)),  # it is too large to be seen
        lambda: setattr(deaths, "heard", True),  # an address says nothing any more
    ):
        rooms.clear()
        rooms.update({"a": {Thing()}, "b": {Thing()}})
        deaths.heard = False
        watch = rooms_of(rooms, deaths)
        gone = rooms["a"]  # nobody dies of it
        change()
        assert watch.moves(rooms) is None
        assert watch.same(rooms) is deaths.heard
        del gone


def test_who_comes_back_is_known_and_another_at_the_same_address_is_not() -> None:
    asked: list[int] = []
    rooms, bob, deaths = {"a": {Thing()}}, Thing(), Deaths()

    def named(value: object) -> str:
        asked.append(id(value))
        return f"m{len(asked)}"

    painter = Painter(named, deaths)
    watch: Any = Rooms.of("rooms", painter.paint(rooms, None), painter.item)
    for change in (rooms["a"].add, rooms["a"].discard) * 2:
        change(bob)
        assert watch.moves(rooms)
        watch.follow()
    assert asked[1:] == [id(bob)]
    del bob, change
    assert deaths.heard
    assert watch.same(rooms)
    deaths.heard = False
    others: list[Any] = []
    while not others or id(others[-1]) != asked[1]:  # it soon comes to that address
        others.append(Thing())
    rooms["a"].add(others[-1])
    assert watch.moves(rooms) == ((0, (), ("m3",)),)


def test_equal_keys_of_other_objects_are_no_change_for_long() -> None:
    watch = painted({"".join(("lob", "by")): 1})
    other = {"".join(("lo", "bby")): 1}
    again = painted(other, watch)
    assert plain(again.node) == {"lobby": 1}
    assert again.same(other)


def test_equal_values_of_other_objects_are_no_change_for_long() -> None:
    value = {"a": 1, "b": "".join(("lob", "by"))}
    watch = painted(value)
    value["b"] = "".join(("lo", "bby"))
    again = painted(value, watch)
    assert again.node == watch.node
    assert again.same(value)


def test_what_is_large_is_seen_in_part() -> None:
    watch = painted({each: [0] * ITEMS for each in range(1_000)})
    shown = plain(watch.node)
    assert watch.node.size <= MOST + 3 * ITEMS
    assert shown["…"] == f"… {1_000 - ITEMS} more"
    assert plain(painted(set(range(1_000_000))).node) == ["… 1,000,000 more"]


def test_what_holds_itself_ends() -> None:
    value: list[Any] = [1]
    value.append(value)
    assert plain(painted(value).node) == [1, "[1, …]"]


def test_what_nothing_can_refer_to_weakly_is_painted_each_time() -> None:
    value = [Slots()]
    watch = painted(value)
    assert plain(watch.node) == ["<Slots>"]
    assert not watch.same(value)


def test_a_password_is_not_shown() -> None:
    shown = plain(painted({"bob": {"password": "x", "token": "y", "age": 7}}).node)
    assert shown == {"bob": {"password": "[redacted]", "token": "[redacted]", "age": 7}}
    assert "secret" not in str(plain(painted("http://a/?token=secret").node))
