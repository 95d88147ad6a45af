"""State goes on only where somebody says so, and sessions always."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App, InMemorySessionBackend
from playground.live.carrying import carry_over, check_carry, check_named, not_carried


class Chat(App):
    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, set[str]] = {}
        self.users = ["ada"]
        self.callback = self.greet
        self.startup_handlers.append(self.greet)

    def greet(self) -> None: ...


class Next(Chat):
    def __init__(self) -> None:
        super().__init__()
        self.fresh = True


@pytest.fixture
def old() -> Chat:
    made = Chat()
    made.rooms["lobby"] = {"ada"}
    made.max_body_size = 7
    return made


def test_by_default_an_instance_starts_fresh(old: Chat) -> None:
    new = Next()
    assert carry_over(old, new, False) == []
    assert new.rooms == {}


def test_an_instance_whose_code_has_cleared_it_makes_room_all_the_same(old: Chat) -> None:
    vars(old).clear()
    new = Next()
    assert carry_over(old, new, False) == []
    assert new.session_backend is not None


def test_what_is_named_is_the_same_object_in_the_new_instance(old: Chat) -> None:
    new = Next()
    assert carry_over(old, new, ["rooms"]) == ["rooms"]
    assert new.rooms is old.rooms
    assert new.users is not old.users


def test_true_carries_what_the_app_has_set_and_nothing_of_the_frameworks(old: Chat) -> None:
    new = Next()
    assert carry_over(old, new, True) == ["rooms", "users"]
    assert new.fresh
    assert new.startup_handlers == [new.greet]
    assert new.callback == new.greet
    assert new.max_body_size != 7


def test_what_the_old_instance_lacks_stays_and_is_said_with_what_there_was(old: Chat) -> None:
    new = Next()
    assert carry_over(old, new, ["rooms", "romos"]) == ["rooms"]
    assert new.rooms is old.rooms
    with pytest.raises(AttributeError, match=r"got 'romos'; it has rooms, users; pass carry=False"):
        check_named(old, new, ["rooms", "romos"])
    with pytest.raises(AttributeError, match="it has set none"):
        check_named(App(), App(), ["rooms"])
    check_named(old, new, ["fresh"])
    said = not_carried(old, ["rooms", "romos"])
    assert said == "romos not carried over: Chat had none (it had rooms, users)"
    assert "it had set none" in not_carried(App(), ["rooms"])
    assert not_carried(old, ["rooms"]) == not_carried(old, True) == not_carried(None, ["a"]) == ""


def test_sessions_go_on_unless_they_are_kept_elsewhere_now(old: Chat) -> None:
    class Elsewhere(InMemorySessionBackend): ...

    new, other = Next(), Next()
    other.session_backend = Elsewhere()
    carry_over(old, new, False)
    carry_over(old, other, False)
    assert new.session_backend is old.session_backend
    assert isinstance(other.session_backend, Elsewhere)


def test_nothing_is_carried_from_nothing_or_to_itself(old: Chat) -> None:
    assert carry_over(None, old, ["rooms"]) == carry_over(old, old, ["nothing"]) == []


def test_a_foreign_app_can_carry_too() -> None:
    class Foreign: ...

    old, new = Foreign(), Foreign()
    old.rooms = {}  # type: ignore[attr-defined]
    assert carry_over(old, new, True) == ["rooms"]


@pytest.mark.parametrize("carry", [True, False, [], ["rooms"], ("a", "b")])
def test_a_list_of_names_or_a_bool_says_what_to_carry(carry: Any) -> None:
    check_carry(carry)


@pytest.mark.parametrize(
    ("carry", "remedy"), [("rooms", r"write carry=\['rooms'\]"), (1, "carry=False"), ([1], "fresh")]
)
def test_anything_else_is_refused_with_a_remedy(carry: Any, remedy: str) -> None:
    with pytest.raises(TypeError, match=remedy):
        check_carry(carry)
