"""What is seen of rooms that are mutated in place is what a picture made anew each time shows.

The model paints everything from nothing after each step, and has nothing to go by; the app's state
knows what it has seen before, looks at that alone, and works out what was there at an earlier row.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.recorder.places import Places
from playground.sight import moments
from playground.sight.changes import Change, changes_of, told
from playground.sight.doings import NOBODY
from playground.sight.painting import Painter
from playground.sight.pictures import Picture, plain
from playground.sight.state import State
from playground.sight.watches import Deaths
from playground.traffic.log import Log


class Member:
    """Refuses to be asked anything; some are called the same."""

    numbers = count()
    all: ClassVar[list[weakref.ref[Member]]] = []

    def __init__(self) -> None:
        self.name = f"m{next(self.numbers) % 7}"
        self.all.append(weakref.ref(self))

    def _refuse(self, *args: Any) -> Any:
        raise AssertionError("code of the app's was run")

    __repr__ = __str__ = __len__ = __iter__ = __bool__ = __eq__ = _refuse
    __hash__ = object.__hash__


def named(value: object) -> str | None:
    return value.name if type(value) is Member else None


class Recorder:
    """As much of a recorder as a state needs."""

    def __init__(self) -> None:
        self.log = Log()
        self.places = Places(lambda filename: None)

    def revision(self) -> int:
        return 1


class Player:
    """Is seen by what it holds."""

    def __init__(self) -> None:
        self.points, self.friends = 0, {Member()}


class App:
    """Rooms of several kinds, some of which hold others."""

    def __init__(self) -> None:
        self.rooms: dict[Any, Any] = {each: {Member() for _ in range(3)} for each in range(4)}
        self.flat: dict[str, Any] = {"a": 1, "b": "two", "c": None}
        self.board: list[Any] = [[0] * 3 for _ in range(3)]
        self.queue: deque[Any] = deque([1, 2])
        self.players: dict[str, Player] = {each: Player() for each in "ab"}
        self.spare: set[Any] | None = set()


Step = tuple[int, int, int]


def add(app: App, one: int, other: int) -> None:
    room = app.rooms.get(one)
    (app.rooms.setdefault(one, set()) if room is None else room).add(Member())


def leave(app: App, one: int, other: int) -> None:
    room = app.rooms.get(one)
    if room:
        room.pop()


def exchange(app: App, one: int, other: int) -> None:
    """One goes and another comes: as many as before, and often at the same address."""
    leave(app, one, other)
    add(app, one, other)


def move(app: App, one: int, other: int) -> None:
    room = app.rooms.get(one)
    if room:
        app.rooms.setdefault(other, set()).add(room.pop())


def drop(app: App, one: int, other: int) -> None:
    app.rooms.pop(one, None)


def again(app: App, one: int, other: int) -> None:
    """The same members in another set."""
    if one in app.rooms:
        app.rooms[one] = set(app.rooms[one])


def frozen(app: App, one: int, other: int) -> None:
    if one in app.rooms and not isinstance(app.rooms[one], frozenset):
        app.rooms["frozen"] = frozenset(app.rooms[one])


def turn(app: App, one: int, other: int) -> None:
    """The same rooms in another order."""
    app.rooms = dict(reversed(app.rooms.items()))


def value(app: App, one: int, other: int) -> None:
    app.flat["abc"[one % 3]] = [other, str(other), Member(), None, [other], {"x": other}][one]


def field(app: App, one: int, other: int) -> None:
    app.board[one % 3][other % 3] += 1


def item(app: App, one: int, other: int) -> None:
    app.queue.append(other)
    if len(app.queue) > 4:
        app.queue.popleft()


def friend(app: App, one: int, other: int) -> None:
    """A room within an object within a dict."""
    friends = app.players["ab"[one % 2]].friends
    friends.pop() if len(friends) > other % 3 else friends.add(Member())


def point(app: App, one: int, other: int) -> None:
    app.players["ab"[one % 2]].points = other


def back(app: App, one: int, other: int) -> None:
    """Somebody leaves, and is the first to come back."""
    room, spare = app.rooms.get(one), vars(app).get("spare")
    if not isinstance(room, set) or spare is None:
        return
    if room and not spare:
        spare.add(room.pop())
    elif spare:
        room.add(spare.pop())


def rooms_of_one(app: App, one: int, other: int) -> None:
    """All sets have one member, and go in another order."""
    app.rooms = {each: {Member()} for each in (range(4) if one % 2 else reversed(range(4)))}


def come_and_go(app: App, one: int, other: int) -> None:
    """An attribute is taken away, and set again."""
    if "spare" in vars(app):
        del app.spare
    else:
        app.spare = None if one % 2 else set()


def nothing(app: App, one: int, other: int) -> None:
    pass


DOES: list[Callable[[App, int, int], None]] = [
    add, leave, exchange, move, drop, again, frozen, turn, value, field, item, friend, point, back,
    rooms_of_one, come_and_go, nothing,
]  # fmt: skip
NAMES = ("rooms", "flat", "spare", "board", "queue", "players")


def anew(app: App) -> Picture:
    return {
        name: Painter(named, Deaths()).paint(held[name], None).node
        for name in NAMES
        if name in (held := vars(app))
    }


def of_one(name: str, before: Picture, now: Picture) -> list[Change]:
    one, other = ({name: each[name]} if name in each else {} for each in (before, now))
    return changes_of(one, other)


def shown(picture: Picture) -> list[Any]:
    """Return a picture as it is read, in its order."""
    return [(name, str(plain(node)), node.size) for name, node in picture.items()]


def alive() -> set[int]:
    return {id(each) for ref in Member.all if (each := ref()) is not None}


def members(value: Any) -> Iterator[Member]:
    """Yield all that are there."""
    if type(value) is Member:
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from members(each)
    elif isinstance(value, (list, set, frozenset)):
        for each in value:
            yield from members(each)
    elif isinstance(value, (App, Player)):
        yield from members(vars(value))


steps = st.lists(
    st.lists(
        st.tuples(st.integers(0, len(DOES) - 1), st.integers(0, 5), st.integers(0, 5)),
        min_size=1,
        max_size=3,
    ),
    max_size=12,
)


@settings(max_examples=250)
@given(steps, st.integers(1, 6))
def test_the_state_is_what_a_slow_model_says(messages: list[list[Step]], stretch: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # So that pictures are worked out from some before, and from some that were kept.
        patch.setattr(moments, "STRETCH", stretch)
        compared_with_a_slow_model(messages)


def compared_with_a_slow_model(messages: list[list[Step]]) -> None:
    app, recorder = App(), Recorder()
    state = State(recorder, lambda: app, named)  # type: ignore[arg-type]
    recorder.log.append(0.0, 0, "lab", "lab", "begins")
    state.see(NAMES)
    rows = [(recorder.log.last, shown(anew(app)), "")]
    for message in messages:
        before = anew(app)
        for number, one, other in message:
            DOES[number](app, one, other)
        state.look(lambda: NOBODY)
        now = anew(app)
        said = told([line for name in NAMES for line in of_one(name, before, now)])
        if said:
            rows.append((rows[-1][0] + 1, shown(now), said))
        assert recorder.log.last == rows[-1][0]
        # What is only equal is known by a look more, and says nothing.
        state.look(lambda: NOBODY)
        assert state._seen.others(app) == ([], {})
        assert recorder.log.last == rows[-1][0]
        assert shown(state._seen.picture()) == shown(now)
    for seq, picture, said in rows:
        as_of = state.moments.at(seq)
        assert as_of is not None
        assert shown(as_of.picture) == picture
        assert told(as_of.changes) == said


@given(steps)
def test_nobody_is_kept_alive(messages: list[list[Step]]) -> None:
    Member.all.clear()
    app, recorder = App(), Recorder()
    state = State(recorder, lambda: app, named)  # type: ignore[arg-type]
    state.see(NAMES)
    for message in messages:
        for number, one, other in message:
            DOES[number](app, one, other)
        # At once: without a collector's help, nor that of the next look.
        assert alive() == {*map(id, members(app))}
        state.look(lambda: NOBODY)
        assert alive() == {*map(id, members(app))}
