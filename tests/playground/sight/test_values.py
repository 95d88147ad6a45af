"""A value as text: short, true, and without running any code of the user's."""

from __future__ import annotations

import enum
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from playground.sight.values import LONGEST, text_of


@dataclass
class Player:
    name: str
    score: int
    _secret: str = "no"


class Colour(enum.Enum):
    RED = 1


class Slotted:
    __slots__ = ("name",)


class Text(str):
    def __getitem__(self, key: Any) -> str:
        raise AssertionError("asked")

    def __repr__(self) -> str:
        raise AssertionError("asked")


class Sly(dict[Any, Any]):
    def __len__(self) -> int:
        raise AssertionError("asked")

    items = __iter__ = __repr__ = __len__  # type: ignore[assignment]


class Liar:
    """Every question that is put to it fails the test."""

    name = property(lambda self: 1 / 0)

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"asked for {name}")

    def __repr__(self) -> str:
        raise AssertionError("asked")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("asked")

    def __len__(self) -> int:
        raise AssertionError("asked")

    __hash__ = None  # type: ignore[assignment]


def itself() -> list[Any]:
    loop: list[Any] = [1]
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        (42, "42"),
        (10**50, "<a number of 167 bits>"),
        (1.5, "1.5"),
        ("hi", "'hi'"),
        ("x" * 100, "'" + "x" * 60 + "'…"),
        (Text("abc"), "'abc'"),
        (b"hi", "b'hi'"),
        (bytearray(b"hi"), "b'hi'"),
        ("a\u202eb\n", "'a\\u202eb\\n'"),
        ([1, "a"], "[1, 'a']"),
        ((1,), "(1)"),
        ({"a": [1, {2: 3}]}, "{'a': [1, {2: 3}]}"),
        (set(), "{}"),
        (deque([1]), "[1]"),
        (OrderedDict(a=1), "{'a': 1}"),
        (defaultdict(list, a=[1]), "{'a': [1]}"),
        (Sly(a=1), "{'a': 1}"),
        (list(range(12)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … 2 more]"),
        (itself(), "[1, …]"),
        (Player("bob", 3), "Player(name='bob', score=3)"),
        ([Player("bob", 3)], "[Player(name='bob', score=3)]"),
        ([[[[1]]]], "[[[[…1]]]]"),
        (Colour.RED, "Colour.RED"),
        (Player, "<class Player>"),
        (Slotted(), "<Slotted>"),
        (object(), "<object>"),
        (len, "<function len>"),
        (date(2026, 1, 2), "datetime.date(2026, 1, 2)"),
        (Decimal("1.50"), "Decimal('1.50')"),
        (Liar(), "<Liar>"),
    ],
    ids=[str(number) for number in range(32)],
)
def test_a_value_is_written_out(value: object, text: str) -> None:
    assert text_of(value) == text


def test_no_value_is_longer_than_a_line() -> None:
    text = text_of({f"key {number}": "x" * 50 for number in range(10)})
    assert len(text) == LONGEST
    assert text.endswith("…")


def test_what_has_a_name_is_called_so() -> None:
    def named(value: object) -> str | None:
        return "alice's" if isinstance(value, Slotted) else None

    assert text_of({"members": [Slotted()]}, named) == "{'members': [alice's]}"


def test_of_an_object_only_the_attributes_that_are_named_are_shown() -> None:
    def named(value: object) -> dict[str, object] | None:
        return {"score": 3} if isinstance(value, Player) else None

    assert text_of(Player("bob", 3), named) == "Player(score=3)"
