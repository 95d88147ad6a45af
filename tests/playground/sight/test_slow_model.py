"""What is seen of rooms that are mutated in place is what a picture made anew each time shows.

The model paints everything from nothing after each step, and has nothing to go by; the app's state
knows what it has seen before, and looks at that alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.sight.changes import changes_of, told
from playground.sight.painting import Painter
from playground.sight.pictures import Picture, plain
from playground.sight.state import NOBODY, State
from playground.sight.watches import Deaths
from playground.traffic.log import Log


class Member:
    """Refuses to be asked anything; each is called otherwise."""

    numbers = count()

    def __init__(self) -> None:
        self.name = f"m{next(self.numbers)}"

    def _refuse(self, *args: Any) -> Any:
        raise AssertionError("code of the app's was run")

    __repr__ = __str__ = __len__ = __iter__ = __bool__ = __eq__ = _refuse
    __hash__ = object.__hash__


def named(value: object) -> str | None:
    return value.name if type(value) is Member else None


class Places:
    def here(self, skip: int) -> str:
        return "In[1]:1"


class Recorder:
    """As much of a recorder as a state needs."""

    def __init__(self) -> None:
        self.log = Log()
        self.places = Places()

    def revision(self) -> int:
        return 1


class App:
    """Rooms of several kinds, some of which hold others."""

    def __init__(self) -> None:
        self.rooms: dict[Any, Any] = {each: {Member() for _ in range(3)} for each in range(4)}
        self.flat: dict[str, Any] = {"a": 1, "b": "two", "c": None}
        self.board: list[Any] = [[0] * 3 for _ in range(3)]
        self.queue: deque[Any] = deque([1, 2])


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


def nothing(app: App, one: int, other: int) -> None:
    pass


DOES: list[Callable[[App, int, int], None]] = [
    add, leave, exchange, move, drop, again, frozen, turn, value, field, item, nothing,
]  # fmt: skip
NAMES = ("rooms", "flat", "board", "queue")


def anew(app: App) -> Picture:
    return {name: Painter(named, Deaths()).paint(getattr(app, name), None).node for name in NAMES}


steps = st.lists(
    st.lists(
        st.tuples(st.integers(0, len(DOES) - 1), st.integers(0, 5), st.integers(0, 5)),
        min_size=1,
        max_size=3,
    ),
    max_size=12,
)


@settings(max_examples=150)
@given(steps)
def test_the_state_is_what_a_slow_model_says(messages: list[list[Step]]) -> None:
    app, recorder = App(), Recorder()
    state = State(recorder, lambda: app, named)  # type: ignore[arg-type]
    state.see(NAMES)
    for message in messages:
        before, rows = anew(app), len(recorder.log)
        for number, one, other in message:
            DOES[number](app, one, other)
        state.look(lambda: NOBODY)
        now, seen = anew(app), state.at(recorder.log.last)
        assert seen is not None
        assert {name: plain(each) for name, each in seen.picture.items()} == {
            name: plain(each) for name, each in now.items()
        }
        assert [each.size for each in seen.picture.values()] == [each.size for each in now.values()]
        said = told(changes_of(before, now))
        assert len(recorder.log) == rows + bool(said)
        # What is only equal is known by a look more, and says nothing.
        state.look(lambda: NOBODY)
        assert not state._others_than_before()
        assert len(recorder.log) == rows + bool(said)
