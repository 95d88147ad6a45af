"""A class counts as changed when what it does changed, not when its cell was run again."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from playground.live.fingerprint import fingerprint
from tests.playground.definitions import cell, defined

BASE = """
import asyncio, functools
def helper(x): return x
class Chat:
    limit = 3
    lock = object()
    table = {"a": [1, {2}], "b": helper}
    part = functools.partial(helper, 1)
    def __init__(self): self.rooms = {}
    async def ws_echo(self, ws, name="x", *, n: int = 1):
        for message in [1, 2]: yield message
    @staticmethod
    def helper(a): return [b for b in a]
    @property
    def size(self): return len(self.rooms)
    @size.setter
    def size(self, value): self.rooms = value
    @functools.cached_property
    def later(self): return "later"
    @functools.lru_cache
    def cached(self): return "cached"
    def choice(self, a): return a in {"x", "y"}
"""


@pytest.mark.parametrize("filename", ["<cell>", "<another cell>"])
def test_the_same_text_is_the_same_wherever_it_stands(filename: str) -> None:
    assert fingerprint(defined(BASE)) == fingerprint(defined("\n\n# moved\n" + BASE, filename))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("limit = 3", "limit = 4"),
        ("limit = 3", "limit = 3.0"),
        ("lock = object()", "lock = []"),
        ("[1, {2}]", "[1, {3}]"),
        ("def helper(x): return x", "def helper(x): return x + 1"),
        ("partial(helper, 1)", "partial(helper, 2)"),
        ('name="x"', 'name="y"'),
        ("n: int = 1", "n: int = 2"),
        ("n: int = 1", "n: str = 1"),
        ("*, n", "n"),
        ("[1, 2]", "[1, 3]"),
        ("[1, 2]", "[1, 2.0]"),
        ("[b for b in a]", "[b for b in a if b]"),
        ("len(self.rooms)", "len(self.rooms) + 1"),
        ("self.rooms = value", "self.rooms = [value]"),
        ('"later"', '"sooner"'),
        ('"cached"', '"kept"'),
        ('{"x", "y"}', '{"x", "z"}'),
        ("@staticmethod\n", "@classmethod\n"),
        ("yield message", "yield message, name"),
    ],
)
def test_any_change_of_what_it_does_is_a_change(before: str, after: str) -> None:
    assert before in BASE
    assert fingerprint(defined(BASE)) != fingerprint(defined(BASE.replace(before, after, 1)))


def test_looking_at_a_class_does_not_change_it() -> None:
    looked_at = defined(BASE)
    assert looked_at.__annotations__ == {}
    assert fingerprint(looked_at) == fingerprint(defined(BASE))


def test_a_base_class_of_the_notebook_counts_too() -> None:
    text = "class Room:\n    size = {}\nclass Chat(Room):\n    pass\n"
    assert fingerprint(defined(text.format(1))) != fingerprint(defined(text.format(2)))
    assert fingerprint(defined(text.format(1))) == fingerprint(defined(text.format(1)))


def test_a_decorated_method_counts_by_what_is_decorated() -> None:
    text = (
        "import functools\n"
        "def twice(f):\n    @functools.wraps(f)\n    def g(*a): return f(*a), f(*a)\n    return g\n"
        "class Chat:\n    @twice\n    def greet(self): return {}\n"
    )
    assert fingerprint(defined(text.format(1))) == fingerprint(defined(text.format(1)))
    assert fingerprint(defined(text.format(1))) != fingerprint(defined(text.format(2)))


def test_an_attribute_of_a_function_counts() -> None:
    names = cell("def f(): ...\ndef g(): ...\ng.__name__ = 'f'\n")
    assert fingerprint(names["f"]) == fingerprint(names["g"])
    names["g"].route = "/x"
    assert fingerprint(names["f"]) != fingerprint(names["g"])


def test_what_holds_itself_or_cannot_print_has_a_fingerprint() -> None:
    class Mute:
        def __repr__(self) -> str:
            raise ValueError

    ring: list[Any] = []
    ring.append(ring)
    assert fingerprint(ring) == fingerprint(ring)
    assert fingerprint(Mute()) == fingerprint(Mute())
    assert fingerprint(functools.partial(print)) == fingerprint(functools.partial(print))
