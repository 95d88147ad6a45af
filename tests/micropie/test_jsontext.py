"""JSON means the same with orjson and without."""

from __future__ import annotations

import contextlib
import datetime
import enum
import json
import math
import uuid
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropie import jsontext
from micropie.exceptions import InvalidJSON


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    y: float


Pair = namedtuple("Pair", "a b")
DAY = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)

BOTH = pytest.mark.parametrize("with_orjson", [True, False])


@pytest.fixture
def _without_orjson(monkeypatch: pytest.MonkeyPatch, with_orjson: bool) -> None:
    if not with_orjson:
        monkeypatch.setattr(jsontext, "_orjson", lambda: None)


@BOTH
@pytest.mark.usefixtures("_without_orjson")
@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ({"ä": "€", 2: None, True: 3}, {"ä": "€", "2": None, "true": 3}),
        ([1.5, math.nan, {"x": math.inf}, (math.nan,)], [1.5, None, {"x": None}, [None]]),
        ([2**70, -(2**70)], [2**70, -(2**70)]),
        ("\ud800", "\ud800"),
        (Pair(1, "b"), [1, "b"]),
        ([DAY, DAY.date()], ["2026-01-02T03:04:05+00:00", "2026-01-02"]),
        (uuid.UUID(int=1), str(uuid.UUID(int=1))),
        ([Colour.RED, Point(1, 2.5)], ["red", {"x": 1, "y": 2.5}]),
    ],
)
def test_a_value_means_the_same(value: Any, meaning: Any) -> None:
    written = jsontext.dumps(value)
    assert json.loads(written) == meaning
    assert jsontext.loads(written) == meaning


@BOTH
@pytest.mark.usefixtures("_without_orjson")
def test_what_json_cannot_hold_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        jsontext.dumps({"x": object()})


@BOTH
@pytest.mark.usefixtures("_without_orjson")
@pytest.mark.parametrize("text", ["", "NaN", "[Infinity]", "{", b"\xff", "'a'", "[" * 100000, "01"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidJSON, match="expected JSON, got"):
        jsontext.loads(text)


@BOTH
@pytest.mark.usefixtures("_without_orjson")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"\xef\xbb\xbf[1]", [1]),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ('"\\ud800"', "\ud800"),
        (bytearray(b'{"a": 1, "a": 2}'), {"a": 2}),
    ],
)
def test_what_is_json_is_read(text: Any, value: Any) -> None:
    assert jsontext.loads(text) == value


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=10,
)


@given(VALUES)
def test_both_ways_agree(value: Any) -> None:
    assert jsontext.loads(jsontext.dumps(value)) == json.loads(jsontext._dumps(value))


@given(st.text() | st.binary())
def test_no_text_raises_anything_else(text: str | bytes) -> None:
    with contextlib.suppress(InvalidJSON):
        jsontext.loads(text)
