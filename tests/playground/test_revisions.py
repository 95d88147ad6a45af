"""A class counts as changed when what it does changed, not when its cell was run again."""

from __future__ import annotations

import linecache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.revisions import Revision, Revisions, fingerprint, source_of

BASE = """
class Chat:
    limit = 3
    def __init__(self): self.rooms = {}
    async def ws_echo(self, ws, name="x", *, n: int = 1):
        for message in [1, 2]: yield message
    @staticmethod
    def helper(a): return [b for b in a]
    @property
    def size(self): return len(self.rooms)
"""


def defined(text: str, filename: str = "<cell>") -> Any:
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, filename, "exec"), space)
    return space["Chat"]


@pytest.mark.parametrize("filename", ["<cell>", "<another cell>"])
def test_the_same_text_is_the_same_wherever_it_stands(filename: str) -> None:
    assert fingerprint(defined(BASE)) == fingerprint(defined("\n\n# moved\n" + BASE, filename))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("limit = 3", "limit = 4"),
        ('name="x"', 'name="y"'),
        ("n: int = 1", "n: int = 2"),
        ("n: int = 1", "n: str = 1"),
        ("[1, 2]", "[1, 3]"),
        ("[1, 2]", "[1, 2.0]"),
        ("[b for b in a]", "[b for b in a if b]"),
        ("len(self.rooms)", "len(self.rooms) + 1"),
        ("@staticmethod\n", "@classmethod\n"),
        ("yield message", "yield message, name"),
    ],
)
def test_any_change_of_what_it_does_is_a_change(before: str, after: str) -> None:
    assert before in BASE
    assert fingerprint(defined(BASE)) != fingerprint(defined(BASE.replace(before, after)))


def test_looking_at_a_class_does_not_change_it() -> None:
    looked_at = defined(BASE)
    assert looked_at.__annotations__ == {}
    assert fingerprint(looked_at) == fingerprint(defined(BASE))


def test_a_base_class_of_the_notebook_counts_too() -> None:
    text = "class Room:\n    size = {}\nclass Chat(Room):\n    pass\n"
    assert fingerprint(defined(text.format(1))) != fingerprint(defined(text.format(2)))
    assert fingerprint(defined(text.format(1))) == fingerprint(defined(text.format(1)))


def test_the_source_of_a_class_from_a_cell_is_found() -> None:
    assert source_of(defined(BASE, "<cell 3>")).startswith("class Chat:\n    limit = 3")
    assert source_of(object()) == ""


@given(st.lists(st.text("ab\n", max_size=20), min_size=1, max_size=5))
def test_a_diff_with_itself_is_empty_and_numbers_count_from_one(sources: list[str]) -> None:
    revisions = Revisions([Revision(n, "Chat", "In[1]", s) for n, s in enumerate(sources, 1)])
    assert revisions.next_number == len(sources) + 1
    for number in range(1, len(sources) + 1):
        assert revisions.diff(number, number) == ""
    with pytest.raises(LookupError, match="from 1 to"):
        revisions.get(0)
