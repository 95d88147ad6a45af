"""Which line of the user's code is named, where it has no file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playground.recorder.places import Places, Spot

# As the notebook's namespace: what `dataclass` writes then says that it is of it, too.
TEXT = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Point:
    x: int

def moves():
    Point(1).x = 2

def fails(place):
    place.append(here())
    raise KeyError("key")
"""


def given_to_exec(name: str, places: Places) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": name, "here": lambda: places.here()}
    exec(TEXT, space)
    return space


def raised(function: Callable[..., Any], *given: Any) -> BaseException:
    try:
        function(*given)
    except Exception as error:
        return error
    raise AssertionError("expected it to raise")


def test_a_text_that_the_notebook_gave_to_exec_has_lines() -> None:
    places, found = Places(lambda name: None), list[Any]()
    space = given_to_exec("__main__", places)
    where, trace = places.trace_of(raised(space["fails"], found))
    assert (where, trace) == ("<string>:13", "<string>, line 13, in fails")
    assert found == ["<string>:12"]


def test_what_a_dataclass_writes_is_not_the_users_text() -> None:
    places = Places(lambda name: None)
    space = given_to_exec("__main__", places)
    assert places.trace_of(raised(space["moves"]))[0] == "<string>:9"


def test_a_text_of_somebody_else_has_none() -> None:
    places, found = Places(lambda name: None), list[Any]()
    space = given_to_exec("json", places)
    assert places.trace_of(raised(space["fails"], found))[0] is None
    assert found == [None]


def test_a_line_in_a_cell_is_better_than_one_in_a_text() -> None:
    places = Places(lambda name: "test" if name == __file__ else None)
    space = given_to_exec("__main__", places)
    where, _ = places.trace_of(raised(space["fails"], []))
    assert where is not None
    assert where.startswith("test:")


LEADS = """
def {}(places):
    return places.find(1), places.here(0), [*places.lines()]
"""


def test_below_what_leads_on_another_servers_messages_stands_nobody_who_sends() -> None:
    places = Places(lambda name: "test" if name == __file__ else None)
    space: dict[str, Any] = {}
    for name in ("_lead_down", "_other"):
        exec(compile(LEADS.format(name), "/x/playground/upstream/bridge.py", "exec"), space)
    (where, site, distance), here, lines = space["_lead_down"](places)
    assert (where, distance, here, lines) == (None, 0, None, [])
    # So it is known by its place, without another look at who is further out.
    assert site is not None
    assert set(site.lines.values()) == {""}
    (where, _, distance), here, lines = space["_other"](places)
    assert (where, distance) == (here, 1)
    assert lines == [where]
    assert str(where).startswith("test:")


def test_a_spot_finds_the_line_where_it_was_and_where_it_is_another() -> None:
    places = Places(lambda filename: "In[1]" if filename == __file__ else None)
    # Whoever asks for it is not the user's.
    ours: dict[str, Any] = {"spot": Spot(places)}
    exec("def asks(): return between()\ndef between(): return spot.here()", ours)
    asks, between = ours["asks"], ours["between"]

    def one() -> list[Any]:
        return [asks(), places.here()]

    def other() -> list[Any]:
        return [between(), places.here()]

    def inner() -> list[Any]:
        return one()

    def outer() -> list[Any]:  # what stood there is further out now
        return [asks(), *inner(), between(), places.here()]

    for function in (one, one, other, one, outer, outer, inner, other):
        found = function()
        assert None not in found
        assert len({*found}) == (1 if len(found) == 2 else 2)
