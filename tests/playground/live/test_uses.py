"""What a class uses of its notebook is followed: by code, by value, or by identity."""

from __future__ import annotations

from typing import Any

import pytest

from playground.live.sources import statements_of
from playground.live.uses import Change, Uses
from tests.playground.definitions import cell

TEXT = """
import json
LIMIT, rooms, BOTH, unused = 3, {}, 1, 0
def deep(): return [LIMIT for _ in range(2)]
def helper(): return deep()
class Room:
    def size(self): return rooms
def decorate(f): return f
def size(): return 1
class Chat:
    width: int = size() + BOTH
    depth = width
    @decorate
    async def ws_echo(self, ws, n=unused):
        def inner(): return helper()
        json.dumps(Room()); ws.send_text(BOTH)
"""


@pytest.fixture
def names() -> dict[str, Any]:
    return cell(TEXT)


@pytest.fixture
def uses(names: dict[str, Any]) -> Uses:
    return Uses(names["Chat"], statements_of(names["Chat"]), names)


@pytest.mark.parametrize(
    ("text", "at_work"),
    [
        ("def helper(): return 2", ["helper()"]),
        ("def deep(): return 2", ["deep()"]),
        ("LIMIT = 4", ["LIMIT"]),
        ("rooms = {}", ["rooms"]),
        ("class Room:\n    def size(self): return 2", ["Room"]),
        ("BOTH = 2; LIMIT = 4", ["BOTH", "LIMIT"]),
        ("del helper", ["helper"]),
        ("LIMIT = 3", []),
        ("def helper(): return deep()", []),
        ("send_text = json = 7", []),
    ],
)
def test_what_handlers_look_up_is_in_use_at_once(
    names: dict[str, Any], uses: Uses, text: str, at_work: list[str]
) -> None:
    before = names["json"]
    cell(text, names)
    names["json"] = before
    assert uses.changed() == Change(at_work, [])
    assert uses.changed() == Change([], [])


@pytest.mark.parametrize(
    ("text", "at_definition"),
    [
        ("def decorate(f): return [f]", ["decorate()"]),
        ("def size(): return 2", ["size()"]),
        ("unused = 1", ["unused"]),
        ("width = 7", []),
    ],
)
def test_what_only_the_class_statement_looked_up_is_told_apart(
    names: dict[str, Any], uses: Uses, text: str, at_definition: list[str]
) -> None:
    cell(text, names)
    assert uses.changed() == Change([], at_definition)


def test_a_class_and_its_bases_are_not_what_it_uses() -> None:
    names = cell(
        "class Room: ...\nclass Chat(Room):\n    def f(self): return Room, Chat, super()\n"
    )
    uses = Uses(names["Chat"], statements_of(names["Chat"]), names)
    cell("class Room:\n    x = 1\nclass Chat: ...", names)
    assert uses.changed() == Change([], [])


def test_what_is_no_class_uses_nothing_that_is_followed() -> None:
    assert Uses(print, (), {"print": print}).changed() == Change([], [])
