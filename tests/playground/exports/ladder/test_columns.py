"""How many columns a text takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.exports.ladder.columns import columns, shortened


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("hello", 5), ("naïve", 5), ("こんにちは", 10), ("💬!", 3)]
)
def test_wide_characters_take_two_columns(text: str, count: int) -> None:
    assert columns(text) == count


@pytest.mark.parametrize(
    ("text", "room", "said"),
    [("hello", 5, "hello"), ("hello!", 5, "hell…"), ("こんにちは", 6, "こん…"), ("💬💬", 3, "💬…")],
)
def test_a_text_is_cut_where_its_columns_end(text: str, room: int, said: str) -> None:
    assert shortened(text, room) == said


@given(st.text(), st.integers(1, 40))
def test_what_is_shortened_fits(text: str, room: int) -> None:
    short = shortened(text, room)
    assert columns(short) <= room
    assert short == text or short[:-1] == text[: len(short) - 1]
